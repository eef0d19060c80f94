/**
 * Simulations as `glomers sim` carries them out: one run or many, with a report of each.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { showLine } from "../../lib/report/progress_line.ts";
import type { RunReport } from "../../lib/report/report.ts";
import {
  renderSimulation,
  renderSweep,
  signatureOf,
  type SimulatedRun,
  SUMMARIES,
} from "../../lib/report/sweep.ts";
import { detectStyle, isDumbTerminal, terminalColumns } from "../../lib/report/text.ts";
import { foldTranscript } from "../../lib/report/transcript.ts";
import { formatWhole } from "../../lib/checkers/format.ts";
import { SimulationWorker, sweep } from "../../lib/simulator/sweep/pool.ts";
import type { TraceFilter } from "../../lib/simulator/trace.ts";
import { wordsOf } from "../../lib/workbench/command_line.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import { UsageError } from "../../lib/workbench/option.ts";
import { reasonOf } from "../../lib/message.ts";
import { jobOf } from "../engines/simulator.ts";
import { reportOf } from "./ended.ts";
import { type Challenge, challengeOf } from "./challenges.ts";
import { headOf } from "./page.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { callOf } from "./invocation.ts";
import { wordsOfLimits } from "./limits.ts";

/** What is asked of a simulation beyond its plan. */
export interface SimulationOptions {
  /** Absent for a single run. */
  readonly seeds?: number;
  readonly first: number;
  readonly keepGoing: boolean;
  readonly trace?: TraceFilter;
  readonly shrink: boolean;
  /** Whether nothing is printed of single runs. */
  readonly isQuiet: boolean;
  readonly patienceS?: number;
  /** The file for the page of the run: of many, of the first that fails. */
  readonly report?: string;
}

/** A run of a challenge, but for its seed where there are many. */
export interface Target {
  readonly challenge: Challenge;
  readonly plan: Plan;
  /** What it would be without any options. Absent: it has no name that stands for its options. */
  readonly standard?: Plan;
}

/** What came of a target. */
interface Swept {
  /** Of the runs that have ended, by their seeds. */
  readonly runs: readonly SimulatedRun[];
  readonly interrupted: boolean;
}

/** Simulates a target, once or under many seeds, and prints what came of it. */
export async function simulateTarget(target: Target, options: SimulationOptions): Promise<Swept> {
  if (options.seeds !== undefined) {
    return await runSweep(target, { ...options, seeds: options.seeds });
  }
  return { runs: [await runOnce(target, options)], interrupted: false };
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
    again: replayOf(target, seed, options),
    signature: signatureOf(run),
  };
}

/** What a run is called: where a challenge has several, by its options. */
function titleOf({ challenge: { id, title, runs }, plan }: Target): string {
  const name = id === title ? id : `${id}  ${title}`;
  return runs.length > 1 ? `${name}: ${wordsOf(plan).join(" ")}` : name;
}

/** The command that replays a run, under the same patience. */
function replayOf(
  { challenge, plan, standard }: Target,
  seed: string,
  { patienceS }: SimulationOptions,
  ...more: string[]
) {
  const { id, node, limits } = challenge;
  const { program = "" } = plan;
  const expected = standard === undefined ? [] : challengeOf(id).limits;
  const bounds = limits === expected ? [] : wordsOfLimits(limits);
  const bin = standard === undefined || program === node ? [] : ["--bin", program];
  const name = standard === undefined ? program : id;
  const patience = patienceS === undefined ? [] : ["--patience", String(patienceS)];
  const own = ["--seed", seed, ...patience, ...more];
  return callOf("sim", name, ...bin, ...bounds, ...wordsOf(plan, { other: standard, own }));
}

function patienceOf({ patienceS }: SimulationOptions): { patienceMs?: number } {
  return patienceS === undefined ? {} : { patienceMs: 1_000 * patienceS };
}

async function runOnce(
  { plan, ...target }: Target,
  options: SimulationOptions,
): Promise<SimulatedRun> {
  const { trace, shrink, isQuiet, report } = options;
  using worker = new SimulationWorker(SUMMARIES, patienceOf(options));
  const attempts = shrink ? attemptsLine() : undefined;
  const job = jobOf(plan, target.challenge.limits);
  const ran = { plan, engine: "simulator" } as const;
  const transcript = foldTranscript((line) => console.log(line), transcriptStyle());
  const { summary: { page, ...summary }, ...rest } = await worker.simulate({
    ...job,
    ...(report !== undefined &&
      { withJournal: true, context: { ...job.context, head: headOf(ran, target.challenge) } }),
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
    replay: (option) => replayOf(target, run.seed, options, option),
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
  options: SimulationOptions & { seeds: number },
): Promise<Swept> {
  const startMs = performance.now();
  const { runs, interrupted } = await sweepSeeds(target, options);
  const swept = { runs, interrupted };
  if (options.isQuiet) return swept;
  const { seeds, trace, shrink } = options;
  const tookS = ((performance.now() - startMs) / 1000).toFixed(1);
  const count = interrupted
    ? `interrupted: ${formatWhole(runs.length)} of ${formatWhole(seeds)}`
    : runs.length < options.seeds
    ? `stopped at the first that fails (--keep-going goes on): ${formatWhole(runs.length)}`
    : formatWhole(runs.length);
  const look = { ...detectStyle(), title: titleOf(target) };
  console.log(renderSweep(runs, { ...look, count: `${count} seeds in ${tookS} s` }));
  const failed = runs.find(({ summary }) => summary.ending !== "pass");
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

/** Runs one seed after another, until they end or somebody interrupts them. */
async function sweepSeeds(
  { challenge, plan }: Target,
  options: SimulationOptions & { seeds: number },
): Promise<Swept> {
  const { seeds, first, keepGoing, isQuiet } = options;
  const runs: SimulatedRun[] = [];
  const failures: SimulatedRun[] = [];
  const line = isQuiet ? undefined : showLine(() => ({
    done: runs.length,
    total: seeds,
    words: [challenge.id, `${runs.length} of ${seeds} seeds`, `${failures.length} failed`],
  }));
  const jobs = function* () {
    for (let seed = first; seed < first + seeds; seed++) {
      yield jobOf({ ...plan, seed: String(seed) }, challenge.limits);
    }
  };
  let interrupted = false;
  try {
    await interruptible((signal) =>
      sweep({
        signal,
        jobs: jobs(),
        summaries: SUMMARIES,
        ...patienceOf(options),
        enough: () => failures.length > 0 && !keepGoing,
        ended: (run) => {
          runs.push(run);
          if (run.summary.ending !== "pass") failures.push(run);
        },
      })
    );
  } catch (error) {
    if (error !== INTERRUPTED) throw error;
    interrupted = true;
  } finally {
    await line?.stop();
  }
  return { runs: runs.sort((a, b) => Number(a.seed) - Number(b.seed)), interrupted };
}
