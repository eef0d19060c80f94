/**
 * Experiments in the simulator: tables whose cells are runs, for the pages that explain a figure.
 *
 * @module
 */
import { METRICS } from "../../lib/report/metrics.ts";
import { renderTable } from "../../lib/report/tables.ts";
import { type Plan, planOf, type PlanOptions } from "../../lib/workbench/plan.ts";
import type { PlannedFault } from "../../lib/workbench/planned.ts";
import { challengeOf } from "./challenges.ts";
import { type Spread, spreadCell } from "./scoreboard.ts";
import type { Stamp } from "./stamp.ts";
import type { Figure } from "./template.ts";

/** Where the figures lie. */
export const EXPERIMENTS_DATA = "results/data/experiments.json";

type Options = Partial<PlanOptions>;

interface Experiment {
  /** Runs of each cell. */
  readonly seeds: number;
  /** What stands above the rows' titles. */
  readonly head: string;
  /** The ids of the challenges. */
  readonly challenges: readonly string[];
  /** The keys of the metrics, each a column for each challenge. */
  readonly metrics: readonly string[];
  readonly rows: readonly { readonly title: string; readonly options: Options }[];
}

const NODES = Array.from({ length: 25 }, (_, i) => `n${i}`);

/** A network as a page describes it, with nodes that take no time for a delivery unless a row says so. */
const late = (title: string, faults: readonly PlannedFault[], deliveryMs = 0) => ({
  title,
  options: { faults, deliveryMs },
});

/** From the second second on, some nodes do everything late. */
const slowed = (title: string, nodes: readonly string[], lateMs: number) =>
  late(title, [{ timeS: 1, f: "slow", nodes, lateMs }]);

/** Every two seconds all nodes stand still, as when the machine stops the world. */
const STALLS = Array.from({ length: 10 }, (_, i) => 2 * i + 1).flatMap((timeS): PlannedFault[] => [
  { timeS, f: "pause", nodes: NODES },
  { timeS: timeS + 0.3, f: "resume", nodes: NODES },
]);

export const EXPERIMENTS = {
  lateness: {
    seeds: 5,
    head: "what is slow",
    challenges: ["3d", "3e"],
    metrics: ["serverMessagesPerOp", "stableMaxMs"],
    rows: [
      late("nothing", []),
      slowed("every node, by 100 ms", NODES, 100),
      slowed("every node, by 250 ms", NODES, 250),
      slowed("every node, by 500 ms", NODES, 500),
      slowed("the root, by 250 ms", ["n0"], 250),
      slowed("the root, by 500 ms", ["n0"], 500),
      late("all stall, for 300 ms", STALLS),
      late("deliveries, 2 ms each", [], 2),
      late("deliveries, 5 ms each", [], 5),
      late("deliveries, 10 ms each", [], 10),
    ],
  },
  rounds: {
    seeds: 5,
    head: "rounds of",
    challenges: ["5c-raft"],
    metrics: ["operations", "serverMessagesPerOp"],
    rows: [
      ...[10, 8, 6, 5, 4, 2].map((ms) => ({ title: `${ms} ms`, options: { args: [`${ms}`] } })),
      { title: "5 ms, slow disks", options: { disk: ["slow"] } },
    ],
  },
  store: {
    seeds: 10,
    head: "faults",
    challenges: ["lin-kv"],
    metrics: ["serverMessagesPerOp", "okFraction"],
    rows: [{ title: "partitions", options: {} }, { title: "none", options: { faults: [] } }],
  },
} as const satisfies Record<string, Experiment>;

/** What was measured: figures by experiment, row, challenge and metric. */
export interface ExperimentData extends Stamp {
  readonly figures: Readonly<
    Record<
      string,
      Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Spread>>>>>>
    >
  >;
}

/** One cell's runs. */
export interface Trial {
  readonly experiment: string;
  readonly row: string;
  readonly challenge: string;
  readonly metrics: readonly string[];
  readonly plans: readonly Plan[];
}

/** All that there is to run. */
export function trialsOf(experiments: Readonly<Record<string, Experiment>>): Trial[] {
  return Object.entries(experiments).flatMap(([experiment, { seeds, challenges, metrics, rows }]) =>
    rows.flatMap(({ title: row, options }) =>
      challenges.map((challenge): Trial => {
        const [own = { workload: "" }] = challengeOf(challenge).runs;
        const plans = Array.from({ length: seeds }, (_, i) =>
          planOf({ ...own, ...options, seed: i + 1 }));
        return { experiment, row, challenge, metrics, plans };
      })
    )
  );
}

/** A table for each experiment, by the name that templates use: `experiment lateness`. */
export function experimentFigures({ figures, commit, date }: ExperimentData): Figure[] {
  const tables = Object.entries(EXPERIMENTS).map(([name, experiment]): Figure => [
    `experiment ${name}`,
    renderExperiment(experiment, figures[name] ?? {}),
  ]);
  const origin = `Simulated by \`deno task experiments\` on ${date} at commit \`${commit}\`.`;
  return [...tables, ["experiments origin", origin]];
}

function renderExperiment(
  { head, challenges, metrics, rows }: Experiment,
  figures: ExperimentData["figures"][string],
): string {
  const shown = METRICS.filter(({ key }) => metrics.includes(key));
  const columns = challenges.flatMap((challenge) => shown.map((metric) => ({ challenge, metric })));
  const lines = rows.map(({ title }) => [
    title,
    ...columns.map(({ challenge, metric: { key, print } }) => {
      return spreadCell(figures[title]?.[challenge]?.[key], print);
    }),
  ]);
  const isOne = challenges.length === 1;
  const heads = columns.map(({ challenge, metric }) =>
    isOne ? metric.title : `${challenge}: ${metric.title}`
  );
  return renderTable([head, ...heads], lines, 1);
}
