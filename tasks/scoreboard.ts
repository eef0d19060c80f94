/**
 * `deno task scoreboard 3d --runs 5 --engine workbench`: measures challenges and keeps the figures in
 * `results/`.
 *
 * The figures lie in `results/scoreboard.json`, a row for each challenge, run and engine, real or
 * simulated. Two tables are made from them: the scoreboard of real processes in
 * `results/README.md`, and how far the engines agree in `results/simulator.md`.
 *
 * @module
 */
import type { Limit } from "../lib/report/limits.ts";
import { spreadOf } from "../lib/report/metrics.ts";
import type { Summary } from "../lib/report/summary.ts";
import { SUMMARIES } from "../lib/report/sweep.ts";
import {
  COLUMNS,
  renderAgreementTable,
  renderScoreboardTable,
  replaceTable,
  type Row,
  type Spread,
} from "../lib/report/tables.ts";
import { sweep } from "../lib/simulator/sweep/pool.ts";
import { optionsHelp, wordsOf } from "../lib/workbench/command_line.ts";
import { type EngineName, whole } from "../lib/workbench/option.ts";
import { type Plan, planOf } from "../lib/workbench/plan.ts";
import { chooseEngine } from "./engines/mod.ts";
import { jobOf } from "./engines/simulator.ts";
import { type Challenge, challengeOf, CHALLENGES } from "./shared/challenges.ts";
import { conclude, ENGINE, readArguments } from "./shared/command_line.ts";
import { interruptible } from "./shared/interrupt.ts";

const DATA = "results/scoreboard.json";

/** The engine that is none of real processes. */
const SIMULATOR = "simulator";

/** Where tables go, and between which marks. */
const TABLES: readonly { page: string; name: string; of: (rows: readonly Row[]) => string }[] = [
  {
    page: "results/README.md",
    name: "scoreboard",
    of: (rows) => renderScoreboardTable(rows.filter(({ engine }) => engine !== SIMULATOR), titleOf),
  },
  {
    page: "results/simulator.md",
    name: "agreement",
    of: (rows) => renderAgreementTable(rows, [SIMULATOR, "workbench", "maelstrom"], titleOf),
  },
];

const COMMAND = {
  own: { ...ENGINE, runs: { kind: whole(1), value: "N", help: "runs of each", default: 3 } },
  words: Infinity,
} as const;

/** Runs plans, and calls back with each that has ended. */
type Measure = (
  plans: readonly Plan[],
  limits: readonly Limit[],
  ended: (summary: Summary) => void,
) => Promise<void>;

async function main(argv: readonly string[]): Promise<number> {
  const { own, words: ids, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(`deno task scoreboard [CHALLENGE …] [options]\n\n${optionsHelp(COMMAND)}`);
    return 0;
  }
  const challenges = ids.length === 0 ? CHALLENGES : ids.map(challengeOf);
  await interruptible(async (signal) => {
    const { name, measure } = await measureOn(own.engine, signal);
    for (const challenge of challenges) {
      for (const options of challenge.runs) {
        const seeds = Array.from({ length: own.runs }, (_, i) => i + 1);
        const plans = seeds.map((seed) => planOf({ ...options, seed }));
        const summaries: Summary[] = [];
        await measure(plans, challenge.limits, (summary) => {
          summaries.push(summary);
          console.log(`${challenge.id} ${summaries.length} of ${own.runs}: ${summary.headline}`);
        });
        keep(rowOf(challenge, wordsOf(planOf(options)).join(" "), name, summaries));
      }
    }
  });
  return 0;
}

/** How an engine measures. The simulator can do more than one run at a time. */
async function measureOn(
  wanted: EngineName | undefined,
  signal: AbortSignal,
): Promise<{ name: string; measure: Measure }> {
  if (wanted === SIMULATOR) return { name: SIMULATOR, measure: simulated };
  const { name, run } = await chooseEngine(wanted);
  const measure: Measure = async (plans, limits, ended) => {
    for (const plan of plans) ended((await run(plan, limits, { quiet: true, signal })).summary);
  };
  return { name, measure };
}

const simulated: Measure = (plans, limits, ended) =>
  sweep({
    jobs: plans.map((plan) => jobOf(plan, limits)),
    summaries: SUMMARIES,
    ended: ({ summary }) => ended(summary),
  });

function rowOf(
  { id }: Challenge,
  options: string,
  engine: string,
  summaries: readonly Summary[],
): Row {
  const figures: Record<string, Spread> = {};
  for (const { key } of COLUMNS) {
    const spread = spreadOf(summaries.flatMap(({ metrics }) => metrics[key] ?? []));
    if (spread !== undefined) figures[key] = [spread.median, spread.min, spread.max];
  }
  const passed = summaries.filter(({ ending }) => ending === "pass").length;
  return { id, options, engine, runs: summaries.length, passed, figures };
}

/** A challenge's title; tells its runs apart where it has several. */
function titleOf({ id, options }: Row): string {
  const { title, runs } = challengeOf(id);
  const plain = runs.length > 1 && !options.includes("--nemesis");
  return `${title}${plain ? ", no partition" : ""}`;
}

/** Puts a row in place of what was measured before, and makes the tables anew. */
function keep(row: Row): void {
  const same = (other: Row) =>
    other.id === row.id && other.options === row.options && other.engine === row.engine;
  const order = CHALLENGES.map(({ id }) => id);
  const rows = [...stored().filter((other) => !same(other)), row].toSorted((a, b) =>
    order.indexOf(a.id) - order.indexOf(b.id) || a.options.localeCompare(b.options) ||
    a.engine.localeCompare(b.engine)
  );
  Deno.writeTextFileSync(DATA, `${JSON.stringify(rows, null, 2)}\n`);
  for (const { page, name, of } of TABLES) {
    const place = { name, task: "scoreboard" };
    Deno.writeTextFileSync(page, replaceTable(Deno.readTextFileSync(page), place, of(rows)));
  }
}

function stored(): Row[] {
  try {
    return JSON.parse(Deno.readTextFileSync(DATA));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

if (import.meta.main) await conclude("deno task scoreboard", () => main(Deno.args));
