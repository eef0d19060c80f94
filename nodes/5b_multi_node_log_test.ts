import { assert, assertEquals } from "@std/assert";
import { Kafka, type RpcError } from "../lib/mod.ts";
import { FakeTime, scenario, settled, TestNode, type World } from "../lib/testing/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import multiNodeLog from "./5b_multi_node_log.ts";

async function send(world: World, node: string, msg: number, key = "k"): Promise<number> {
  return (await world.ask(node, Kafka.send, { key, msg })).offset;
}

async function poll(world: World, node: string): Promise<(readonly [number, number])[]> {
  return (await world.ask(node, Kafka.poll, { offsets: { k: 0 } })).msgs.k ?? [];
}

Deno.test("simultaneous sends to several nodes get distinct offsets, the same everywhere", () =>
  scenario(multiNodeLog, { nodes: 3, latencyMs: 5 }, async (world) => {
    const sends = Array.from({ length: 30 }, (_, msg) => send(world, `n${msg % 3}`, msg));
    const offsets = await Promise.all(sends);
    const log = offsets.map((offset, msg): [number, number] => [offset, msg]);
    log.sort(([a], [b]) => a - b);
    assertEquals(log.map(([offset]) => offset), Array.from({ length: 30 }, (_, i) => i));
    await world.pass(500);
    for (const node of world.nodes) assertEquals(await poll(world, node), log);
  }));

Deno.test("sends that arrive while a batch is under way share the next one", () =>
  scenario(multiNodeLog, { nodes: 1, latencyMs: 5 }, async (world) => {
    await world.pass(100);
    const before = world.serverMessages;
    await Promise.all(Array.from({ length: 50 }, (_, msg) => send(world, "n0", msg)));
    assertEquals(world.serverMessages - before, 4, "a batch of one, and one of the others");
  }));

Deno.test("a batch whose compare-and-set got no answer is appended once, and acknowledged", () =>
  scenario(multiNodeLog, { nodes: 2, latencyMs: 5 }, async (world) => {
    world.cut({ from: "lin-kv", to: "n0" });
    const first = send(world, "n0", 1);
    await world.expectWithin(1_000, async () => {
      assertEquals(await poll(world, "n1"), [[0, 1]]);
    });
    assertEquals(await send(world, "n1", 2), 1);
    await world.pass(1_000);
    world.heal();
    assertEquals(await first, 0);
    assertEquals(await send(world, "n0", 3), 2);
    assertEquals(await poll(world, "n0"), [[0, 1], [1, 2], [2, 3]]);
  }));

Deno.test("a node that restarts reads its logs back from the store", () =>
  scenario(multiNodeLog, { nodes: 1 }, async (world) => {
    for (const msg of [1, 2, 3]) await send(world, "n0", msg);
    await world.ask("n0", Kafka.commit_offsets, { offsets: { k: 1 } });
    await send(world, "n0", 4);
    world.kill("n0");
    world.restart("n0");
    await world.pass(500);
    assertEquals(await poll(world, "n0"), [[0, 1], [1, 2], [2, 3], [3, 4]]);
    const { offsets } = await world.ask("n0", Kafka.list_committed_offsets, { keys: ["k", "l"] });
    assertEquals(offsets, { k: 1 });
  }));

Deno.test("a node that is far behind catches up in a few round trips, even with a send to publish", () =>
  scenario(multiNodeLog, { nodes: 2, latencyMs: 10 }, async (world) => {
    world.kill("n1");
    for (let msg = 0; msg < 150; msg++) await send(world, "n0", msg);
    world.restart("n1");
    const sinceMs = world.nowMs;
    assertEquals(await send(world, "n1", 150), 150);
    assert(world.nowMs - sinceMs < 500, `it took ${world.nowMs - sinceMs} ms`);
    assertEquals((await poll(world, "n1")).length, 151);
  }));

for (
  const [what, options] of [
    ["two nodes at full rate", { nodeCount: 2, rate: 1000, timeLimitS: 1 }],
    [
      "partitions, kills and pauses",
      {
        nodeCount: 5,
        rate: 100,
        timeLimitS: 10,
        faults: ["partition", "kill", "pause"],
        faultIntervalS: 2,
      },
    ],
    [
      "loss, duplication and reordering",
      {
        nodeCount: 3,
        rate: 100,
        timeLimitS: 10,
        loss: 0.1,
        duplication: 0.1,
        latencyMs: 20,
        latencyDistribution: "exponential",
      },
    ],
  ] satisfies [string, Partial<PlanOptions>][]
) {
  Deno.test(`the log's guarantees hold: ${what}`, async () => {
    const plan = { workload: "kafka", concurrency: "2n", ...options };
    for (const seed of [1, 2]) {
      const { results } = await simulate(multiNodeLog, { ...plan, seed });
      assertEquals(results?.["valid?"], true, `seed ${seed}`);
    }
  });
}

Deno.test("committed offsets travel with the next batch, and sends to other keys leave them alone", () =>
  scenario(multiNodeLog, { nodes: 2 }, async (world) => {
    await world.ask("n0", Kafka.commit_offsets, { offsets: { a: 5 } });
    await send(world, "n0", 1);
    await world.pass(500);
    const { offsets } = await world.ask("n1", Kafka.list_committed_offsets, { keys: ["a", "k"] });
    assertEquals(offsets, { a: 5 });
    assert(world.problems.length === 0);
  }));

Deno.test("sends beyond those that may wait for the store are refused, and the others appended", async () => {
  using time = new FakeTime();
  const n0 = new TestNode(multiNodeLog);
  const codes: number[] = [];
  for (let msg = 0; msg < 21_100; msg++) {
    n0.ask(Kafka.send, { key: "k", msg }).catch(({ code }: RpcError) => codes.push(code));
  }
  await time.advance(0);
  await settled();
  assertEquals(new Set(codes), new Set([11]), "of a batch under way and 20,000 more");
  assertEquals(codes.length, 21_100 - 20_000 - 1);
});

Deno.test("a late reply to an earlier incarnation appends nothing twice", () =>
  scenario(multiNodeLog, { nodes: 2, latencyMs: 100 }, async (world) => {
    send(world, "n0", 1).catch(() => {});
    await world.expectWithin(500, () => {
      assert(world.sightings.some(({ fate, type }) => fate === "send" && type === "cas_ok"));
    });
    world.kill("n0");
    world.restart("n0");
    await send(world, "n0", 2);
    await world.pass(1_000);
    for (const node of world.nodes) assertEquals(await poll(world, node), [[0, 1], [1, 2]]);
  }));

Deno.test("what was acknowledged outlasts the kill of all nodes, commits in no batch included", () =>
  scenario(multiNodeLog, { nodes: 2, latencyMs: 5, disk: { syncMs: 5 } }, async (world) => {
    for (const msg of [1, 2]) await send(world, `n${msg % 2}`, msg);
    await world.ask("n0", Kafka.commit_offsets, { offsets: { k: 1 } });
    for (let kill = 1; kill <= 2; kill++) { // the second finds a snapshot in place of records
      for (const node of world.nodes) world.kill(node);
      for (const node of world.nodes) world.restart(node);
      await world.pass(100);
    }
    const list = (node: string) => world.ask(node, Kafka.list_committed_offsets, { keys: ["k"] });
    assertEquals((await list("n0")).offsets, { k: 1 });
    assertEquals(await send(world, "n0", 3), 2);
    await world.pass(500);
    for (const node of world.nodes) {
      assertEquals(await poll(world, node), [[0, 1], [1, 2], [2, 3]]);
      assertEquals((await list(node)).offsets, { k: 1 });
    }
  }));

Deno.test("a send whose node is killed while it is cut off is in the log once or not at all", () =>
  scenario(multiNodeLog, { nodes: 2, latencyMs: 5 }, async (world) => {
    world.cut({ from: "lin-kv", to: "n0" });
    send(world, "n0", 1).catch(() => {}); // takes effect, and n0 does not hear of it
    await world.pass(2_000);
    send(world, "n0", 2).catch(() => {}); // waits for the first
    world.kill("n0");
    world.restart("n0");
    world.heal();
    assertEquals(await send(world, "n0", 3), 1);
    await world.pass(1_000);
    for (const node of world.nodes) assertEquals(await poll(world, node), [[0, 1], [1, 3]]);
  }));
