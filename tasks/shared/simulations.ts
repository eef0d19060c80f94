/**
 * Simulations as `glomers sim` carries them out: one run or many, with a report of each.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { formatWhole } from "../../lib/checkers/format.ts";
import { reasonOf } from "../../lib/message.ts";
import type { RunReport } from "../../lib/report/report.ts";
import {
  renderSimulation,
  renderSweep,
  type SimulatedRun,
  SUMMARIES,
} from "../../lib/report/sweep.ts";
import { signatureOf, SweepSum } from "../../lib/report/sweep_sum.ts";
import { type Ending, worstEnding } from "../../lib/report/summary.ts";
import { detectStyle, isDumbTerminal, terminalColumns } from "../../lib/report/text.ts";
import { foldTranscript } from "../../lib/report/transcript.ts";
import { ENDINGS } from "../../lib/report/totals.ts";
import { SimulationWorker } from "../../lib/simulator/sweep/pool.ts";
import type { TraceFilter } from "../../lib/simulator/trace.ts";
import { UsageError } from "../../lib/workbench/option.ts";
import { jobOf } from "../engines/simulator.ts";
import { reportOf } from "./ended.ts";
import type { Remote } from "./remote_sweep.ts";
import { sweepHere, type SweepOptions, type Swept } from "./seeds.ts";
import type { SummedSweep } from "./sum_file.ts";
import { callFor, patienceOf, replayOf, type Target, titleOf } from "./target.ts";

/** What is asked of a simulation beyond its plan. */
export interface SimulationOptions extends Omit<SweepOptions, "seeds"> {
  /** Absent for a single run. */
  readonly seeds?: number;
  readonly trace?: TraceFilter;
  readonly shrink: boolean;
  /** Where sweeps take place. Absent: on this machine. */
  readonly remote?: Remote;
  /** The file for the page of the run: of many, of the first that fails. */
  readonly report?: string;
}

/** What came of a target. */
interface Simulated {
  /** Its runs by their seeds, if each is wanted. */
  readonly runs: readonly SimulatedRun[];
  readonly sum: SweepSum<SimulatedRun>;
  readonly interrupted: boolean;
}

/** Simulates a target, once or under many seeds, and prints what came of it. */
export async function simulateTarget(
  target: Target,
  options: SimulationOptions,
): Promise<Simulated> {
  const { seeds } = options;
  if (seeds !== undefined) return await runSweep(target, { ...options, seeds });
  const run = await runOnce(target, options);
  const sum = new SweepSum<SimulatedRun>();
  sum.add(run);
  return { runs: [run], sum, interrupted: false };
}

/** A run for other programs: its summary, how to repeat it, and its failure signature. */
export function asReport(
  target: Target,
  run: SimulatedRun,
  options: SimulationOptions,
): RunReport {
  const { seed, summary } = run;
  const { challenge: { id }, plan } = target;
  const title = titleOf(target);
  const ran = { title, challenge: id, engine: "simulator", plan: { ...plan, seed } } as const;
  return {
    ...reportOf({ summary }, ran),
    again: replayOf(callFor(target), seed, options.patienceS),
    signature: signatureOf(run),
  };
}

async function runOnce(
  { plan, ...target }: Target,
  options: SimulationOptions,
): Promise<SimulatedRun> {
  const { trace, shrink, isQuiet, report } = options;
  using worker = new SimulationWorker(SUMMARIES, patienceOf(options.patienceS));
  const attempts = shrink ? attemptsLine() : undefined;
  const job = jobOf(plan, target.challenge.limits);
  const ran = { plan, engine: "simulator" } as const;
  const transcript = foldTranscript((line) => console.log(line), transcriptStyle());
  // Only when one is wanted: it loads all that pages are made of.
  const pages = report === undefined ? undefined : await import("./page.ts");
  const head = pages?.headOf(ran, target.challenge);
  const { summary: { page, ...summary }, ...rest } = await worker.simulate({
    ...job,
    ...(head && { withJournal: true, context: { ...job.context, head } }),
    shrink,
    ...(trace && { trace }),
  }, {
    line: transcript.take,
    ...(attempts && { attempts }),
  }).finally(transcript.end);
  const run = { ...rest, summary };
  if (!isQuiet) console.log(renderRun({ plan, ...target }, run, options));
  if (report !== undefined && page !== undefined) writePage(report, page, { isQuiet });
  return run;
}

/** As wide as the terminal is; in full where it is none. */
function transcriptStyle() {
  const { color } = detectStyle();
  return { color, ...(Deno.stdout.isTerminal() && { width: terminalColumns() }) };
}

function writePage(path: string, page: string, { isQuiet }: { readonly isQuiet: boolean }): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, page);
  } catch (error) {
    throw new UsageError(`--report ${path}: ${reasonOf(error)}`);
  }
  if (!isQuiet) console.log(`    page: ${path}`);
}

function renderRun(target: Target, run: SimulatedRun, options: SimulationOptions): string {
  return renderSimulation(run, {
    ...detectStyle(),
    title: titleOf(target),
    replay: (option) => replayOf(callFor(target), run.seed, options.patienceS, option),
    traced: options.trace !== undefined,
    shrinking: options.shrink,
  });
}

function attemptsLine(): ((attempts: number) => void) | undefined {
  if (!Deno.stderr.isTerminal() || isDumbTerminal()) return undefined;
  const encoder = new TextEncoder();
  return (attempts) => Deno.stderr.writeSync(encoder.encode(`\r${attempts} runs tried\x1b[K\r`));
}

async function runSweep(
  target: Target,
  options: SimulationOptions & SweepOptions,
): Promise<Simulated> {
  const startMs = performance.now();
  const swept = await sweepSeeds(target, options);
  if (options.isQuiet) return swept;
  const { sum, interrupted } = swept;
  const { trace, shrink } = options;
  const tookS = ((performance.now() - startMs) / 1000).toFixed(1);
  const count = `${countRuns(swept, options)} seeds in ${tookS} s`;
  console.log(renderSweep(sum, { ...detectStyle(), title: titleOf(target), count }));
  const failed = sum.firstFailure;
  if (failed !== undefined) {
    console.log();
    const asked = trace !== undefined || shrink || options.report !== undefined;
    const plan = { ...target.plan, seed: failed.seed };
    // Who has interrupted a sweep does not wait for a transcript: the command for it is enough.
    if (asked && !interrupted) await runOnce({ ...target, plan }, options);
    else {
      const { trace: _, ...plain } = options;
      console.log(renderRun(target, failed, { ...plain, shrink: false }));
    }
  } else if (shrink && !interrupted) {
    console.log("    no seed fails: there is nothing to shrink");
  }
  return swept;
}

function countRuns({ sum, interrupted }: Swept, { seeds, remote }: SimulationOptions): string {
  if (seeds === undefined || sum.runs === seeds) return formatWhole(sum.runs);
  if (interrupted) return `interrupted: ${formatWhole(sum.runs)} of ${formatWhole(seeds)}`;
  const instead = remote === undefined ? " (--keep-going goes on)" : "";
  return `stopped at the first that fails${instead}: ${formatWhole(sum.runs)}`;
}

async function sweepSeeds(
  target: Target,
  options: SimulationOptions & SweepOptions,
): Promise<Swept> {
  const { remote } = options;
  if (remote === undefined) return await sweepHere(target, options);
  // Only when one is wanted: it loads the client of NATS.
  const { sweepElsewhere } = await import("./remote_sweep.ts");
  return await sweepElsewhere(target, options, remote);
}

/** Prints the sum of a sweep that was read from files. */
export function printSum({ title, call, patienceS, swept, sum }: SummedSweep): Ending {
  const total = SweepSum.from(sum);
  const count = `${formatWhole(total.runs)} seeds, ${swept.first} to ${
    swept.first + swept.seeds - 1
  }`;
  console.log(renderSweep(total, { ...detectStyle(), title, count }));
  const { firstFailure } = total;
  if (firstFailure !== undefined) {
    const replay = (option: string) => replayOf(call, firstFailure.seed, patienceS, option);
    const look = { ...detectStyle(), title, replay, traced: false, shrinking: false };
    console.log(`\n${renderSimulation(firstFailure, look)}`);
  }
  return worstOf(total);
}

/** The worst ending among the runs of a sum. */
export function worstOf({ endings }: SweepSum<SimulatedRun>): Ending {
  return worstEnding(ENDINGS.filter((ending) => endings[ending] > 0));
}
