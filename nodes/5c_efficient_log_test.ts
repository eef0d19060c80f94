import { assert, assertEquals, assertRejects } from "@std/assert";
import { Kafka, RpcError } from "../lib/mod.ts";
import { scenario, settled, TestNode, type World } from "../lib/testing/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import efficientLog from "./5c_efficient_log.ts";

async function send(world: World, node: string, msg: number): Promise<number> {
  return (await world.ask(node, Kafka.send, { key: "k", msg })).offset;
}

async function poll(world: World, node: string): Promise<(readonly [number, number])[]> {
  return (await world.ask(node, Kafka.poll, { offsets: { k: 0 } })).msgs.k ?? [];
}

Deno.test("sends to any node get one order, which every node ends up with", () =>
  scenario(efficientLog, { nodes: 3, latencyMs: 5 }, async (world) => {
    const sends = [11, 12, 13, 14, 15, 16].map((msg) => send(world, `n${msg % 3}`, msg));
    const offsets = await Promise.all(sends);
    assertEquals(offsets.toSorted(), [0, 1, 2, 3, 4, 5]);
    const log = offsets.map((offset, i): [number, number] => [offset, 11 + i]);
    log.sort(([a], [b]) => a - b);
    await world.pass(500);
    for (const node of world.nodes) assertEquals(await poll(world, node), log);
  }));

Deno.test("a hundred sends to a follower cost two messages, and can be polled once acknowledged", () =>
  scenario(efficientLog, { nodes: 2, latencyMs: 5 }, async (world) => {
    await world.pass(100);
    const before = world.serverMessages;
    await Promise.all(Array.from({ length: 100 }, (_, msg) => send(world, "n1", msg)));
    assertEquals(world.serverMessages - before, 2);
    assertEquals((await poll(world, "n1")).length, 100);
  }));

Deno.test("a batch whose reply is lost is appended once, and acknowledged with its offset", () =>
  scenario(efficientLog, { nodes: 2 }, async (world) => {
    world.cut({ from: "n0", to: "n1" });
    const first = send(world, "n1", 1);
    await world.expectWithin(100, async () => {
      assertEquals(await poll(world, "n0"), [[0, 1]]);
    });
    assertEquals(await send(world, "n0", 2), 1);
    await world.pass(2_000);
    world.heal();
    assertEquals(await first, 0);
    assertEquals(await send(world, "n1", 3), 2);
    for (const node of world.nodes) assertEquals(await poll(world, node), [[0, 1], [1, 2], [2, 3]]);
  }));

Deno.test("a follower that is cut off refuses the sends that have not left it, and only those", () =>
  scenario(efficientLog, { nodes: 2 }, async (world) => {
    await send(world, "n1", 1);
    world.partition(["n0"], ["n1"]);
    const left = send(world, "n1", 2);
    await world.pass(100);
    const waiting = send(world, "n1", 3);
    const error = await assertRejects(() => waiting, RpcError);
    assertEquals(error.code, 11);
    const sinceMs = world.nowMs;
    assertEquals((await assertRejects(() => send(world, "n1", 4), RpcError)).code, 11);
    assert(world.nowMs - sinceMs < 5, "it does not try first");
    assertEquals(await poll(world, "n1"), [[0, 1]], "polls go on");
    assertEquals(await send(world, "n0", 5), 1, "and so do sends to the leader");
    world.heal();
    assertEquals(await left, 2);
    assertEquals(await send(world, "n1", 6), 3);
    assertEquals(await poll(world, "n1"), [[0, 1], [1, 5], [2, 2], [3, 6]]);
  }));

Deno.test("a follower that restarts catches up, and sends under a new name", () =>
  scenario(efficientLog, { nodes: 2 }, async (world) => {
    for (const msg of [1, 2, 3]) await send(world, "n1", msg);
    world.kill("n1");
    world.restart("n1");
    assertEquals(await send(world, "n1", 4), 3);
    assertEquals(await poll(world, "n1"), [[0, 1], [1, 2], [2, 3], [3, 4]]);
  }));

Deno.test("offsets committed at one node are known at the others", () =>
  scenario(efficientLog, { nodes: 3 }, async (world) => {
    await world.ask("n1", Kafka.commit_offsets, { offsets: { a: 5 } });
    await world.ask("n0", Kafka.commit_offsets, { offsets: { b: 1 } });
    await world.pass(500);
    for (const node of world.nodes) {
      const { offsets } = await world.ask(node, Kafka.list_committed_offsets, { keys: ["a", "b"] });
      assertEquals(offsets, { a: 5, b: 1 });
    }
  }));

Deno.test("commits and lists succeed at a node that is cut off", () =>
  scenario(efficientLog, { nodes: 2 }, async (world) => {
    world.partition(["n0"], ["n1"]);
    await world.ask("n1", Kafka.commit_offsets, { offsets: { a: 5 } });
    const { offsets } = await world.ask("n1", Kafka.list_committed_offsets, { keys: ["a"] });
    assertEquals(offsets, { a: 5 });
  }));

for (
  const [what, options] of [
    ["partitions", { faults: ["partition"], faultIntervalS: 2 }],
    ["one-way and partial partitions", { faults: ["one-way", "partial"], faultIntervalS: 2 }],
    ["pauses", { faults: ["pause"], faultIntervalS: 2 }],
    [
      "loss, duplication and reordering",
      { loss: 0.1, duplication: 0.1, latencyMs: 50, latencyDistribution: "exponential" },
    ],
  ] satisfies [string, Partial<PlanOptions>][]
) {
  Deno.test(`the log's guarantees hold through ${what}`, async () => {
    const plan = {
      workload: "kafka",
      nodeCount: 5,
      concurrency: "2n",
      rate: 100,
      timeLimitS: 10,
      ...options,
    };
    for (const seed of [1, 2, 3]) {
      const { results } = await simulate(efficientLog, { ...plan, seed });
      assertEquals(results?.["valid?"], true, `seed ${seed}`);
    }
  });
}

Deno.test("a leader refuses what a follower cannot know, and serves it again after that", async () => {
  const n0 = new TestNode(efficientLog, "n0", ["n0", "n1"]);
  const exchange = (seq: number, seen: number) => {
    n0.receive("n1", {
      ...{ type: "exchange", msg_id: 1, incarnation: "n1-a", seq },
      ...{ sends: [["k", seq]], commits: {}, seen },
    });
    return settled();
  };
  await exchange(1, 0);
  for (const seq of [2 ** 53 - 1, 3]) await exchange(seq, 0);
  for (const seen of [2 ** 53 - 1, 2, -1]) await exchange(2, seen);
  await exchange(2, 1);
  const replies = n0.sent.map(({ body }) => body.code ?? body.messages);
  assertEquals(replies, [[["k", 1]], 14, 14, 14, 14, 14, [["k", 2]]]);
});

const LOG_OF_THREE: [number, number][] = [[0, 1], [1, 2], [2, 3]];
const committed = async (world: World, node: string) =>
  (await world.ask(node, Kafka.list_committed_offsets, { keys: ["k"] })).offsets;

Deno.test("what was acknowledged outlasts the kill of all nodes", () =>
  scenario(efficientLog, { nodes: 2, latencyMs: 5, disk: { syncMs: 5 } }, async (world) => {
    for (const msg of [1, 2]) await send(world, `n${msg % 2}`, msg);
    await world.pass(500);
    for (const node of world.nodes) world.kill(node);
    world.restart("n1");
    assertEquals(await poll(world, "n1"), [[0, 1], [1, 2]], "without its leader");
    world.restart("n0");
    assertEquals(await send(world, "n1", 3), 2);
    await world.pass(500);
    for (const node of world.nodes) assertEquals(await poll(world, node), LOG_OF_THREE);
  }));

Deno.test("a batch that the leader stored before it was killed is not appended again", () =>
  scenario(efficientLog, { nodes: 2, latencyMs: 5 }, async (world) => {
    await send(world, "n1", 1);
    world.cut({ from: "n0", to: "n1" });
    const unanswered = send(world, "n1", 2);
    await world.expectWithin(100, async () => {
      assertEquals(await poll(world, "n0"), [[0, 1], [1, 2]]);
    });
    for (let kill = 1; kill <= 2; kill++) { // the second finds a snapshot in place of records
      world.kill("n0");
      world.restart("n0");
      await world.pass(10);
    }
    assertEquals(await send(world, "n0", 3), 2);
    world.heal();
    assertEquals(await unanswered, 1);
    await world.pass(500);
    for (const node of world.nodes) assertEquals(await poll(world, node), LOG_OF_THREE);
  }));

Deno.test("an offset that a follower was told to commit outlasts it, and reaches the leader", () =>
  scenario(efficientLog, { nodes: 2, latencyMs: 5 }, async (world) => {
    world.partition(["n0"], ["n1"]);
    await world.ask("n1", Kafka.commit_offsets, { offsets: { k: 5 } });
    world.kill("n1");
    world.restart("n1");
    assertEquals(await committed(world, "n1"), { k: 5 });
    world.heal();
    await world.expectWithin(1_000, async () => {
      assertEquals(await committed(world, "n0"), { k: 5 });
    });
    world.kill("n0");
    world.restart("n0");
    assertEquals(await committed(world, "n0"), { k: 5 });
  }));

Deno.test("a follower that restarts is told only what is new, and idle nodes store nothing", () => {
  const logged: string[] = [];
  const log = (_: string, line: string) => logged.push(line);
  const options = { nodes: 2, latencyMs: 5, disk: { syncMs: 1 }, log };
  return scenario(efficientLog, options, async (world) => {
    await Promise.all(Array.from({ length: 200 }, (_, msg) => send(world, "n0", msg)));
    await world.pass(500);
    world.kill("n1");
    world.restart("n1");
    assertEquals((await poll(world, "n1")).length, 200, "from its journal");
    assertEquals(await send(world, "n1", 200), 200);
    await world.pass(500);
    const before = logged.length;
    await world.pass(20_000);
    assertEquals(logged.slice(before), [], "a journal tells how many syncs it has made");
    assertEquals(await send(world, "n1", 201), 201);
  });
});

Deno.test("nobody sees a message before it is on the leader's disk", () =>
  scenario(efficientLog, { nodes: 2, disk: { syncMs: 100 } }, async (world) => {
    for (const node of world.nodes) send(world, node, 1).catch(() => {});
    await world.pass(16);
    for (const node of world.nodes) assertEquals(await poll(world, node), []);
    world.kill("n0");
    world.restart("n0");
    await world.pass(1_000);
    assertEquals(await poll(world, "n0"), [[0, 1]], "that of n1, which asks again");
  }));
