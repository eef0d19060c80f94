import { assert, assertEquals, assertRejects } from "@std/assert";
import { Counter, RpcError } from "../lib/mod.ts";
import { FakeTime, scenario, TestNode, type World } from "../lib/testing/mod.ts";
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

Deno.test("an add that cannot be counted exactly is refused, and those before it still count", async () => {
  const n0 = new TestNode(crdtCounter);
  await n0.ask(Counter.add, { delta: 2 ** 42 });
  for (const delta of [2 ** 53 - 1, 2 ** 53 - 1, 2 ** 42]) {
    const error = await assertRejects(() => n0.ask(Counter.add, { delta }), RpcError);
    assert(error.definite);
  }
  await n0.ask(Counter.add, { delta: 1 });
  assertEquals((await n0.ask(Counter.read, {})).value, 2 ** 42 + 1);
});

Deno.test("gossip of what no peer can know is refused, and the next one counts", async () => {
  const n0 = new TestNode(crdtCounter, "n0", ["n0", "n1", "n2"]);
  await n0.ask(Counter.add, { delta: 1 });
  const gossip = (src: string, fields: object) =>
    n0.receive(src, { type: "gossip", name: "n1-a", ...fields });
  for (const total of [2 ** 53 - 1, 2 ** 43, -1]) {
    gossip("n1", { news: { "n1-a": total } });
    gossip("n1", { seen: { "n1-a": total } });
  }
  gossip("c9", { news: { "n1-a": 100 } });
  assertEquals((await n0.ask(Counter.read, {})).value, 1);
  gossip("n1", { news: { "n1-a": 5 } });
  assertEquals((await n0.ask(Counter.read, {})).value, 6);
});

Deno.test("nobody knows of more adds of a node than the node itself", async () => {
  using time = new FakeTime();
  const n0 = new TestNode(crdtCounter, "n0", ["n0", "n1"]);
  await n0.ask(Counter.add, { delta: 1 });
  await time.advance(INTERVAL_MS);
  const [name = ""] = Object.keys(n0.sent.splice(0)[0]?.body.news ?? {});
  n0.receive("n1", { type: "gossip", name: "n1-a", seen: { [name]: 1_000 } });
  await n0.ask(Counter.add, { delta: 1 });
  assertEquals((await n0.ask(Counter.read, {})).value, 2);
  await time.advance(2 * INTERVAL_MS);
  assertEquals(n0.sent[0]?.body.news, { [name]: 2 }, "what is new is still sent");
});
