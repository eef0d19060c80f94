/**
 * What a sweep costs that goes over a NATS server: beside one of this machine alone, and with ranges
 * in which there is nothing to do. From these follows what a thousand cores would ask of the server.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { closing, connectTo } from "../../lib/nats/connection.ts";
import { Coordinator } from "../../lib/nats/coordinator.ts";
import { engineName } from "../../lib/nats/engine.ts";
import { readProgram } from "../../lib/nats/program.ts";
import {
  countRanges,
  type DividedSweep,
  engineTag,
  rangeOf,
  type Sweep,
  SweepQueue,
} from "../../lib/nats/queue.ts";
import type { Server } from "../../lib/nats/server.ts";
import { TestServer } from "../../lib/nats/server_fixture.ts";
import { work } from "../../lib/nats/worker.ts";
import { type SimulatedRun, SUMMARIES } from "../../lib/report/sweep.ts";
import { SweepSum } from "../../lib/report/sweep_sum.ts";
import { sweep as sweepHere } from "../../lib/simulator/sweep/pool.ts";
import { planOf } from "../../lib/workbench/plan.ts";
import { jobOf } from "../engines/simulator.ts";
import { challengeOf } from "../shared/challenges.ts";
import {
  type Ceiling,
  type Comparison,
  renderSweeps,
  type SweepFigures,
  SWEEPS,
  type Took,
} from "./sweeps_table.ts";

const CHALLENGE = "3c";
/** How long a range takes on one core, at least. */
const RANGE_MS = 1_000;
const RANGES = 4;
const US_PER_S = 1_000_000;
const EMPTY_RANGES = 4_000;
/** How many are taken at a time, as by so many cores. */
const TAKERS = 16;

/** Measures, and keeps the figures if asked to. */
export async function benchSweeps(
  { rounds = 2, keep, report }: {
    readonly rounds?: number | undefined;
    readonly keep: boolean;
    readonly report: (line: string) => void;
  },
): Promise<SweepFigures> {
  await using server = await TestServer.start();
  const address = { address: server.address, isEncrypted: false };
  const connection = await connectTo(address, { name: "glomers bench", say: report });
  await using _ = closing(connection);
  const queue = await SweepQueue.open(connection);
  const sweep = await describe();
  const rangeSize = await sizeOf(sweep);
  const comparisons: Comparison[] = [];
  for (const cores of [1, 2]) {
    const runs = RANGES * rangeSize;
    const took: { here: Took; overNats: Took }[] = [];
    for (let round = 0; round < rounds; round++) {
      const first = 1 + (comparisons.length * rounds + round) * runs;
      const divided = { ...sweep, first, seeds: runs, rangeSize };
      const alone = await time(() => here(divided, cores));
      took.push({
        here: alone,
        overNats: await time(() => overNats(queue, address, divided, cores)),
      });
    }
    const [alone, overServer] = [
      took.map(({ here }) => here),
      took.map(({ overNats }) => overNats),
    ];
    comparisons.push({ cores, runs, here: alone, overNats: overServer });
  }
  const sum = await here({ ...sweep, seeds: rangeSize, rangeSize }, 2);
  const { inMsgs, outMsgs } = connection.stats();
  const ceiling = await measureCeiling(queue, { ...sweep, seeds: EMPTY_RANGES, rangeSize: 1 });
  const after = connection.stats();
  const figures = {
    date: new Date().toISOString().slice(0, 10),
    engine: await engineName(),
    cores: navigator.hardwareConcurrency,
    comparisons,
    ceiling,
    messagesPerRange: (after.inMsgs - inMsgs + after.outMsgs - outMsgs) / EMPTY_RANGES,
    sumBytes: JSON.stringify(sum).length,
    sweepBytes: JSON.stringify(sweep).length,
    mergesPerS: measureMerging(sum),
  };
  report(renderSweeps(figures));
  if (keep) keepFigures(figures);
  return figures;
}

async function describe(): Promise<Sweep> {
  const { runs: [run = { workload: "" }], limits } = challengeOf(CHALLENGE);
  const plan = planOf(run);
  const { module, fresh = false, context } = jobOf(plan, limits);
  return {
    title: CHALLENGE,
    engine: await engineName(),
    plan: { ...plan, seed: "" },
    program: await readProgram(module),
    fresh,
    context,
    first: 1,
    seeds: 1,
    stopsAtFirstFailure: false,
  };
}

/** How many runs take a second on one core, start and first compilation left out. */
async function sizeOf(sweep: Sweep): Promise<number> {
  const tookS = async (seeds: number) =>
    (await time(() => here({ ...sweep, seeds, rangeSize: 1 }, 1))).wallS;
  const [few, many] = [20, 120];
  await tookS(few);
  const runS = (await tookS(many) - await tookS(few)) / (many - few);
  return Math.ceil(RANGE_MS / 1_000 / runS);
}

async function here(
  { plan, program, fresh, context, first, seeds }: DividedSweep,
  workers: number,
): Promise<SweepSum<SimulatedRun>> {
  const sum = new SweepSum<SimulatedRun>();
  const jobs = Array.from({ length: seeds }, (_, i) => ({
    plan: { ...plan, seed: String(first + i) },
    module: program.entry,
    fresh,
    context,
  }));
  await sweepHere({ jobs, workers, summaries: SUMMARIES, ended: (run) => sum.add(run) });
  return sum;
}

/** The worker has a connection of its own, with which its requests for ranges end. */
async function overNats(queue: SweepQueue, server: Server, sweep: DividedSweep, cores: number) {
  const connection = await connectTo(server, { name: "glomers bench", say: () => {} });
  await using _ = closing(connection);
  const ended = new AbortController();
  const { signal } = ended;
  const options = { engine: sweep.engine, cores, say: () => {}, signal };
  const working = work(await SweepQueue.open(connection, signal), options);
  const coordinator = await Coordinator.start(queue, sweep, {
    rangeSize: () => sweep.rangeSize,
    refused: () => {},
    troubled: () => {},
  });
  await coordinator.finish();
  ended.abort();
  await working;
}

async function time(work: () => Promise<unknown>): Promise<Took> {
  const [startMs, before] = [performance.now(), cpuUsage()];
  await work();
  const { user, system } = cpuUsage(before);
  return { wallS: (performance.now() - startMs) / 1_000, cpuS: (user + system) / US_PER_S };
}

/** Enqueues empty ranges, has them done, and reads their sums, each as fast as it goes. */
async function measureCeiling(queue: SweepQueue, sweep: DividedSweep): Promise<Ceiling> {
  const [id, tag] = ["empty", await engineTag("none")];
  const numbers = Array.from({ length: countRanges(sweep) }, (_, number) => number);
  const perS = async (work: () => Promise<unknown>) => numbers.length / (await time(work)).wallS;
  const enqueued = await perS(() => queue.enqueue(tag, id, numbers));
  const next = await queue.ranges(tag);
  const sum = { sum: new SweepSum<SimulatedRun>().toJSON() };
  let left = numbers.length;
  const take = async () => {
    while (left-- > 0) {
      const message = await next();
      if (message === null) throw new Error("a range is missing");
      await queue.report(id, rangeOf(message.subject).number, sum);
      message.ack();
    }
  };
  const done = await perS(() => Promise.all(Array.from({ length: TAKERS }, take)));
  let at = 0;
  const read = await perS(async () => {
    for (const _ of numbers) at = (await queue.nextSum(id, at))?.at ?? NaN;
  });
  await queue.remove(tag, id);
  return { enqueued, done, read };
}

function measureMerging(sum: SweepSum<SimulatedRun>): number {
  const text = JSON.stringify(sum);
  const total = new SweepSum<SimulatedRun>();
  const merges = 200;
  const startMs = performance.now();
  for (let i = 0; i < merges; i++) total.merge(SweepSum.from(JSON.parse(text)));
  return merges / ((performance.now() - startMs) / 1_000);
}

function keepFigures(figures: SweepFigures): void {
  Deno.writeTextFileSync(SWEEPS, `${JSON.stringify(figures, null, 2)}\n`);
}
