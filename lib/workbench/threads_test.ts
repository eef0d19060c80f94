import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Completion } from "./clients/completion.ts";
import { sleep } from "./clock/clock.ts";
import { VirtualClock } from "./clock/virtual_clock.ts";
import { each, type Generator, once, sequence, stagger, timeLimit } from "./clients/generator.ts";
import { NS_PER_MS, NS_PER_S, type Op } from "../history/operations.ts";
import { Client } from "./clients/client.ts";
import { Network } from "./network/network.ts";
import { Random } from "./random.ts";
import { Threads } from "./threads.ts";
import type { Workload } from "./workloads/workload.ts";

interface Setting {
  readonly concurrency?: number;
  readonly reusableClients?: boolean;
  /** How the n-th operation ends, and after how many milliseconds. */
  readonly ends?: (n: number) => [ms: number, completion: Completion];
}

interface Stage {
  readonly threads: Threads;
  readonly history: Op[];
  /** Ids of the clients that were opened, and that are still in the network. */
  readonly opened: string[];
  readonly open: () => string[];
}

function stage(setting: Setting, story: (stage: Stage) => Promise<void>): Promise<void> {
  const { concurrency = 1, reusableClients = false, ends = () => [10, { type: "ok" }] } = setting;
  const clock = new VirtualClock();
  const latency = { meanMs: 0, distribution: "constant" } as const;
  const network = new Network({ clock, random: new Random(1), latency });
  const history: Op[] = [];
  const opened: string[] = [];
  let operations = 0;
  const workload: Workload = {
    name: "test",
    description: "",
    reusableClients,
    generators: () => ({ main: each(() => ({ f: "op", value: null })) }),
    open: () => async () => {
      const [ms, completion] = ends(++operations);
      await sleep(clock, ms * NS_PER_MS);
      return completion;
    },
    check: () => ({ "valid?": true }),
    explain: () => [],
  };
  const threads = new Threads({
    clock,
    workload,
    options: {
      nodes: ["n0", "n1"],
      concurrency,
      latencyMs: 0,
      topology: "grid",
      keyCount: 1,
      maxTxnLength: 1,
      maxWritesPerKey: 1,
    },
    openClient: () => {
      const id = `c${opened.length}`;
      opened.push(id);
      return new Client(id, network, clock);
    },
    nowNs: () => clock.nowNs(),
    record: (op) => {
      const recorded = { index: history.length, time: clock.nowNs(), ...op };
      history.push(recorded);
      return recorded;
    },
    malformed: () => {},
  });
  const open = () => opened.filter((id) => network.knows(id));
  return clock.run(() => story({ threads, history, opened, open }));
}

const ops = (count: number): Generator =>
  sequence(...Array.from({ length: count }, (_, i) => once({ f: "op", value: i })));

const print = (history: readonly Op[]) =>
  history.map(({ time, process, type, value }) =>
    `${time / NS_PER_MS} ${process} ${type} ${value}`
  );

Deno.test("a thread carries out one operation after another", async () => {
  await stage({}, async ({ threads, history }) => {
    await threads.run(ops(2));
    assertEquals(print(history), ["0 0 invoke 0", "10 0 ok 0", "10 0 invoke 1", "20 0 ok 1"]);
  });
});

Deno.test("threads take turns, and work concurrently", async () => {
  await stage({ concurrency: 2 }, async ({ threads, history }) => {
    await threads.run(ops(3));
    assertEquals(print(history), [
      "0 0 invoke 0",
      "0 1 invoke 1",
      "10 0 ok 0",
      "10 0 invoke 2",
      "10 1 ok 1",
      "20 0 ok 2",
    ]);
  });
});

Deno.test("after an operation that stays open a thread goes on as another process", async () => {
  const ends = (n: number): [number, Completion] => [10, { type: n === 1 ? "info" : "ok" }];
  await stage({ concurrency: 3, ends }, async ({ threads, history }) => {
    await threads.run(ops(5));
    const processes = history.filter(({ type }) => type === "invoke").map(({ process }) => process);
    assertEquals(processes.slice(0, 3), [0, 1, 2]);
    assert(processes.includes(3), "thread 0 is process 3 now");
    assertEquals(processes.slice(3).includes(0), false);
  });
});

Deno.test("a new process has a new client, unless clients can be reused", async () => {
  const ends = (): [number, Completion] => [1, { type: "info" }];
  await stage({ ends }, async ({ threads, opened, open }) => {
    await threads.run(ops(3));
    assertEquals([opened, open()], [["c0", "c1", "c2"], ["c2"]]);
    threads.close();
    assertEquals(open(), []);
  });
  await stage({ ends, reusableClients: true }, async ({ threads, opened }) => {
    await threads.run(ops(3));
    assertEquals(opened, ["c0"]);
  });
});

Deno.test("a failed operation keeps its process and its client", async () => {
  const ends = (): [number, Completion] => [1, { type: "fail", error: "no" }];
  await stage({ ends }, async ({ threads, history, opened }) => {
    await threads.run(ops(2));
    assertEquals(history.map(({ process }) => process), [0, 0, 0, 0]);
    assertEquals(history[1]?.error, "no");
    assertEquals(opened, ["c0"]);
  });
});

Deno.test("a completion has its own value, or else the invocation's", async () => {
  const ends = (n: number): [number, Completion] => [
    1,
    { type: "ok", ...(n === 1 && { value: "own", extra: { more: 1 } }) },
  ];
  await stage({ ends }, async ({ threads, history }) => {
    await threads.run(ops(2));
    assertEquals(history.map(({ value }) => value), [0, "own", 1, 1]);
    assertEquals(history[1]?.extra, { more: 1 });
  });
});

Deno.test("operations keep to the generator's times, and the run waits for the last of them", async () => {
  const ends = (): [number, Completion] => [300, { type: "ok" }];
  await stage({ concurrency: 50, ends }, async ({ threads, history }) => {
    const steady = stagger(100, new Random(1), each(() => ({ f: "op", value: null })));
    await threads.run(timeLimit(NS_PER_S, steady));
    const invoked = history.filter(({ type }) => type === "invoke");
    assert(invoked.length > 80 && invoked.length < 120, `${invoked.length} operations`);
    assert(invoked.every(({ time }) => time < NS_PER_S));
    assertEquals(history.length, 2 * invoked.length);
  });
});

Deno.test("a generator that waits for operations while none is outstanding fails the run", async () => {
  const waiting: Generator = {
    when: () => "pending",
    take: () => {
      throw new Error("nothing to take");
    },
  };
  await stage({}, async ({ threads }) => {
    await assertRejects(() => threads.run(waiting), Error, "none is under way");
  });
});
