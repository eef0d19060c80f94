import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { NatsConnection } from "@nats-io/transport-node";
import { delay } from "@std/async";
import { type SimulatedRun, SUMMARIES } from "../report/sweep.ts";
import { SweepSum } from "../report/sweep_sum.ts";
import { sweep as sweepHere } from "../simulator/sweep/pool.ts";
import { planOf } from "../workbench/plan.ts";
import { connectTo } from "./connection.ts";
import { Coordinator } from "./coordinator.ts";
import { engineName } from "./engine.ts";
import { readProgram } from "./program.ts";
import { type Sweep, SweepQueue } from "./queue.ts";
import { serverOf } from "./server.ts";
import { type TestServer, testWithServer } from "./server_fixture.ts";
import { work } from "./worker.ts";

const NO_FILES = { creds: undefined, tlsca: undefined, tlscert: undefined, tlskey: undefined };

async function connectAt(server: TestServer, name: string): Promise<NatsConnection> {
  const on = serverOf({ ...NO_FILES, on: server.address });
  assert(on !== undefined);
  return await connectTo(on, { name, say: () => {} });
}

/** A sweep of a node that is wrong in some runs. */
async function sweepOf(options: Partial<Sweep> = {}): Promise<Sweep> {
  const program = new URL("../../nodes/faulty/answers_another.ts", import.meta.url).href;
  return {
    title: "answers another",
    engine: await engineName(),
    plan: planOf({ workload: "echo", nodeCount: 1, concurrency: 3, timeLimitS: 2, rate: 10 }),
    program: await readProgram(program),
    fresh: true,
    context: { limits: [] },
    first: 1,
    seeds: 30,
    stopsAtFirstFailure: false,
    ...options,
  };
}

/** The sum of a sweep on this machine alone. */
async function sumHere({ plan, program, fresh, context, first, seeds }: Sweep): Promise<string> {
  const sum = new SweepSum<SimulatedRun>();
  const jobs = Array.from({ length: seeds }, (_, i) => ({
    plan: { ...plan, seed: String(first + i) },
    module: program.entry,
    fresh,
    context,
  }));
  await sweepHere({ jobs, summaries: SUMMARIES, workers: 1, ended: (run) => sum.add(run) });
  return JSON.stringify(sum);
}

/** A worker in this process, on one core. Disposing of it ends it. */
async function startWorker(
  server: TestServer,
  { engine, ackWaitMs = 2_000, say = () => {} }: {
    engine?: string;
    ackWaitMs?: number;
    say?: (sentence: string) => void;
  } = {},
): Promise<AsyncDisposable & { connection: NatsConnection }> {
  const connection = await connectAt(server, "a worker");
  const ended = new AbortController();
  const working = work(await SweepQueue.open(connection), {
    engine: engine ?? await engineName(),
    cores: 1,
    ackWaitMs,
    say,
    signal: ended.signal,
  });
  return {
    connection,
    async [Symbol.asyncDispose]() {
      ended.abort(new Error("the worker ends"));
      await working;
      await connection.close();
    },
  };
}

async function coordinate(
  server: TestServer,
  sweep: Sweep,
  rangeSize: number,
  signal?: AbortSignal,
) {
  await using connection = await connectAt(server, "a coordinator");
  const refused: string[] = [];
  const coordinator = await Coordinator.start(await SweepQueue.open(connection), sweep, {
    rangeSize: () => Promise.resolve(rangeSize),
    refused: ({ engine }) => refused.push(engine),
    ...(signal && { signal }),
  });
  const { before } = coordinator.progress;
  const sum = await coordinator.finish();
  return { sum, before, refused };
}

testWithServer("two workers' sum is that of one machine, byte for byte", async (server) => {
  const sweep = await sweepOf();
  await using _ = await startWorker(server);
  await using __ = await startWorker(server);
  const { sum } = await coordinate(server, sweep, 4);
  assert(sum.failed > 0 && sum.failed < 30, "some of the runs are to fail");
  assertEquals(JSON.stringify(sum), await sumHere(sweep));
});
