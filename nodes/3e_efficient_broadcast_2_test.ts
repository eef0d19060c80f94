import { assert, assertEquals } from "@std/assert";
import { runBroadcast } from "../lib/simulator/broadcast_run.ts";
import { FakeTime, TestNode } from "../lib/testing/mod.ts";
import { NS_PER_S } from "../lib/history/operations.ts";
import { grudgeOf, PARTITION_SHAPES } from "../lib/workbench/faults/partitions.ts";
import { plannedFault } from "../lib/workbench/planned.ts";
import { Random } from "../lib/workbench/random.ts";
import { Broadcast } from "../lib/workloads.ts";
import efficientBroadcast2 from "./3e_efficient_broadcast_2.ts";

Deno.test("a node reports once, and then waits for the root's next scatter", async () => {
  using _time = new FakeTime(); // or its timers would ring in the simulations below
  const n1 = new TestNode(efficientBroadcast2, "n1", ["n0", "n1", "n2"]);
  await n1.ask(Broadcast.topology, { topology: { n0: [], n1: [], n2: [] } });
  for (const message of [7, 8]) await n1.ask(Broadcast.broadcast, { message });
  assertEquals(n1.sent.map(({ dest, body }) => [dest, body.values]), [["n0", [7]]]);
  assertEquals((await n1.ask(Broadcast.read, {})).messages, [7, 8]);
});

Deno.test("under the challenge's load the figures are those that were derived", async () => {
  const { valid, messagesPerOp, medianMs, maxMs, lastMessageMs } = await runBroadcast(
    efficientBroadcast2,
    { seed: 1 },
  );
  assertEquals(valid, true);
  assert(messagesPerOp < 0.4, `${messagesPerOp} messages per operation`);
  assert(medianMs < 800 && maxMs < 1700, `${medianMs} ms, ${maxMs} ms`);
  assert(lastMessageMs < 23_000, "there is silence once all is acknowledged");
});

Deno.test("in every shape of partition values take two rounds at most on the paths left", async () => {
  const nodes = Array.from({ length: 25 }, (_, i) => `n${i}`);
  for (const shape of PARTITION_SHAPES) {
    const { valid, delays } = await runBroadcast(efficientBroadcast2, {
      timeLimitS: 10,
      faults: [
        plannedFault({
          timeNs: NS_PER_S,
          fault: {
            f: "start-partition",
            shape,
            grudge: grudgeOf(shape, nodes, new Random(2).split("nemesis")),
          },
        }),
      ],
      seed: 2,
    });
    assertEquals(valid, true);
    const soon = delays.filter(({ delayMs }) => delayMs <= 2800).length / delays.length;
    assert(soon > 0.95, `${shape}: ${soon} in time`);
  }
});
