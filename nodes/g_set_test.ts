import { assertEquals } from "@std/assert";
import { GSet } from "../lib/mod.ts";
import { scenario, TestNode } from "../lib/testing/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import growOnlySet from "./g_set.ts";

Deno.test("a read returns each added element once", async () => {
  const n0 = new TestNode(growOnlySet);
  for (const element of [3, 1, 3]) await n0.ask(GSet.add, { element });
  assertEquals((await n0.ask(GSet.read, {})).value, [3, 1]);
});

Deno.test("elements reach every node 0.75 s and a message delay later", async () => {
  await scenario(growOnlySet, { nodes: 5, latencyMs: 20 }, async (world) => {
    for (let element = 0; element < 50; element++) {
      await world.ask(`n${element % 5}`, GSet.add, { element });
      await world.pass(20);
    }
    await world.pass(750 + 20);
    for (const node of world.nodes) {
      const { value } = await world.ask(node, GSet.read, {});
      assertEquals(value.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
    }
  });
});

Deno.test("runs pass in partitions, and with late, lost and repeated messages", async () => {
  const plain: PlanOptions = {
    workload: "g-set",
    nodeCount: 5,
    rate: 10,
    timeLimitS: 30,
    faults: ["partition"],
    availability: 1,
  };
  const hard: PlanOptions = {
    ...plain,
    latencyMs: 100,
    latencyDistribution: "exponential",
    loss: 0.2,
    duplication: 0.2,
  };
  for (const [seed, options] of [plain, plain, hard].entries()) {
    const { results, problems } = await simulate(growOnlySet, { ...options, seed });
    assertEquals([results?.["valid?"], problems], [true, []], `seed ${seed}`);
  }
});
