/**
 * The survival matrix: each challenge's node under each fault, how many of its runs pass, and why a
 * cell cannot hold where it cannot.
 *
 * @module
 */
import { formatFigure, formatPercent, joinWords, pluralize } from "../../lib/checkers/format.ts";
import { spreadOf } from "../../lib/report/metrics.ts";
import type { SimulatedRun } from "../../lib/report/sweep.ts";
import { signatureOf } from "../../lib/report/sweep_sum.ts";
import { renderTable } from "../../lib/report/tables.ts";
import { applyGiven, wordsOf } from "../../lib/workbench/command_line.ts";
import { type Plan, planOf, type PlanOptions } from "../../lib/workbench/plan.ts";
import { type Challenge, challengeOf, CHALLENGES } from "./challenges.ts";
import { callOf } from "./invocation.ts";
import { EVERYTHING, type Exemption, EXEMPTIONS, FAULT_TOLERANCE } from "./fault_tolerance.ts";

type Options = Partial<PlanOptions>;

/** Messages that take their time, so that faults meet some on their way. */
const LATENCY: Options = { latencyMs: 10, latencyDistribution: "exponential" };
/** Faults of the network that come and go. */
const CUT: Options = { ...LATENCY, faultIntervalS: 2 };
/** Faults of nodes that come and go; runs are long for the reason that `EVERYTHING` gives. */
const DOWN: Options = {
  ...LATENCY,
  timeLimitS: 100,
  rate: 10,
  faultIntervalS: 1,
  availability: 0,
};

/** The columns: each fault by its name, with its title and its options. */
const FAULTS = {
  "partition": { title: "partition", options: { ...CUT, faults: ["partition"] } },
  "one-way": { title: "one-way cut", options: { ...CUT, faults: ["one-way"] } },
  "partial": { title: "partial cut", options: { ...CUT, faults: ["partial"] } },
  "pause": { title: "pause", options: { ...DOWN, faults: ["pause"] } },
  "kill-one": { title: "kill one", options: { ...DOWN, faults: ["kill-one"] } },
  "kill-all": { title: "kill all", options: { ...DOWN, faults: ["kill-all"] } },
  "skew": { title: "clock skew", options: { ...CUT, faults: ["skew"] } },
  "slow": { title: "slow", options: { ...CUT, faults: ["slow"] } },
  "loss": { title: "loss", options: { ...LATENCY, loss: 0.1 } },
  "duplication": { title: "duplication", options: { ...LATENCY, duplication: 0.2 } },
  "latency": { title: "latency", options: { ...LATENCY, latencyMs: 50 } },
  "disk": {
    title: "disks",
    options: { ...DOWN, faults: ["kill"], disk: ["slow", "torn", "failing", "full"] },
  },
  "everything": {
    title: "everything",
    options: EVERYTHING,
  },
} as const satisfies Record<string, { readonly title: string; readonly options: Options }>;

export type FaultName = keyof typeof FAULTS;

/** Whether a name is a column's. */
function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

/** The columns' names, in their order. */
export const FAULT_NAMES: readonly FaultName[] = Object.keys(FAULTS).filter(isFaultName);

/** What came of a challenge under a fault. */
export interface Cell {
  readonly challenge: string;
  readonly fault: FaultName;
  readonly runs: number;
  readonly passed: number;
  /** Medians over the runs. */
  readonly figures: Readonly<Record<string, number>>;
  /** The first failure: how it failed, and the command that repeats it. */
  readonly failure?: { readonly signature: readonly string[]; readonly replay: string };
}

/** Where the cells of the matrix are kept. */
export const SURVIVAL = "results/data/survival.json";

/** The seeds of a cell's runs: `count` from `first` on. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** A cell, and where it comes from. */
export interface KeptCell extends Cell {
  readonly commit: string;
  readonly date: string;
  readonly seeds: Seeds;
}

/** Whether no kept cell is of more than so many seeds. */
export function isAsThorough(seeds: number, kept: readonly KeptCell[]): boolean {
  return kept.every((cell) => cell.seeds.count <= seeds);
}

/** The cells of the matrix in its order: new ones in place of the old, without those it no longer has. */
export function mergeCells(old: readonly KeptCell[], cells: readonly KeptCell[]): KeptCell[] {
  return CHALLENGES.flatMap(({ id }) =>
    FAULT_NAMES.flatMap((name) => {
      const isThere = ({ challenge, fault }: Cell) => challenge === id && fault === name;
      return cells.find(isThere) ?? old.find(isThere) ?? [];
    })
  );
}

/** A run of a challenge under a fault: the page's last run, made short. */
export function survivalPlan({ id, runs }: Challenge, fault: FaultName, seed: number): Plan {
  const [run] = runs.slice(-1);
  if (run === undefined) throw new Error(`challenge ${id} has no run`);
  const { short = {} } = FAULT_TOLERANCE[id] ?? {};
  return planOf({ ...applyGiven(run, { ...short, ...FAULTS[fault].options }), seed });
}

/** Whether a run shows nothing wrong, neither to clients nor in what nodes hold in the end. */
function passes({ summary, hasInvalidFinalStates }: SimulatedRun): boolean {
  return summary.ending === "pass" && hasInvalidFinalStates !== true;
}

const FIGURES = [
  {
    key: "okFraction",
    title: "Operations that are ok, in the median run",
    print: formatPercent,
  },
  {
    key: "serverMessagesPerOp",
    title: "Messages between servers per operation, in the median run",
    print: formatFigure,
  },
] as const;

/** Counts what came of the runs of a challenge under a fault. */
export function cellOf(
  { id, node }: Challenge,
  fault: FaultName,
  runs: readonly (SimulatedRun & { readonly plan: Plan })[],
): Cell {
  const figures = FIGURES.flatMap(({ key }) => {
    const spread = spreadOf(runs.flatMap(({ summary }) => summary.metrics[key] ?? []));
    return spread === undefined ? [] : [[key, spread.median] as const];
  });
  const [failed] = runs.filter((run) => !passes(run))
    .toSorted((a, b) => Number(a.seed) - Number(b.seed));
  return {
    challenge: id,
    fault,
    runs: runs.length,
    passed: runs.filter(passes).length,
    figures: Object.fromEntries(figures),
    ...(failed && { failure: { signature: whyFailed(failed), replay: replayOf(node, failed) } }),
  };
}

function whyFailed(run: SimulatedRun): string[] {
  const wrong = run.hasInvalidFinalStates === true ? ["what nodes hold in the end is wrong"] : [];
  return [...signatureOf(run), ...wrong];
}

function replayOf(node: string, { seed, plan }: SimulatedRun & { readonly plan: Plan }): string {
  return callOf("sim", node, ...wordsOf(plan, { own: ["--seed", seed] }));
}

/** What is said about a matrix. */
interface Verdict {
  /** Cells that should hold and do not, a sentence each. */
  readonly failures: readonly string[];
  /** Exemptions that no run needs. */
  readonly remarks: readonly string[];
}

/** Whether a cell cannot hold: its fault, or one of those that come all at once, is exempt. */
function excuses({ challenge, faults }: Exemption, { challenge: id, fault }: Cell): boolean {
  return challenge === id && (fault === "everything" || faults.some((exempt) => exempt === fault));
}

/** Holds a matrix against the exemptions. */
export function judge(cells: readonly Cell[], exemptions = EXEMPTIONS): Verdict {
  const isExempt = (cell: Cell) => exemptions.some((one) => excuses(one, cell));
  const failures = cells.flatMap((cell) => {
    const { challenge, fault, runs, passed, failure } = cell;
    if (failure === undefined || isExempt(cell)) return [];
    const count = `${runs - passed} of ${pluralize(runs, "run")}`;
    return [
      `${challenge} under ${fault}: ${count} failed: ${joinWords(failure.signature)}\n` +
      `    replay: ${failure.replay}`,
    ];
  });
  const remarks = cells.filter((cell) => isExempt(cell) && cell.failure === undefined)
    .map(({ challenge, fault, runs }) =>
      `${challenge} under ${fault} is exempt, and yet passed ${pluralize(runs, "run")}`
    );
  return { failures, remarks };
}

/** The matrix as a table in Markdown, with the numbers of its footnotes. */
export function renderMatrix(cells: readonly Cell[], exemptions = EXEMPTIONS): string {
  return renderCells(cells, (cell) => {
    const { passed, runs } = cell;
    const note = exemptions.findIndex((one) => excuses(one, cell));
    const mark = note < 0 ? "" : ` (${note + 1})`;
    return `${passed === runs ? "" : "✗ "}${passed}/${runs}${mark}`;
  });
}

function renderCells(cells: readonly Cell[], print: (cell: Cell) => string): string {
  const faults = FAULT_NAMES.filter((name) => cells.some(({ fault }) => fault === name));
  const lines = [...Map.groupBy(cells, ({ challenge }) => challenge)].map(([id, row]) => [
    `**${id}** ${challengeOf(id).title}`,
    ...faults.map((name) => {
      const cell = row.find(({ fault }) => fault === name);
      return cell === undefined ? "–" : print(cell);
    }),
  ]);
  return renderTable(["", ...faults.map((name) => FAULTS[name].title)], lines, 1);
}

/** When, at which commits and with which seeds cells were made. */
function describeSource(cells: readonly KeptCell[]): string {
  const distinct = (print: (cell: KeptCell) => string) => [...new Set(cells.map(print))].sort();
  const seeds = distinct(({ seeds: { first, count } }) => `${first} to ${first + count - 1}`);
  const commits = distinct(({ commit }) => `\`${commit}\``);
  return `Made on ${joinWords(distinct(({ date }) => date))} at ` +
    `${commits.length === 1 ? "commit" : "commits"} ${joinWords(commits)} by the simulator, ` +
    `seeds ${seeds.join(" or ")} a cell.`;
}

/** The page about a matrix. */
export function renderPage(cells: readonly KeptCell[]): string {
  const columns = Object.values(FAULTS).map(({ title, options }) =>
    `- **${title}**: \`${wordsOf(planOf({ workload: "echo", ...options })).slice(2).join(" ")}\``
  );
  const notes = EXEMPTIONS.map(({ why }, i) => `${i + 1}. ${why}`);
  const figures = FIGURES.flatMap(({ key, title, print }) => [
    `## ${title}`,
    renderCells(cells, ({ figures: { [key]: value } }) => value === undefined ? "–" : print(value)),
  ]);
  return [
    "# Survival",
    "Every challenge's node under every fault, in virtual time: how many runs pass. A run passes " +
    "if its checker finds nothing wrong, and if what the nodes hold in the end is right where that " +
    "can be told: every acknowledged write is there, on every node. By Jepsen's rule a run also " +
    "fails if no operation of a kind succeeds, as nothing shows then that any can. The challenges' " +
    "limits are for networks without faults, and not measured here. `deno task survival` writes " +
    "this page and the data behind it, [data/survival.json](data/survival.json).",
    describeSource(cells),
    renderMatrix(cells),
    ...(notes.length === 0
      ? []
      : ["Marked cells need not hold, by the nature of the challenge:", notes.join("\n")]),
    ...figures,
    "A node that resumes from a pause sends a message to itself, by which it tells what has waited " +
    "from what is new (`lib/stalls.ts`): in 1, 2, 3a, 5a and 6a these are all.",
    "## The faults",
    "Each run has the options of its challenge, made short, and these:",
    columns.join("\n"),
  ].join("\n\n") + "\n";
}
