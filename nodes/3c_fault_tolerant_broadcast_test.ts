import { assert, assertEquals } from "@std/assert";
import { runBroadcast } from "../lib/simulator/broadcast_run.ts";
import { FakeTime, TestNode } from "../lib/testing/mod.ts";
import { FAULT_KINDS, type Kind } from "../lib/workbench/faults/kinds.ts";
import { PARTITION_SHAPES, type PartitionShape } from "../lib/workbench/faults/partitions.ts";
import { schedule } from "../lib/workbench/faults/schedule.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import { plannedFault } from "../lib/workbench/planned.ts";
import { Random } from "../lib/workbench/random.ts";
import { Broadcast } from "../lib/workloads.ts";
import faultTolerantBroadcast from "./3c_fault_tolerant_broadcast.ts";

function run(options: Partial<PlanOptions>) {
  return runBroadcast(faultTolerantBroadcast, {
    nodes: ["n0", "n1", "n2", "n3", "n4"],
    rate: 10,
    latencyMs: 0,
    ...options,
  });
}

/** Maelstrom's partitions, those of one shape only. */
function partitionsOf(shape: PartitionShape): Kind {
  const { partition } = FAULT_KINDS;
  const draw: Kind["draw"] = (nodes, random) => {
    const strike = partition.draw(nodes, random);
    const [begin] = strike;
    return begin.f === "start-partition" && begin.shape === shape ? strike : draw(nodes, random);
  };
  return { ...partition, draw };
}

Deno.test("a value is reported to the lowest node only, and can be read here at once", async () => {
  using _time = new FakeTime(); // or its timers would ring in the simulations below
  const n1 = new TestNode(faultTolerantBroadcast, "n1", ["n0", "n1", "n2"]);
  await n1.ask(Broadcast.topology, { topology: { n0: [], n1: [], n2: [] } });
  for (const message of [7, 7]) await n1.ask(Broadcast.broadcast, { message });
  assertEquals(n1.sent.map(({ dest, body }) => [dest, body.values]), [["n0", [7]]]);
  assertEquals((await n1.ask(Broadcast.read, {})).messages, [7]);
});

Deno.test("in a healthy network values cost no more messages than without fault tolerance", async () => {
  for (const seed of [1, 2, 3]) {
    const { valid, messagesPerOp, maxMs, lastMessageMs } = await run({ seed });
    assertEquals(valid, true);
    assert(messagesPerOp < 2.1, `${messagesPerOp} messages per operation`);
    assert(maxMs <= 100, `${maxMs} ms`);
    assert(lastMessageMs < 21_500, "there is silence once all is acknowledged");
  }
});

Deno.test("nothing is lost in any shape of partition, and all is everywhere a second after", async () => {
  for (const shape of PARTITION_SHAPES) {
    for (const nodes of [["n0", "n1", "n2"], ["n0", "n1", "n2", "n3", "n4"]]) {
      const seed = `${shape}/${nodes.length}`;
      const random = new Random(seed).split("nemesis");
      const strikes = schedule([partitionsOf(shape)], nodes, random, 5);
      const { valid, delays, lastChangeMs } = await run({
        nodes,
        faults: strikes.take(40).map(plannedFault).toArray(),
        seed,
      });
      assertEquals(valid, true);
      const last = Math.max(...delays.map(({ arrivedMs }) => arrivedMs));
      assert(last < lastChangeMs + 1000, `${shape}: ${last} ms, healed at ${lastChangeMs} ms`);
    }
  }
});

Deno.test("messages that are lost or come twice do no harm", async () => {
  for (const seed of [1, 2]) {
    const { valid } = await run({ loss: 0.1, duplication: 0.1, seed });
    assertEquals(valid, true);
  }
});
