import { assert, assertEquals } from "@std/assert";
import { runBroadcast } from "../lib/simulator/broadcast_run.ts";
import { FakeTime, TestNode } from "../lib/testing/mod.ts";
import { NS_PER_S } from "../lib/history/operations.ts";
import { grudgeOf, PARTITION_SHAPES } from "../lib/workbench/faults/partitions.ts";
import { plannedFault } from "../lib/workbench/planned.ts";
import { Random } from "../lib/workbench/random.ts";
import { Broadcast } from "../lib/workloads.ts";
import efficientBroadcast1 from "./3d_efficient_broadcast_1.ts";

const IDS = ["n0", "n1", "n2"];

Deno.test("a value is reported to the lowest node at once, and can be read here", async () => {
  using _time = new FakeTime(); // or its timers would ring in the simulations below
  const n1 = new TestNode(efficientBroadcast1, "n1", IDS);
  await n1.ask(Broadcast.topology, { topology: { n0: [], n1: [], n2: [] } });
  await n1.ask(Broadcast.broadcast, { message: 7 });
  assertEquals(n1.sent.map(({ dest, body }) => [dest, body.values]), [["n0", [7]]]);
  assertEquals((await n1.ask(Broadcast.read, {})).messages, [7]);
});

Deno.test("under the challenge's load the figures are those that were derived", async () => {
  const { valid, messagesPerOp, medianMs, maxMs, lastMessageMs } = await runBroadcast(
    efficientBroadcast1,
    { timeLimitS: 8, seed: 1 },
  );
  assertEquals(valid, true);
  assert(messagesPerOp < 2.5, `${messagesPerOp} messages per operation`);
  assert(medianMs <= 200 && maxMs <= 300, `${medianMs} ms, ${maxMs} ms`);
  assert(lastMessageMs < 10_000, "there is silence once all is acknowledged");
});

Deno.test("the fastest schedule takes one hop, and little more than a message per value and node", async () => {
  const run = await runBroadcast(efficientBroadcast1, {
    args: ["fastest"],
    timeLimitS: 8,
    seed: 1,
  });
  assertEquals(run.valid, true);
  assert(run.delays.every(({ startMs, arrivedMs }) => arrivedMs - startMs <= 100.1));
  assert(run.messagesPerOp < 12.5, `${run.messagesPerOp} messages per operation`);
  assert(run.lastMessageMs < 15_000, "there is silence once all is acknowledged");
});

Deno.test("what the fastest schedule tells in vain, the tree brings", async () => {
  const { valid, delays } = await runBroadcast(efficientBroadcast1, {
    args: ["fastest"],
    timeLimitS: 8,
    loss: 0.2,
    seed: 1,
  });
  assertEquals(valid, true);
  assert(delays.every(({ arrivedMs }) => arrivedMs < Infinity));
});

Deno.test("the lean schedule gathers longer, for half of the messages", async () => {
  const run = await runBroadcast(efficientBroadcast1, { args: ["lean"], timeLimitS: 8, seed: 1 });
  assertEquals(run.valid, true);
  assert(run.messagesPerOp < 1.3, `${run.messagesPerOp} messages per operation`);
  assert(run.medianMs < 340 && run.maxMs < 510, `${run.medianMs} ms, ${run.maxMs} ms`);
});

Deno.test("in every shape of partition most values take the paths that are left at once", async () => {
  const nodes = Array.from({ length: 25 }, (_, i) => `n${i}`);
  for (const shape of PARTITION_SHAPES) {
    const { valid, delays } = await runBroadcast(efficientBroadcast1, {
      timeLimitS: 8,
      faults: [
        plannedFault({
          timeNs: 3 * NS_PER_S,
          fault: {
            f: "start-partition",
            shape,
            grudge: grudgeOf(shape, nodes, new Random(1).split("nemesis")),
          },
        }),
      ],
      seed: 1, // after healing, the wait for the next probe is chance: up to 360 ms with seed 2
    });
    assertEquals(valid, true);
    const soon = delays.filter(({ delayMs }) => delayMs <= 300).length / delays.length;
    assert(soon > 0.94, `${shape}: ${soon} in time`);
  }
});

Deno.test("a machine that has too much to do costs some messages, not ever more", async () => {
  const { valid, messagesPerOp, maxMs } = await runBroadcast(efficientBroadcast1, {
    timeLimitS: 10,
    deliveryMs: 10, // the root is busy with deliveries half of the time
    seed: 1,
  });
  assertEquals(valid, true);
  assert(messagesPerOp < 5, `${messagesPerOp} messages per operation`);
  assert(maxMs < 600, `${maxMs} ms`);
});
