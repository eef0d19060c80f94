import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { DiscardPolicy, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { delay } from "@std/async";
import { fileURLToPath } from "node:url";
import { type SimulatedRun, SUMMARIES } from "../report/sweep.ts";
import { type SumData, SweepSum } from "../report/sweep_sum.ts";
import { sweep as sweepHere } from "../simulator/sweep/pool.ts";
import { planOf } from "../workbench/plan.ts";
import { closing, connectTo } from "./connection.ts";
import { abandon, Coordinator } from "./coordinator.ts";
import { engineName } from "./engine.ts";
import { readProgram } from "./program.ts";
import { engineTag, type Sweep, sweepId, SweepQueue } from "./queue.ts";
import { NatsError, serverOf } from "./server.ts";
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
  { engine, ackWaitMs = 2_000, say = () => {}, connected }: {
    engine?: string;
    ackWaitMs?: number;
    say?: (sentence: string) => void;
    /** What happens before it begins to work. */
    connected?: () => Promise<void>;
  } = {},
): Promise<AsyncDisposable & { connection: NatsConnection }> {
  const connection = await connectAt(server, "a worker");
  const ended = new AbortController();
  const queue = await SweepQueue.open(connection, ended.signal);
  await connected?.();
  const working = work(queue, {
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
      await closing(connection)[Symbol.asyncDispose]();
    },
  };
}

interface Coordination {
  readonly rangeSize: number;
  /** Aborts to end the coordinator. */
  readonly controller?: AbortController;
  readonly started?: (coordinator: Coordinator) => void | Promise<void>;
  readonly troubled?: (why: string) => void;
  readonly auditMs?: number;
}

/** Coordinates a sweep to its end. */
async function coordinate(server: TestServer, sweep: Sweep, options: Coordination) {
  const connection = await connectAt(server, "a coordinator");
  await using _closing = closing(connection);
  const refused: string[] = [];
  const coordinator = await Coordinator.start(
    await SweepQueue.open(connection, options.controller?.signal),
    sweep,
    {
      rangeSize: () => options.rangeSize,
      refused: ({ engine }) => refused.push(engine),
      troubled: options.troubled ?? (() => {}),
      ...(options.controller && { signal: options.controller.signal }),
      ...(options.auditMs !== undefined && { auditMs: options.auditMs }),
    },
  );
  const started = options.started?.(coordinator);
  const { before } = coordinator.progress;
  const sum = await coordinator.finish();
  await started;
  return { sum: JSON.stringify(sum), runs: sum.runs, failed: sum.failed, before, refused };
}

testWithServer("two workers' sum is that of one machine, byte for byte", async (server) => {
  const sweep = await sweepOf();
  await using _ = await startWorker(server);
  await using __ = await startWorker(server);
  const { sum, failed } = await coordinate(server, sweep, { rangeSize: 4 });
  assert(failed > 0 && failed < sweep.seeds, "some of the runs are to fail");
  assertEquals(sum, await sumHere(sweep));
});

const pathOf = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

/** Starts a worker as a process, and resolves once it has a range in hand. */
async function startProcess(
  server: TestServer,
  options: readonly string[] = [],
): Promise<Deno.ChildProcess> {
  const permissions = ["--allow-read", "--allow-net=127.0.0.1"];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      ...options,
      ...permissions,
      pathOf("worker_process.ts"),
      server.address,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("simulates");) {
    const { value } = await reader.read();
    assert(value !== undefined, "the worker has ended");
    text += value;
  }
  await reader.cancel();
  return child;
}

testWithServer("a worker whose clock is a year ahead works as any other", async (server) => {
  const sweep = await sweepOf();
  const coordinated = coordinate(server, sweep, { rangeSize: 10 });
  const ahead = await startProcess(server, ["--preload", pathOf("clock_ahead.ts")]);
  try {
    assertEquals((await coordinated).sum, await sumHere(sweep));
  } finally {
    ahead.kill("SIGKILL");
    await ahead.status;
  }
});

testWithServer(
  "a range goes to another worker when its worker is killed, and all goes on after the server is",
  async (server) => {
    const sweep = await sweepOf();
    const coordinated = coordinate(server, sweep, { rangeSize: 10 });
    const doomed = await startProcess(server);
    doomed.kill("SIGKILL");
    await doomed.status;
    await using _ = await startWorker(server);
    await server.stop();
    await server.start();
    const { sum } = await coordinated;
    assertEquals(sum, await sumHere(sweep));
  },
);

testWithServer("a sweep goes on at a server that has lost all that it stored", async (server) => {
  const sweep = await sweepOf();
  const started = async ({ progress }: Coordinator) => {
    while (progress.sum.runs < 5) await delay(10);
    await server.stop();
    await server.forget();
    await server.start();
  };
  await using _ = await startWorker(server);
  await using __ = await startWorker(server);
  const { sum } = await coordinate(server, sweep, { rangeSize: 5, started, auditMs: 500 });
  assertEquals(sum, await sumHere(sweep));
});

testWithServer("a coordinator that is started again goes on where the queue is", async (server) => {
  const sweep = await sweepOf({ seeds: 80 }); // so many that it is stopped before the last
  const worker = await startWorker(server);
  const controller = new AbortController();
  const stopped = new Error("stopped");
  const started = async ({ progress }: Coordinator) => {
    while (progress.sum.runs < 10) await delay(10);
    controller.abort(stopped);
  };
  const first = await coordinate(server, sweep, { rangeSize: 5, controller, started })
    .catch((reason) => reason);
  assertEquals(first, stopped);
  await using _ = worker;
  // Another division would give other ranges, and count some seeds twice.
  const { sum, before } = await coordinate(server, sweep, { rangeSize: 7 });
  assert(before >= 10 && before % 5 === 0, `${before}`);
  assertEquals(sum, await sumHere(sweep));
});

testWithServer("a range that is done twice counts once", async (server) => {
  const sweep = await sweepOf({ seeds: 4 });
  const connection = await connectAt(server, "a rival");
  await using _closing = closing(connection);
  const queue = await SweepQueue.open(connection);
  const sum: SumData<SimulatedRun> = JSON.parse(await sumHere({ ...sweep, seeds: 2 }));
  const id = await sweepId(sweep);
  const coordinated = coordinate(server, sweep, {
    rangeSize: 2,
    started: async () => {
      for (let i = 0; i < 3; i++) await queue.report(id, 0, { sum });
    },
  });
  await using _ = await startWorker(server);
  assertEquals((await coordinated).sum, await sumHere(sweep));
});

testWithServer(
  "the first failure stops everyone, and nothing stays on the server",
  async (server) => {
    // Few runs fail, so that the worker that finds none is in the middle of a range.
    const plan = planOf({ workload: "echo", nodeCount: 1, concurrency: 2, timeLimitS: 1, rate: 3 });
    const sweep = await sweepOf({ plan, seeds: 5_000, stopsAtFirstFailure: true });
    const said: string[] = [];
    const say = (sentence: string) => void said.push(sentence.split(",")[0] ?? "");
    await using _ = await startWorker(server, { say });
    await using __ = await startWorker(server, { say });
    const count = (did: string) => said.filter((one) => one === `${did} answers another`).length;
    /** A worker that has just begun a range may hear of the stop before it says that it simulates. */
    const someStop = async () => {
      for (let i = 0; i < 1_000 && count("stops") === 0; i++) await delay(10);
      assert(count("stops") > 0, said.join("\n"));
    };
    await coordinate(server, sweep, { rangeSize: 1_000 });
    await someStop();
    // The same sweep, called for once more, is not one that has stopped.
    said.length = 0;
    const { runs, failed } = await coordinate(server, sweep, { rangeSize: 1_000 });
    assert(failed > 0 && runs < 2_000, `${failed} of ${runs}`);
    await someStop();
    const connection = await connectAt(server, "an observer");
    await using _closing = closing(connection);
    const queue = await SweepQueue.open(connection);
    const [id, tag] = [await sweepId(sweep), await engineTag(sweep.engine)];
    assertEquals([await queue.find(id), await queue.waiting(tag, id)], [undefined, new Set()]);
  },
);

testWithServer("a worker of another engine is refused by name, on both sides", async (server) => {
  const said: string[] = [];
  const engine = "Deno 1.0.0 with another engine";
  const sweep = await sweepOf({ seeds: 2 });
  const other = await startWorker(server, { engine, say: (sentence) => said.push(sentence) });
  const coordinated = coordinate(server, sweep, { rangeSize: 1 });
  while (said.length === 0) await delay(20);
  await other[Symbol.asyncDispose]();
  await using _ = await startWorker(server);
  assertEquals((await coordinated).refused, [engine]);
  assertEquals(said, [`refused: this sweep needs ${sweep.engine}, not ${engine}`]);
});

testWithServer("a sweep that is abandoned is gone", async (server) => {
  const sweep = await sweepOf({ seeds: 2 });
  const connection = await connectAt(server, "a coordinator");
  await using _closing = closing(connection);
  const queue = await SweepQueue.open(connection);
  assertEquals(await abandon(queue, sweep), false);
  using _ = await Coordinator.start(queue, sweep, {
    rangeSize: () => 1,
    refused: () => {},
    troubled: () => {},
  });
  const [id, tag] = [await sweepId(sweep), await engineTag(sweep.engine)];
  assertEquals((await queue.waiting(tag, id)).size, 2);
  assertEquals(await abandon(queue, sweep), true);
  assertEquals([await queue.find(id), (await queue.waiting(tag, id)).size], [undefined, 0]);
});

testWithServer(
  "ranges that a crash of the server has lost are put on the queue again",
  async (server) => {
    const sweep = await sweepOf({ seeds: 4 });
    const connection = await connectAt(server, "a crash");
    await using _closing = closing(connection);
    const queue = await SweepQueue.open(connection);
    const coordinated = coordinate(server, sweep, {
      rangeSize: 2,
      auditMs: 500,
      started: async () => {
        const manager = await jetstreamManager(connection);
        await manager.streams.purge("GLOMERS_RANGES");
        assertEquals(
          (await queue.waiting(await engineTag(sweep.engine), await sweepId(sweep))).size,
          0,
        );
      },
    });
    await delay(100);
    await using _ = await startWorker(server);
    assertEquals((await coordinated).sum, await sumHere(sweep));
  },
);

testWithServer("a full stream is told on both sides, and nothing is lost", async (server) => {
  const sweep = await sweepOf({ seeds: 2 });
  const connection = await connectAt(server, "an operator");
  await using _closing = closing(connection);
  const { streams } = await jetstreamManager(connection);
  const limit = (max_bytes: number) =>
    streams.update("GLOMERS_SWEEPS", { max_bytes, discard: DiscardPolicy.New });
  const { promise: full, resolve: fill } = Promise.withResolvers<void>();
  const { promise: told, resolve: troubled } = Promise.withResolvers<string>();
  const start = () =>
    coordinate(server, sweep, {
      rangeSize: 2,
      troubled,
      started: async () => {
        await limit((await streams.info("GLOMERS_SWEEPS")).state.bytes + 1);
        fill();
      },
    });
  let coordinated: ReturnType<typeof start> | undefined;
  const said: string[] = [];
  await using _ = await startWorker(server, {
    say: (sentence) => said.push(sentence),
    connected: async () => {
      coordinated = start();
      await full;
    },
  });
  assertMatch(await told, /^127.* refuses the sum of range 0: maximum bytes exceeded$/);
  assertEquals(said.at(-1), await told);
  await limit(-1);
  assertEquals((await coordinated)?.sum, await sumHere(sweep));
});

testWithServer("a program that cannot be loaded is a crash of every run", async (server) => {
  const { program: { entry, imports }, ...rest } = await sweepOf({ seeds: 2 });
  const modules = [{ url: entry, text: "export const program = 1;" }];
  const sweep = { ...rest, program: { entry, imports, modules } };
  await using _ = await startWorker(server);
  const { sum } = await coordinate(server, sweep, { rangeSize: 2 });
  const { endings }: SumData<SimulatedRun> = JSON.parse(sum);
  assertEquals(endings, { pass: 0, fail: 0, unknown: 0, crash: 2 });
  assertStringIncludes(sum, "must export the program, a function, as its default");
});

for (
  const [name, config, why] of [
    ["above the server's limit", "max_payload: 2000", "exceeds what the server takes in a message"],
    ["beyond the server's storage", "jetstream { max_file: 3KB }", "insufficient resources"],
  ] as const
) {
  testWithServer(`a sweep ${name} is told as such`, async (server) => {
    const connection = await connectAt(server, "a coordinator");
    await using _ = closing(connection);
    const queue = await SweepQueue.open(connection);
    const options = { rangeSize: () => 1, refused: () => {}, troubled: () => {} };
    const start = async () => await Coordinator.start(queue, await sweepOf(), options);
    const { message } = await assertRejects(start, NatsError);
    assertStringIncludes(message, why);
  }, config);
}

testWithServer("a server that lets a coordinator in no more is told as such", async (server) => {
  const connection = await connectAt(server, "a coordinator");
  const queue = await SweepQueue.open(connection);
  await connection.close(); // as the client does at the second refusal of a login
  const { message } = await assertRejects(() => queue.find("1"), NatsError);
  const why = "is out of reach: the server lets us in no more (--creds FILE)";
  assertEquals(message, `sweep 1 ${why}`);
});

testWithServer("who is interrupted does not wait for a server that is gone", async (server) => {
  await using _ = await startWorker(server);
  const controller = new AbortController();
  const reason = new Error("interrupted");
  const coordinated = coordinate(server, await sweepOf(), { rangeSize: 5, controller });
  await delay(300);
  await server.stop();
  controller.abort(reason);
  assertEquals(await coordinated.catch((error) => error), reason);
});
