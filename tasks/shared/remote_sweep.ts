/**
 * Sweeps over seeds on other machines, by way of a NATS server.
 *
 * @module
 */
import { formatWhole, pluralize } from "../../lib/checkers/format.ts";
import { closing, connectTo } from "../../lib/nats/connection.ts";
import { abandon, Coordinator, type SweepProgress } from "../../lib/nats/coordinator.ts";
import { engineName } from "../../lib/nats/engine.ts";
import { readProgram } from "../../lib/nats/program.ts";
import { type Sweep, SweepQueue } from "../../lib/nats/queue.ts";
import type { Server } from "../../lib/nats/server.ts";
import { summariesOf } from "../../lib/nats/shipped.ts";
import { showLine } from "../../lib/report/progress_line.ts";
import { isDumbTerminal } from "../../lib/report/text.ts";
import type { PagedSummary, SweepContext } from "../../lib/report/sweep.ts";
import { SimulationWorker } from "../../lib/simulator/sweep/pool.ts";
import { jobOf } from "../engines/simulator.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { callOf } from "./invocation.ts";
import type { SweepOptions, Swept } from "./seeds.ts";
import { patienceOf, type Target, titleOf } from "./target.ts";

/** How long a range is to take. Far longer than its messages, far shorter than the sweep. */
const RANGE_MS = 5_000;
/** For how long runs are timed to find out how many that are. */
const TIMING_MS = 1_000;
/** When somebody without a worker is told how to start one; workers say every 2 s that they are there. */
const REMIND_MS = 5_000;
/** How many ranges there are at least, where there are as many seeds, so that everyone gets some. */
const LEAST_RANGES = 64;

/** Where a sweep takes place, and how it is divided. */
export interface Remote {
  readonly server: Server;
  /** Seeds in a range. Absent: as many as take about {@linkcode RANGE_MS}. */
  readonly range?: number;
}

/** Sweeps over seeds by way of a server; goes on where an earlier call has left off. */
export async function sweepElsewhere(
  target: Target,
  options: SweepOptions,
  { server, range }: Remote,
): Promise<Swept> {
  const connection = await connectTo(server, { name: "glomers sim", say });
  await using _ = closing(connection);
  const sweep = await describe(target, options);
  return await interruptible(async (signal) => {
    const coordinator = await Coordinator.start(await SweepQueue.open(connection, signal), sweep, {
      rangeSize: () => range ?? chooseRange(sweep),
      refused: ({ id, engine }) =>
        say(`a worker is refused, ${id.slice(0, 8)}: it has ${engine}, this is ${sweep.engine}`),
      troubled: (why) =>
        say(`a worker cannot write down what it has done, and tries again: ${why}`),
      signal,
    });
    await using _ = showSweep(coordinator, target, options, server);
    try {
      return { sum: await coordinator.finish(), runs: [], interrupted: false };
    } catch (error) {
      if (error !== INTERRUPTED) throw error;
      say(`the sweep stays at ${server.address}: the same command goes on, with --abandon ends it`);
      return { sum: coordinator.progress.sum, runs: [], interrupted: true };
    }
  });
}

/** Draws a line that says how far a sweep is, until it is disposed of. */
function showSweep(
  coordinator: Coordinator,
  { challenge }: Target,
  { seeds, isQuiet }: SweepOptions,
  { address }: Server,
): AsyncDisposable {
  const startMs = performance.now();
  const reminder = setTimeout(() => {
    if (coordinator.progress.workers > 0) return;
    say(`no worker has come yet; one is started by: ${callOf("worker", "--on", address)}`);
  }, REMIND_MS);
  const line = isQuiet ? undefined : showLine(() => {
    const { progress } = coordinator;
    const words = inWords(progress, seeds, performance.now() - startMs);
    return { done: progress.sum.runs, total: seeds, words: [challenge.id, ...words] };
  });
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(reminder);
      await line?.stop();
    },
  };
}

/** Takes a sweep off a server; returns whether it was there. */
export async function abandonSweep(
  target: Target,
  options: SweepOptions,
  server: Server,
): Promise<boolean> {
  const connection = await connectTo(server, { name: "glomers sim", say });
  await using _ = closing(connection);
  return await abandon(await SweepQueue.open(connection), await describe(target, options));
}

/** Says something on standard error, in the place of a line that is drawn there. */
function say(sentence: string): void {
  const clear = Deno.stderr.isTerminal() && !isDumbTerminal() ? "\r\x1b[K" : "";
  console.error(`${clear}    ${sentence}`);
}

async function describe(target: Target, options: SweepOptions): Promise<Sweep> {
  const { challenge, plan } = target;
  const { first, seeds, stopsAtFirstFailure, patienceS } = options;
  const { module, fresh = false, context } = jobOf({ ...plan, seed: "" }, challenge.limits);
  const [engine, program] = await Promise.all([engineName(), readProgram(module)]);
  return {
    title: titleOf(target),
    engine,
    plan: { ...plan, seed: "" },
    program,
    fresh,
    context,
    ...patienceOf(patienceS),
    first,
    seeds,
    stopsAtFirstFailure,
  };
}

/** Times a few runs, of the text that others get: if it cannot be loaded, that shows here. */
async function chooseRange({ program, plan, fresh, context, ...sweep }: Sweep): Promise<number> {
  const { first, seeds, patienceMs } = sweep;
  const patience = patienceMs === undefined ? {} : { patienceMs };
  using worker = new SimulationWorker<SweepContext, PagedSummary>(summariesOf(program), patience);
  const simulate = (seed: number) =>
    worker.simulate({
      plan: { ...plan, seed: String(seed) },
      module: program.entry,
      fresh,
      context,
    });
  await simulate(first); // the first run is slower than the others
  const startMs = performance.now();
  let runs = 0;
  while (performance.now() - startMs < TIMING_MS) await simulate(first + runs++ % seeds);
  const perRunMs = (performance.now() - startMs) / runs;
  return Math.max(1, Math.min(Math.ceil(RANGE_MS / perRunMs), Math.ceil(seeds / LEAST_RANGES)));
}

function inWords(progress: SweepProgress, seeds: number, ms: number): string[] {
  const { sum, before, workers, cores } = progress;
  const rate = (sum.runs - before) / (ms / 1_000);
  const who = workers === 0
    ? "no workers yet"
    : `${pluralize(workers, "worker")}, ${pluralize(cores, "core")}`;
  return [
    `${formatWhole(sum.runs)} of ${formatWhole(seeds)} seeds`,
    `${formatWhole(sum.failed)} failed`,
    who,
    ...(rate > 0
      ? [`${formatWhole(rate)}/s`, `${formatTime((seeds - sum.runs) / rate)} left`]
      : []),
  ];
}

function formatTime(s: number): string {
  if (s < 100) return `${Math.ceil(s)} s`;
  return s < 6_000 ? `${Math.ceil(s / 60)} min` : `${(s / 3_600).toFixed(1)} h`;
}
