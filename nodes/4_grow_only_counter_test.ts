import { assert, assertEquals, assertRejects } from "@std/assert";
import { Counter, RpcError } from "../lib/mod.ts";
import {
  FakeTime,
  scenario,
  type ScenarioOptions,
  settled,
  TestNode,
  type World,
} from "../lib/testing/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import growOnlyCounter from "./4_grow_only_counter.ts";

const ROUND_MS = 600;

/** One of two nodes; the test plays the store and the other node. */
class Bench {
  readonly node = new TestNode(growOnlyCounter, "n0", ["n0", "n1"]);

  add(delta: number) {
    return this.node.ask(Counter.add, { delta });
  }

  /** What the node has sent. */
  async sent(): Promise<unknown[]> {
    await settled();
    return this.node.sent.map(({ dest, body: { msg_id: _, ...body } }) => [dest, body]);
  }

  /** Lets the node hear of the other, so that it need not ask the store. */
  hear(entry: readonly [total: number, version: number] = [0, 1]): void {
    this.node.receive("n1", { type: "stored", entry });
  }

  /** Answers the oldest request, which must be of that type. */
  async answer(type: string, reply: { type: string; [field: string]: unknown }): Promise<void> {
    await settled();
    const request = this.node.sent.shift();
    assertEquals([request?.dest, request?.body.type], ["seq-kv", type]);
    this.node.receive("seq-kv", { ...reply, in_reply_to: request?.body.msg_id ?? null });
    await settled();
  }

  /** Lets the node take over what its key holds, and store that once more with its first adds. */
  async begin(total: number, version: number): Promise<void> {
    await this.answer("read", { type: "read_ok", value: [total, version] });
    await this.answer("cas", { type: "cas_ok" });
  }
}

const cas = (from: unknown, to: unknown) => ["seq-kv", { type: "cas", key: "n0", from, to }];

Deno.test("an add is acknowledged at once, then stored, then sent to the peers", async () => {
  using _time = new FakeTime();
  const n0 = new Bench();
  assertEquals((await n0.add(5)).type, "add_ok");
  await n0.answer("read", { type: "error", code: 20 });
  assertEquals(await n0.sent(), [[
    "seq-kv",
    { type: "cas", key: "n0", from: null, to: [0, 1], create_if_not_exists: true },
  ]]);
  await n0.answer("cas", { type: "cas_ok" });
  assertEquals(await n0.sent(), [cas([0, 1], [5, 2])]);
  await n0.answer("cas", { type: "cas_ok" });
  assertEquals(await n0.sent(), [
    ["n1", { type: "stored", entry: [5, 2] }],
    ["seq-kv", { type: "read", key: "n1" }], // from which nothing has been heard
  ]);
});

Deno.test("adds of one round are stored together, and an add of 0 is not stored at all", async () => {
  using time = new FakeTime();
  const n0 = new Bench();
  n0.hear();
  await n0.add(1);
  await n0.begin(0, 1);
  n0.hear();
  await n0.answer("cas", { type: "cas_ok" });
  n0.node.sent.length = 0;
  for (const delta of [2, 0, 3, 4]) await n0.add(delta);
  await time.advance(ROUND_MS);
  assertEquals(await n0.sent(), [cas([1, 3], [10, 4])]);
  await n0.answer("cas", { type: "cas_ok" });
  n0.node.sent.length = 0;
  await n0.add(0);
  await time.advance(10 * ROUND_MS);
  assertEquals([await n0.sent(), time.pending], [[], 0]);
});

for (const happened of [true, false]) {
  const what = happened ? "happened" : "did not happen";
  Deno.test(`an add whose compare-and-set got no answer and ${what} counts once`, async () => {
    using time = new FakeTime();
    const n0 = new Bench();
    n0.hear();
    await n0.add(5);
    await n0.begin(100, 7);
    assertEquals(await n0.sent(), [cas([100, 8], [105, 9])]);
    n0.node.sent.length = 0;
    await n0.add(2);
    await time.advance(504); // half a second without an answer, and the back-off
    await n0.answer("read", { type: "read_ok", value: happened ? [105, 9] : [100, 8] });
    const [from, version] = happened ? [[105, 9], 10] : [[100, 8], 9];
    assertEquals(await n0.sent(), [cas(from, [105, version])]);
    await n0.answer("cas", { type: "cas_ok" });
    assertEquals(await n0.sent(), [["n1", { type: "stored", entry: [105, version] }]]);
    n0.node.sent.length = 0;
    await time.advance(ROUND_MS - 504);
    assertEquals(await n0.sent(), [cas([105, version], [107, version + 1])]);
  });
}

Deno.test("a read after a pause waits four seconds for the store, and then fails", async () => {
  using time = new FakeTime();
  const n0 = new Bench();
  let error: unknown;
  n0.node.ask(Counter.read, {}).catch((thrown) => error = thrown);
  await time.advance(3_999);
  assertEquals(error, undefined);
  await time.advance(1);
  await settled();
  assert(error instanceof RpcError);
  assertEquals([error.code, error.message], [11, "seq-kv does not answer"]);
});

Deno.test("an add that cannot be counted exactly is refused before it is acknowledged", async () => {
  using time = new FakeTime();
  const n0 = new Bench();
  n0.hear();
  const tooMuch = [2 ** 53 - 1, 2 ** 43, 2 ** 43, -(2 ** 53) + 1];
  await n0.add(5);
  for (const delta of tooMuch) {
    const error = await assertRejects(() => n0.add(delta), RpcError);
    assert(error.definite);
  }
  await n0.begin(0, 1);
  await n0.answer("cas", { type: "cas_ok" });
  n0.hear();
  assertEquals((await n0.node.ask(Counter.read, {})).value, 5);
  await time.advance(ROUND_MS);
});

Deno.test("what cannot be an entry, or is no peer's, does not count", async () => {
  using _time = new FakeTime();
  const n0 = new Bench();
  const most = 2 ** 53 - 1;
  for (const entry of [[most, 2], [7, most], [-most, 3], [7, -1]]) {
    n0.node.receive("n1", { type: "stored", entry });
  }
  n0.node.receive("c9", { type: "stored", entry: [1000, 5] });
  const reading = n0.node.ask(Counter.read, {});
  await n0.begin(0, 1);
  await n0.answer("cas", { type: "cas_ok" });
  await n0.answer("read", { type: "read_ok", value: [8, 4] });
  assertEquals((await reading).value, 8);
});

Deno.test("a peer's totals count in whatever order they arrive", async () => {
  using _time = new FakeTime();
  const n0 = new Bench();
  const reading = n0.node.ask(Counter.read, {});
  await n0.begin(100, 1);
  await n0.answer("cas", { type: "cas_ok" });
  for (const entry of [[7, 2], [9, 3], [7, 2]] as const) n0.hear(entry);
  await n0.answer("read", { type: "read_ok", value: [7, 2] });
  assertEquals((await reading).value, 109);
  assertEquals((await n0.node.ask(Counter.read, {})).value, 109, "and then at once");
});

// ---- in the simulator

function counters(options: ScenarioOptions, story: (world: World) => Promise<void>) {
  return scenario(growOnlyCounter, { nodes: 3, ...options }, story);
}

const add = (world: World, node: string, delta: number) => world.ask(node, Counter.add, { delta });
const valueAt = async (world: World, node: string) =>
  (await world.ask(node, Counter.read, {})).value;

/** Adds and reads at every node for a while; returns the sum of the adds. Reads may fail. */
async function traffic(world: World, turns: number): Promise<number> {
  for (let i = 0; i < turns; i++) {
    for (const [n, node] of world.nodes.entries()) await add(world, node, n + 1);
    for (const node of world.nodes) await valueAt(world, node).catch(() => {});
    await world.pass(20);
  }
  return turns * 6;
}

Deno.test("all nodes read every add within 1.3 s, without waiting, in any partition", async () => {
  const network = {
    whole: () => {},
    "cut all round": (world: World) => {
      for (const [from, to] of [["n1", "n0"], ["n2", "n1"], ["n0", "n2"]] as const) {
        world.cut({ from, to });
      }
    },
    "without n0": (world: World) => world.partition(["n0"], ["n1", "n2"]),
  };
  for (const [what, disturb] of Object.entries(network)) {
    await counters({ latencyMs: 10 }, async (world) => {
      const before = await traffic(world, 50);
      disturb(world);
      const sum = before + await traffic(world, 50);
      for (let waited = 0; waited < 1_300; waited += 20) {
        for (const node of world.nodes) await valueAt(world, node);
        await world.pass(20);
      }
      const beforeMs = world.nowMs;
      for (const node of world.nodes) assertEquals(await valueAt(world, node), sum, what);
      assert(world.nowMs - beforeMs <= 30, "a message under way at most keeps a read waiting");
    });
  }
});

Deno.test("the first read after a pause is right, though nothing was sent in the meantime", async () => {
  await counters({}, async (world) => {
    world.partition(["n0"], ["n1", "n2"]);
    const sum = await traffic(world, 10);
    await world.pass(5 * ROUND_MS);
    const before = world.serverMessages;
    await world.pass(60_000);
    assertEquals(world.serverMessages, before);
    for (const node of world.nodes) assertEquals(await valueAt(world, node), sum);
  });
});

Deno.test("all simultaneous reads after a pause are right", async () => {
  await counters({ latencyMs: 10 }, async (world) => {
    const sum = await traffic(world, 10);
    await world.pass(60_000);
    const reads = [...world.nodes, ...world.nodes].map((node) => valueAt(world, node));
    assertEquals(await Promise.all(reads), reads.map(() => sum));
  });
});

Deno.test("what was heard from a peer before a pause is stale after it", async () => {
  await counters({}, async (world) => {
    const sum = await traffic(world, 10);
    await world.pass(ROUND_MS);
    await add(world, "n0", 1);
    await world.pass(ROUND_MS); // now the others have heard from n0
    world.partition(["n0"], ["n1", "n2"]);
    await add(world, "n0", 1);
    await world.pass(60_000);
    for (const node of world.nodes) assertEquals(await valueAt(world, node), sum + 2);
  });
});

Deno.test("adds count once although the store answers late or its answers are lost", async () => {
  await counters({}, async (world) => {
    let sum = await traffic(world, 30);
    world.hold("seq-kv");
    sum += await traffic(world, 60); // requests time out, and are executed later all the same
    world.release("seq-kv");
    sum += await traffic(world, 30);
    world.cut({ from: "seq-kv", to: "n0" });
    sum += await traffic(world, 60);
    world.heal();
    await traffic(world, 60);
    await world.pass(5 * ROUND_MS);
    for (const node of world.nodes) assertEquals(await valueAt(world, node), sum + 360);
  });
});

Deno.test("a read soon after a round that only adds requested is as recent as any other", async () => {
  await counters({}, async (world) => {
    await traffic(world, 10);
    world.partition(["n0"], ["n1", "n2"]);
    await add(world, "n1", 500);
    for (let i = 0; i < 50; i++) {
      await add(world, "n0", 1);
      await world.pass(1_300 / 50);
    }
    assertEquals(await valueAt(world, "n0"), 60 + 500 + 50);
  });
});

Deno.test("adds that could not be stored are stored later, without further requests", async () => {
  await counters({}, async (world) => {
    world.hold("seq-kv");
    await add(world, "n0", 7);
    await world.pass(10_000);
    world.release("seq-kv");
    await world.pass(5_000);
    world.kill("n0");
    assertEquals(await valueAt(world, "n1"), 7);
  });
});

Deno.test("a node that restarts goes on from what it had stored", async () => {
  await counters({}, async (world) => {
    const sum = await traffic(world, 30);
    await world.pass(2 * ROUND_MS);
    world.kill("n1");
    world.restart("n1");
    await world.pass(10);
    await add(world, "n1", 1_000);
    await world.pass(2 * ROUND_MS);
    for (const node of world.nodes) assertEquals(await valueAt(world, node), sum + 1_000);
  });
});

Deno.test("adds count once through the kill of all nodes before they are in the store", () =>
  counters({ latencyMs: 10, disk: { syncMs: 5 } }, async (world) => {
    const sum = await traffic(world, 5);
    world.hold("seq-kv"); // requests that are under way take effect later
    for (const node of world.nodes) await add(world, node, 100);
    await world.pass(ROUND_MS);
    for (const node of world.nodes) world.kill(node);
    world.release("seq-kv");
    for (const node of world.nodes) world.restart(node);
    await world.pass(2 * ROUND_MS);
    for (const node of world.nodes) assertEquals(await valueAt(world, node), sum + 300);
  }));

Deno.test("a node that restarts stores what it had acknowledged, without further requests", () =>
  counters({}, async (world) => {
    world.cut({ from: "n0", to: "seq-kv" });
    await add(world, "n0", 7);
    world.kill("n0");
    world.restart("n0");
    await world.pass(ROUND_MS);
    world.heal();
    await world.pass(5_000);
    world.kill("n0");
    assertEquals(await valueAt(world, "n1"), 7);
  }));

Deno.test("no read shows an add that a kill could still lose", () =>
  counters({ nodes: 1, disk: { syncMs: 100 } }, async (world) => {
    await add(world, "n0", 1);
    await valueAt(world, "n0");
    add(world, "n0", 10).catch(() => {});
    assertEquals(await valueAt(world, "n0"), 1);
    world.kill("n0");
    world.restart("n0");
    await world.pass(ROUND_MS);
    assertEquals(await valueAt(world, "n0"), 1);
  }));

Deno.test("without a disk, a node that restarts goes on from its entry, though it hears its peers", async () => {
  using time = new FakeTime();
  const n0 = new Bench();
  n0.hear([9, 1]);
  const reading = n0.node.ask(Counter.read, {});
  await n0.begin(100, 4);
  await n0.answer("cas", { type: "cas_ok" });
  assertEquals((await reading).value, 109);
  await time.advance(ROUND_MS);
});

/** Simulates a run; returns messages between servers per operation. */
async function figureOf(options: PlanOptions): Promise<number> {
  let figure = () => NaN;
  const { results, problems } = await simulate(growOnlyCounter, options, {
    started: (gauge) => figure = () => gauge.serverMessages() / gauge.invocations(),
  });
  assertEquals([results?.["valid?"], problems], [true, []], `seed ${options.seed}`);
  return figure();
}

const CHALLENGE: PlanOptions = {
  workload: "g-counter",
  nodeCount: 3,
  rate: 100,
  timeLimitS: 20,
  availability: 1,
  faults: ["partition"],
};

Deno.test("the challenge passes in every partition at less than 0.4 messages per operation", async () => {
  for (const seed of [1, 2]) {
    const figure = await figureOf({ ...CHALLENGE, seed });
    assert(figure > 0 && figure < 0.4, `seed ${seed}: ${figure} messages an operation`);
  }
});

Deno.test("the challenge passes at high latency, and with negative adds", async () => {
  const slow: PlanOptions = { ...CHALLENGE, latencyMs: 100, latencyDistribution: "exponential" };
  await figureOf({ ...slow, seed: 1 });
  await figureOf({ ...slow, workload: "pn-counter", seed: 2 });
});

Deno.test("no final read is stale where messages are lost", async () => {
  for (const loss of [0.1, 0.2, 0.3]) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { availability: _, ...lossy } = { ...CHALLENGE, faults: [], loss, seed };
      await figureOf(lossy);
    }
  }
});
