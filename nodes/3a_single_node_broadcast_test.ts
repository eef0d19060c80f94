import { assertEquals } from "@std/assert";
import { Broadcast } from "../lib/mod.ts";
import { TestNode } from "../lib/testing/mod.ts";
import singleNodeBroadcast from "./3a_single_node_broadcast.ts";

async function read(node: TestNode): Promise<number[]> {
  return (await node.ask(Broadcast.read, {})).messages;
}

Deno.test("a value can be read as soon as its broadcast is acknowledged", async () => {
  const n0 = new TestNode(singleNodeBroadcast);
  await n0.ask(Broadcast.topology, { topology: { n0: [] } });
  assertEquals(await read(n0), []);
  for (const message of [1000, 0, -7]) await n0.ask(Broadcast.broadcast, { message });
  assertEquals(await read(n0), [1000, 0, -7]);
});

Deno.test("a value that is broadcast twice is read once", async () => {
  const n0 = new TestNode(singleNodeBroadcast);
  for (const message of [3, 4, 3]) await n0.ask(Broadcast.broadcast, { message });
  assertEquals(await read(n0), [3, 4]);
});
