import { assert, assertEquals, assertRejects } from "@std/assert";
import { Kafka } from "../lib/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import { scenario, type World } from "../lib/testing/mod.ts";
import raftLog from "./5c_raft_log.ts";

const send = async (world: World, node: string, msg: number) =>
  (await world.ask(node, Kafka.send, { key: "k", msg })).offset;
const poll = async (world: World, node: string) =>
  (await world.ask(node, Kafka.poll, { offsets: { k: 0 } })).msgs.k ?? [];

Deno.test("sends to any node get one order, which outlives any one of them, and all", () =>
  scenario(raftLog, { nodes: 3, latencyMs: 2 }, async (world) => {
    const offsets = await Promise.all([11, 12, 13].map((msg, i) => send(world, `n${i}`, msg)));
    assertEquals(offsets.toSorted(), [0, 1, 2]);
    for (const node of world.nodes) {
      const [other = ""] = world.nodes.filter((one) => one !== node);
      world.kill(node);
      await send(world, other, 20);
      world.restart(node);
    }
    for (const node of world.nodes) world.kill(node);
    for (const node of world.nodes) world.restart(node);
    assertEquals(await send(world, "n0", 30), 6);
    const log = offsets.map((offset, i): [number, number] => [offset, 11 + i]);
    log.sort(([a], [b]) => a - b);
    const whole = [...log, [3, 20], [4, 20], [5, 20], [6, 30]];
    await world.expectWithin(500, async () => {
      for (const node of world.nodes) assertEquals(await poll(world, node), whole);
    });
  }));

Deno.test("offsets committed at one node are known at every other", () =>
  scenario(raftLog, { nodes: 3 }, async (world) => {
    await send(world, "n0", 1);
    await world.ask("n1", Kafka.commit_offsets, { offsets: { k: 0 } });
    const { offsets } = await world.ask("n2", Kafka.list_committed_offsets, { keys: ["k", "x"] });
    assertEquals(offsets, { k: 0 });
  }));

Deno.test("logs are whole although nodes are killed and cut off", async () => {
  const { results } = await simulate(raftLog, {
    workload: "kafka",
    nodeCount: 3,
    concurrency: "2n",
    timeLimitS: 4,
    rate: 60,
    faults: ["kill", "partition"],
    faultIntervalS: 1,
    disk: ["torn"],
  });
  assertEquals(results?.["valid?"], true);
});

Deno.test("an argument sets the rounds apart, and any other is refused", async () => {
  const twentySendsMs = async (...args: string[]) => {
    let tookMs = 0;
    await scenario(raftLog, { nodes: 3, args }, async (world) => {
      await send(world, "n0", 0); // there is a leader
      const sinceMs = world.nowMs;
      for (let i = 1; i <= 20; i++) await send(world, "n0", i);
      tookMs = world.nowMs - sinceMs;
    });
    return tookMs;
  };
  const tookMs = await twentySendsMs();
  assert(tookMs <= 20 * 5, `${tookMs} ms`);
  assert(await twentySendsMs("50") > 5 * tookMs);
  for (const args of [["0"], ["fast"], ["5", "5"]]) {
    await assertRejects(() => twentySendsMs(...args), Error, `got ${args.join(" ")}`);
  }
});
