import { assertEquals } from "@std/assert";
import { Kafka } from "../lib/mod.ts";
import { TestNode } from "../lib/testing/mod.ts";
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
