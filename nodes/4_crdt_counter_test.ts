import { assert, assertEquals } from "@std/assert";
import { Counter } from "../lib/mod.ts";
import { scenario, TestNode, type World } from "../lib/testing/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import crdtCounter from "./4_crdt_counter.ts";

/** Anti-entropy's interval, which bounds how long an add stays unknown elsewhere. */
const INTERVAL_MS = 750;

Deno.test("adds count at once at the node that received them", async () => {
  const n0 = new TestNode(crdtCounter);
  for (const delta of [3, 0, 4]) await n0.ask(Counter.add, { delta });
  assertEquals((await n0.ask(Counter.read, {})).value, 7);
});

Deno.test("an add at another node counts once, however often it is heard", async () => {
  const n0 = new TestNode(crdtCounter, "n0", ["n0", "n1", "n2"]);
  await n0.ask(Counter.add, { delta: 1 });
  for (const news of [{ n1: 5 }, { n1: 8, n2: 1 }, { n1: 5 }, { n1: 8 }]) {
    n0.receive("n1", { type: "gossip", name: "n1", news });
    n0.receive("n2", { type: "gossip", name: "n2", news });
  }
  assertEquals((await n0.ask(Counter.read, {})).value, 1 + 8 + 1);
});

async function expectEverywhere(world: World, value: number, withinMs: number): Promise<void> {
  await world.expectWithin(withinMs, async () => {
    for (const node of world.nodes) {
      assertEquals((await world.ask(node, Counter.read, {})).value, value);
    }
  });
}

Deno.test("all nodes agree 0.75 s and a message delay after a partition heals", async () => {
  await scenario(crdtCounter, { nodes: 3, latencyMs: 100 }, async (world) => {
    world.partition(["n0"], ["n1", "n2"]);
    for (let i = 0; i < 300; i++) {
      await world.ask(`n${i % 3}`, Counter.add, { delta: 1 });
      await world.pass(10);
    }
    world.heal();
    await expectEverywhere(world, 300, INTERVAL_MS + 100);
  });
});

Deno.test("a node that restarts counts what it had sent before, and what it adds since", async () => {
  await scenario(crdtCounter, { nodes: 3 }, async (world) => {
    await world.ask("n0", Counter.add, { delta: 5 });
    await world.pass(2 * INTERVAL_MS);
    world.kill("n0");
    world.restart("n0");
    await world.pass(10);
    await world.ask("n0", Counter.add, { delta: 2 });
    await expectEverywhere(world, 7, 2 * INTERVAL_MS);
  });
});

/** Simulates a run, which must pass; returns messages between servers per operation. */
async function figureOf(options: PlanOptions): Promise<number> {
  let figure = () => NaN;
  const { results, problems } = await simulate(crdtCounter, options, {
    started: (gauge) => figure = () => gauge.serverMessages() / gauge.invocations(),
  });
  assertEquals([results?.["valid?"], problems], [true, []], `seed ${options.seed}`);
  return figure();
}

const CHALLENGE: PlanOptions = {
  workload: "g-counter",
  nodeCount: 3,
  rate: 100,
  timeLimitS: 20,
  faults: ["partition"],
  availability: 1,
};

Deno.test("the challenge passes at less than 0.15 messages per operation", async () => {
  for (const seed of [1, 2, 3]) {
    const figure = await figureOf({ ...CHALLENGE, seed });
    assert(figure > 0 && figure < 0.15, `seed ${seed}: ${figure} messages an operation`);
  }
});

Deno.test("the challenge passes with late, lost and repeated messages", async () => {
  for (const seed of [1, 2]) {
    await figureOf({
      ...CHALLENGE,
      latencyMs: 100,
      latencyDistribution: "exponential",
      loss: 0.2,
      duplication: 0.2,
      seed,
    });
  }
});
