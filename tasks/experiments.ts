/**
 * `deno task experiments`: simulates what the pages in `results/` tell about lateness, rounds and
 * faults, and writes the tables there.
 *
 * @module
 */
import { spreadOf } from "../lib/report/metrics.ts";
import { SUMMARIES } from "../lib/report/sweep.ts";
import type { Summary } from "../lib/report/summary.ts";
import { sweep } from "../lib/simulator/sweep/pool.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { jobOf } from "./engines/simulator.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import {
  type ExperimentData,
  EXPERIMENTS,
  EXPERIMENTS_DATA,
  type Trial,
  trialsOf,
} from "./shared/experiments.ts";
import { interruptible } from "./shared/interrupt.ts";
import { writeResults } from "./shared/result_pages.ts";
import type { Spread } from "./shared/scoreboard.ts";
import { stampNow } from "./shared/stamp.ts";

const COMMAND = { own: {} } as const;

async function main(argv: readonly string[]): Promise<number> {
  const { help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const stamp = await stampNow();
  const figures = await interruptible(measure);
  const data: ExperimentData = { ...stamp, figures };
  Deno.writeTextFileSync(EXPERIMENTS_DATA, `${JSON.stringify(data)}\n`);
  writeResults();
  return 0;
}

async function measure(signal: AbortSignal): Promise<ExperimentData["figures"]> {
  const figures: Record<string, Record<string, Record<string, Record<string, Spread>>>> = {};
  for (const trial of trialsOf(EXPERIMENTS)) {
    const { experiment, row, challenge } = trial;
    const measured = await simulate(trial, signal);
    ((figures[experiment] ??= {})[row] ??= {})[challenge] = measured;
    console.log(`${experiment}: ${row}, ${challenge}`);
  }
  return figures;
}

/** A cell's figures, each over all of its runs. */
async function simulate(
  { experiment, row, challenge, metrics, plans }: Trial,
  signal: AbortSignal,
): Promise<Record<string, Spread>> {
  const summaries: Summary[] = [];
  await sweep({
    signal,
    jobs: plans.map((plan) => jobOf(plan, [])),
    summaries: SUMMARIES,
    ended({ summary, seed }) {
      if (summary.ending !== "pass") {
        throw new Error(`${experiment}, ${row}: ${challenge}, seed ${seed}: ${summary.headline}`);
      }
      summaries.push(summary);
    },
  });
  return Object.fromEntries(metrics.flatMap((key) => {
    const spread = spreadOf(summaries.flatMap((one) => one.metrics[key] ?? []));
    return spread === undefined ? [] : [[key, [spread.median, spread.min, spread.max] as const]];
  }));
}

function helpText(): string {
  return [
    "deno task experiments [options]",
    "",
    "Simulates what the pages in results/ tell about lateness, rounds and faults, and writes their tables.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}

if (import.meta.main) await conclude("deno task experiments", () => main(Deno.args));
