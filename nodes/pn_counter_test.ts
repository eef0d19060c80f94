import { assert, assertEquals, assertRejects } from "@std/assert";
import { Counter, RpcError } from "../lib/mod.ts";
import { scenario, TestNode } from "../lib/testing/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import upAndDownCounter from "./pn_counter.ts";

Deno.test("the counter goes up and down, below zero too", async () => {
  const n0 = new TestNode(upAndDownCounter);
  const values = [];
  for (const delta of [3, -5, 0, 4]) {
    await n0.ask(Counter.add, { delta });
    values.push((await n0.ask(Counter.read, {})).value);
  }
  assertEquals(values, [3, -2, -2, 2]);
});

Deno.test("a decrement is not taken for an old value of the counter", async () => {
  await scenario(upAndDownCounter, { nodes: 2, latencyMs: 10 }, async (world) => {
    const expect = (value: number) =>
      world.expectWithin(800, async () => {
        assertEquals((await world.ask("n1", Counter.read, {})).value, value);
      });
    await world.ask("n0", Counter.add, { delta: 4 });
    await expect(4);
    await world.ask("n0", Counter.add, { delta: -5 });
    await expect(-1);
  });
});

Deno.test("runs pass in partitions, and with late, lost and repeated messages", async () => {
  const plain: PlanOptions = {
    workload: "pn-counter",
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
    const { results, problems } = await simulate(upAndDownCounter, { ...options, seed });
    assertEquals([results?.["valid?"], problems], [true, []], `seed ${seed}`);
  }
});

Deno.test("a change that cannot be counted exactly is refused, in either direction", async () => {
  const n0 = new TestNode(upAndDownCounter, "n0", ["n0", "n1"]);
  for (const delta of [2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 43]) {
    const error = await assertRejects(() => n0.ask(Counter.add, { delta }), RpcError);
    assert(error.definite);
  }
  for (const news of [[{ "n1-a": 2 ** 53 - 1 }, {}], [{}, { "n1-a": 2 ** 53 - 1 }]]) {
    n0.receive("n1", { type: "gossip", name: "n1-a", news });
  }
  await n0.ask(Counter.add, { delta: -3 });
  assertEquals((await n0.ask(Counter.read, {})).value, -3);
});
