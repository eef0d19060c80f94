/**
 * `deno task scoreboard 3d --runs 5 --engine workbench`: measures challenges and keeps the figures
 * in `results/data/scoreboard.json`, a row for each run of a challenge and each engine, real or
 * simulated.
 *
 * `--kills` measures the challenges' nodes while they are killed and cut off; such rows have a
 * table of their own. Processes are measured when the machine is idle. What this commit has
 * measured already, before the task was interrupted, say, is left out.
 *
 * @module
 */
import type { Limit } from "../lib/report/limits.ts";
import { METRICS, spreadOf } from "../lib/report/metrics.ts";
import type { Summary } from "../lib/report/summary.ts";
import { SUMMARIES } from "../lib/report/sweep.ts";
import { sweep } from "../lib/simulator/sweep/pool.ts";
import { optionsHelp, wordsOf } from "../lib/workbench/command_line.ts";
import { type EngineName, type Options, whole } from "../lib/workbench/option.ts";
import { type Plan, planOf } from "../lib/workbench/plan.ts";
import { chooseEngine } from "./engines/mod.ts";
import { jobOf } from "./engines/simulator.ts";
import { challengeOf, CHALLENGES, withKills } from "./shared/challenges.ts";
import { conclude, ENGINE, readArguments } from "./shared/command_line.ts";
import { readData } from "./shared/data.ts";
import { interruptible } from "./shared/interrupt.ts";
import { writeResults } from "./shared/result_pages.ts";
import { type Row, SCOREBOARD, type Spread } from "./shared/scoreboard.ts";
import { stampNow } from "./shared/stamp.ts";
import { waitUntilIdle } from "./shared/idle.ts";

/** The engine that is none of real processes. */
const SIMULATOR = "simulator";

const COMMAND = {
  own: {
    ...ENGINE,
    "runs": { kind: whole(1), value: "N", help: "runs of each", default: 5 },
    "kills": { help: "under kills and partitions, as all --nemesis kill,partition" },
    "again": { help: "measure also what this commit has measured" },
    "no-wait": { help: "measure although the machine is busy" },
  } satisfies Options,
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
    console.log(helpText());
    return 0;
  }
  const named = ids.length === 0 ? CHALLENGES : ids.map(challengeOf);
  const challenges = own.kills ? named.map(withKills) : named;
  const measureAll = async (signal: AbortSignal) => {
    const { name: engine, measure } = await measureOn(own.engine, signal);
    if (engine !== SIMULATOR && !own["no-wait"]) await waitUntilIdle(signal);
    for (const { id, runs, limits } of challenges) {
      for (const options of runs) {
        const stamp = await stampNow();
        const what = { id, options: wordsOf(planOf(options)).join(" "), engine };
        if (!own.again && isMeasured({ ...what, stamp }, own.runs)) {
          console.log(`${id}: measured at this commit already; --again measures it once more`);
          continue;
        }
        const seeds = Array.from({ length: own.runs }, (_, i) => i + 1);
        const plans = seeds.map((seed) => planOf({ ...options, seed }));
        const summaries: Summary[] = [];
        await measure(plans, limits, (summary) => {
          summaries.push(summary);
          console.log(`${id} ${summaries.length} of ${own.runs}: ${summary.headline}`);
        });
        keep({ ...what, stamp, ...sumUp(summaries) });
      }
    }
  };
  try {
    await interruptible(measureAll);
  } finally {
    writeResults();
  }
  return 0;
}

/** How an engine measures. The simulator can do more than one run at a time. */
async function measureOn(
  wanted: EngineName | undefined,
  signal: AbortSignal,
): Promise<{ name: string; measure: Measure }> {
  if (wanted === SIMULATOR) return { name: SIMULATOR, measure: simulatedUntil(signal) };
  const { name, run } = await chooseEngine(wanted);
  const measure: Measure = async (plans, limits, ended) => {
    for (const plan of plans) ended((await run(plan, limits, { quiet: true, signal })).summary);
  };
  return { name, measure };
}

const simulatedUntil = (signal: AbortSignal): Measure => (plans, limits, ended) =>
  sweep({
    signal,
    jobs: plans.map((plan) => jobOf(plan, limits)),
    summaries: SUMMARIES,
    ended: ({ summary }) => ended(summary),
  });

function sumUp(summaries: readonly Summary[]): Pick<Row, "runs" | "passed" | "figures"> {
  const figures: Record<string, Spread> = {};
  for (const { key } of METRICS) {
    const spread = spreadOf(summaries.flatMap(({ metrics }) => metrics[key] ?? []));
    if (spread !== undefined) figures[key] = [spread.median, spread.min, spread.max];
  }
  const passed = summaries.filter(({ ending }) => ending === "pass").length;
  return { runs: summaries.length, passed, figures };
}

type What = Pick<Row, "id" | "options" | "engine">;

const isSame = (a: What, b: What) =>
  a.id === b.id && a.options === b.options && a.engine === b.engine;

/** Whether a challenge has a run of these options, kills included. */
function isCurrent({ id, options }: What): boolean {
  const challenge = CHALLENGES.find((one) => one.id === id);
  if (challenge === undefined) return false;
  const runs = [...challenge.runs, ...withKills(challenge).runs];
  return runs.some((run) => wordsOf(planOf(run)).join(" ") === options);
}

/** Whether the same code has been measured as often; code that is not committed may have changed. */
function isMeasured(what: What & Required<Pick<Row, "stamp">>, runs: number): boolean {
  const { commit } = what.stamp;
  const before = stored().find((row) => isSame(row, what));
  return !commit.endsWith("-dirty") && before?.stamp?.commit === commit && before.runs >= runs;
}

/** Puts a row in place of what was measured before, and drops rows of runs that there are no more. */
function keep(row: Row): void {
  const rows = [...stored().filter((other) => isCurrent(other) && !isSame(other, row)), row];
  const text = rows.map((one) => JSON.stringify(one)).toSorted().join(",\n");
  Deno.writeTextFileSync(SCOREBOARD, `[\n${text}\n]\n`);
}

function stored(): readonly Row[] {
  return readData(SCOREBOARD) ?? [];
}

function helpText(): string {
  return [
    "deno task scoreboard [CHALLENGE …] [options]",
    "",
    "Measures challenges, all unless some are named, and writes results/: processes when the machine is",
    "idle, and nothing that this commit has measured already.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}

if (import.meta.main) await conclude("deno task scoreboard", () => main(Deno.args));
