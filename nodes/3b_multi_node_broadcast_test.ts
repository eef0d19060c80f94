import { assert, assertEquals } from "@std/assert";
import { Broadcast } from "../lib/mod.ts";
import { runBroadcast } from "../lib/simulator/broadcast_run.ts";
import { TestNode } from "../lib/testing/mod.ts";
import multiNodeBroadcast from "./3b_multi_node_broadcast.ts";

const IDS = ["n0", "n1", "n2"];

Deno.test("a value is sent to every other node once, and can be read here at once", async () => {
  const n1 = new TestNode(multiNodeBroadcast, "n1", IDS);
  await n1.ask(Broadcast.topology, { topology: { n0: ["n1"], n1: ["n0", "n2"], n2: ["n1"] } });
  for (const message of [7, 7]) await n1.ask(Broadcast.broadcast, { message });
  assertEquals(n1.sent.map(({ dest, body }) => [dest, body.value]), [["n0", 7], ["n2", 7]]);
  assertEquals((await n1.ask(Broadcast.read, {})).messages, [7]);
});

Deno.test("a value that another node sends is not forwarded", async () => {
  const n1 = new TestNode(multiNodeBroadcast, "n1", IDS);
  n1.receive("n0", { type: "tell", value: 7 });
  assertEquals((await n1.ask(Broadcast.read, {})).messages, [7]);
  assertEquals(n1.sent, []);
});

Deno.test("a peer that is started again is told what it lacks, and nothing else", async () => {
  const n1 = new TestNode(multiNodeBroadcast, "n1", IDS);
  for (const message of [7, 8]) await n1.ask(Broadcast.broadcast, { message });
  n1.receive("n0", { type: "exchange", msg_id: 1, values: [7, 9] });
  assertEquals((await n1.ask(Broadcast.read, {})).messages, [7, 8, 9]);
  assertEquals(n1.sent.at(-1)?.body, { type: "exchange_ok", in_reply_to: 1, values: [8] });
});

Deno.test("a value costs four messages and one message delay", async () => {
  for (const seed of [1, 2, 3]) {
    const run = await runBroadcast(multiNodeBroadcast, {
      nodeCount: 5,
      rate: 10,
      latencyMs: 10,
      seed,
    });
    assertEquals(run.valid, true);
    assert(run.maxMs <= 10, `${run.maxMs} ms`);
    assert(run.messagesPerOp < 2.2, `${run.messagesPerOp} messages per operation`);
  }
});
