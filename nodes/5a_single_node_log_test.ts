import { assert, assertEquals } from "@std/assert";
import { Kafka } from "../lib/mod.ts";
import { scenario, TestNode, type World } from "../lib/testing/mod.ts";
import singleNodeLog from "./5a_single_node_log.ts";

Deno.test("messages get consecutive offsets, and a poll starts at its offset", async () => {
  const n0 = new TestNode(singleNodeLog);
  const offsets: number[] = [];
  for (const msg of [7, 8, 7]) {
    offsets.push((await n0.ask(Kafka.send, { key: "k", msg })).offset);
  }
  assertEquals(offsets, [0, 1, 2]);
  const { msgs } = await n0.ask(Kafka.poll, { offsets: { k: 1, unknown: 0 } });
  assertEquals(msgs, { k: [[1, 8], [2, 7]] });
});

Deno.test("committed offsets are listed for the keys that have one", async () => {
  const n0 = new TestNode(singleNodeLog);
  await n0.ask(Kafka.commit_offsets, { offsets: { k: 5, l: 0 } });
  await n0.ask(Kafka.commit_offsets, { offsets: { k: 4 } });
  const { offsets } = await n0.ask(Kafka.list_committed_offsets, { keys: ["k", "m"] });
  assertEquals(offsets, { k: 5 });
});

const send = async (world: World, msg: number) =>
  (await world.ask("n0", Kafka.send, { key: "k", msg })).offset;
const poll = async (world: World) => {
  const { msgs } = await world.ask("n0", Kafka.poll, { offsets: { k: 0 } });
  return msgs.k ?? [];
};

Deno.test("a node that was killed has what it acknowledged, and goes on behind it", () =>
  scenario(singleNodeLog, { disk: { syncMs: 5 } }, async (world) => {
    for (const msg of [7, 8]) await send(world, msg);
    await world.ask("n0", Kafka.commit_offsets, { offsets: { k: 1, l: 4 } });
    world.kill("n0");
    world.restart("n0");
    assertEquals(await poll(world), [[0, 7], [1, 8]]);
    const { offsets } = await world.ask("n0", Kafka.list_committed_offsets, { keys: ["k", "l"] });
    assertEquals(offsets, { k: 1, l: 4 });
    assertEquals(await send(world, 9), 2);
  }));

Deno.test("no poll shows a message that a kill could still lose", () =>
  scenario(singleNodeLog, { disk: { syncMs: 50 } }, async (world) => {
    send(world, 7).catch(() => {});
    assertEquals(await poll(world), []);
    world.kill("n0");
    world.restart("n0");
    assertEquals(await send(world, 8), 0, "nobody has seen that offset");
    assertEquals(await poll(world), [[0, 8]]);
  }));

Deno.test("a message that was stored but not acknowledged is in the log once", async () => {
  for (const syncMs of [1, 5, 20]) {
    await scenario(singleNodeLog, { disk: { syncMs, torn: true } }, async (world) => {
      const unanswered = [1, 2, 3, 4, 5].map((msg) => send(world, msg).catch(() => undefined));
      await world.pass(5);
      world.kill("n0");
      world.restart("n0");
      const before = await poll(world);
      assertEquals(before, before.map((_, i): [number, number] => [i, i + 1]));
      assertEquals(await send(world, 6), before.length);
      const acknowledged = (await Promise.all(unanswered)).filter((offset) => offset !== undefined);
      assert(acknowledged.length <= before.length);
    });
  }
});
