import { assert, assertEquals } from "@std/assert";
import { Replica } from "./anti_entropy.ts";
import { gSet } from "./crdt.ts";
import type { Node } from "../node.ts";
import { FakeTime, scenario, type ScenarioOptions, TestNode, type World } from "../testing/mod.ts";
import { GSet } from "../workloads.ts";

const INTERVAL_MS = 100;

function set(node: Node): void {
  const replica = new Replica(node, gSet, { name: "g-set", intervalMs: INTERVAL_MS });
  node.on(GSet.add, async ({ element }) => {
    await replica.change(() => [element]);
    return { type: "add_ok" };
  });
  node.on(GSet.read, () => ({ type: "read_ok", value: [...replica.state] }));
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const add = (world: World, node: string, element: number) => world.ask(node, GSet.add, { element });

async function expectEverywhere(world: World, elements: number[], withinMs: number): Promise<void> {
  await world.expectWithin(withinMs, async () => {
    for (const node of world.nodes) {
      const { value } = await world.ask(node, GSet.read, {});
      assertEquals(value.toSorted((a, b) => a - b), elements);
    }
  });
}

/** Runs a scenario once all nodes have said hello. */
function afterHello(options: ScenarioOptions, story: (world: World) => Promise<void>) {
  return scenario(set, options, async (world) => {
    await world.pass(5 * INTERVAL_MS);
    await story(world);
  });
}

Deno.test("a change goes to every peer as news, which each acknowledges once", async () => {
  using time = new FakeTime();
  const n0 = new TestNode(set, "n0", ["n0", "n1"]);
  const gossip = (fields: object) => n0.receive("n1", { type: "gossip", name: "n1-a", ...fields });
  const next = async () => {
    await time.advance(INTERVAL_MS);
    return n0.sent.splice(0).map(({ dest, body: { news, seen } }) => ({ dest, news, seen }));
  };
  assertEquals(await next(), [{ dest: "n1", news: undefined, seen: [] }], "hello");
  gossip({ seen: [] });
  await n0.ask(GSet.add, { element: 7 });
  assertEquals(await next(), [{ dest: "n1", news: [7], seen: undefined }]);
  assertEquals(await next(), [{ dest: "n1", news: [7], seen: undefined }], "not acknowledged yet");
  gossip({ news: [8], seen: [7] });
  assertEquals(await next(), [{ dest: "n1", news: undefined, seen: [8] }]);
  assertEquals(await next(), []);
  gossip({ news: [8] });
  assertEquals(await next(), [{ dest: "n1", news: undefined, seen: [8] }], "it was not heard");
  for (const element of [9, 10]) gossip({ news: [element] });
  assertEquals(await next(), [{ dest: "n1", news: undefined, seen: [9, 10] }]);
  assertEquals([await next(), time.pending], [[], 0]);
});

Deno.test("a change reaches every replica an interval and a message delay later", async () => {
  await afterHello({ nodes: 5, latencyMs: 20 }, async (world) => {
    for (const i of upTo(10)) await add(world, `n${i % 5}`, i);
    await expectEverywhere(world, upTo(10), INTERVAL_MS + 20);
  });
});

Deno.test("while changes come from everywhere, each peer gets one message an interval", async () => {
  await afterHello({ nodes: 4, latencyMs: 10 }, async (world) => {
    const [before, sinceMs] = [world.serverMessages, world.nowMs];
    for (const i of upTo(500)) {
      await add(world, `n${i % 4}`, i);
      await world.pass(4);
    }
    const intervals = (world.nowMs - sinceMs) / INTERVAL_MS;
    const sent = world.serverMessages - before;
    assert(sent <= 12 * (intervals + 1), `${sent} messages in ${intervals} intervals`);
  });
});

Deno.test("nothing is sent once everyone is known to have everything", async () => {
  await afterHello({ nodes: 3, latencyMs: 10, loss: 0.2 }, async (world) => {
    for (const i of upTo(9)) await add(world, `n${i % 3}`, i);
    await world.pass(50 * INTERVAL_MS);
    const before = world.serverMessages;
    await world.pass(100 * INTERVAL_MS);
    assertEquals(world.serverMessages, before);
    await expectEverywhere(world, upTo(9), 0);
  });
});

Deno.test("loss, repetition and reordering only cost time", async () => {
  for (const seed of [1, 2, 3]) {
    const latency = { meanMs: 80, distribution: "exponential" } as const;
    await afterHello({ nodes: 4, latency, loss: 0.3, duplication: 0.3, seed }, async (world) => {
      for (const i of upTo(60)) {
        await add(world, `n${i % 4}`, i);
        await world.pass(10);
      }
      await expectEverywhere(world, upTo(60), 40 * INTERVAL_MS);
    });
  }
});

Deno.test("replicas agree an interval and a message delay after a partition heals", async () => {
  await afterHello({ nodes: 4, latencyMs: 20 }, async (world) => {
    world.partition(["n0"], ["n1", "n2", "n3"]);
    for (const i of upTo(8)) await add(world, `n${i % 4}`, i);
    await world.pass(10_000);
    assertEquals((await world.ask("n0", GSet.read, {})).value, [0, 4]);
    world.heal();
    await expectEverywhere(world, upTo(8), INTERVAL_MS + 20);
  });
});

Deno.test("changes travel through a third replica where the direct link is cut", async () => {
  const onlyNeighbours = [{ from: "n0", to: "n2" }, { from: "n2", to: "n0" }];
  const oneWayRing = upTo(3).map((i) => ({ from: `n${(i + 1) % 3}`, to: `n${i}` }));
  for (const links of [onlyNeighbours, oneWayRing]) {
    await afterHello({ nodes: 3, latencyMs: 10 }, async (world) => {
      for (const link of links) world.cut(link);
      for (const i of upTo(3)) await add(world, `n${i}`, i);
      await expectEverywhere(world, upTo(3), 2 * (INTERVAL_MS + 10));
    });
  }
});

Deno.test("a node that restarts learns what the others know, without further changes", async () => {
  await afterHello({ nodes: 3, latencyMs: 10 }, async (world) => {
    for (const i of upTo(6)) await add(world, `n${i % 3}`, i);
    await world.pass(20 * INTERVAL_MS);
    world.kill("n1");
    await world.pass(20 * INTERVAL_MS);
    world.restart("n1");
    await world.pass(3 * INTERVAL_MS);
    await expectEverywhere(world, upTo(6), 0);
    await add(world, "n1", 6);
    await expectEverywhere(world, upTo(7), INTERVAL_MS + 10);
  });
});

Deno.test("what was acknowledged outlasts the kill of every node, and is there at once", async () => {
  await afterHello({ nodes: 3, latencyMs: 10, disk: { syncMs: 5, torn: true } }, async (world) => {
    await Promise.all(upTo(9).map((i) => add(world, `n${i % 3}`, i)));
    for (const node of world.nodes) world.kill(node);
    for (const node of world.nodes) world.restart(node);
    await world.pass(200);
    for (const [i, node] of world.nodes.entries()) {
      const { value } = await world.ask(node, GSet.read, {});
      assertEquals(value.filter((element) => element % 3 === i).length, 3);
    }
    await expectEverywhere(world, upTo(9), 3 * INTERVAL_MS);
  });
});

/** Counts what is put into maps and sets, copies of them included. */
async function countInsertions(work: () => Promise<unknown>): Promise<number> {
  const [set, add] = [Map.prototype.set, Set.prototype.add];
  let count = 0;
  Map.prototype.set = function (key, value) {
    count++;
    return set.call(this, key, value);
  };
  Set.prototype.add = function (value) {
    count++;
    return add.call(this, value);
  };
  try {
    await work();
  } finally {
    [Map.prototype.set, Set.prototype.add] = [set, add];
  }
  return count;
}

Deno.test("adding to a set of 10,000 elements takes no more steps than to an empty one", async () => {
  const options: ScenarioOptions = { nodes: 3, disk: { syncMs: 1 } };
  await afterHello(options, async (world) => {
    const addFrom = async (first: number) => {
      await Promise.all(upTo(10).map((i) => add(world, `n${i % 3}`, first + i)));
      await world.pass(3 * INTERVAL_MS);
    };
    const few = await countInsertions(() => addFrom(0));
    await Promise.all(upTo(10_000).map((i) => add(world, `n${i % 3}`, 10 + i)));
    await world.pass(10 * INTERVAL_MS);
    const many = await countInsertions(() => addFrom(20_000));
    assert(many <= 2 * few, `${few} insertions, later ${many}`);
  });
});

Deno.test("an element that is not stored yet is neither shown nor sent", async () => {
  await afterHello({ nodes: 2, disk: { syncMs: 1_000 }, seed: 2 }, async (world) => {
    void add(world, "n0", 7).catch(() => {}); // which the kill leaves without an answer
    await world.pass(5);
    assertEquals((await world.ask("n0", GSet.read, {})).value, []);
    world.kill("n0");
    world.restart("n0");
    await world.pass(20_000);
    assertEquals((await world.ask("n1", GSet.read, {})).value, []);
  });
});

Deno.test("no two incarnations of a node share a name", async () => {
  const names = new Set<string>();
  const named = (node: Node) => {
    const replica = new Replica(node, gSet, { name: "g-set", intervalMs: INTERVAL_MS });
    node.on(GSet.read, () => {
      names.add(replica.name);
      return { type: "read_ok", value: [] };
    });
  };
  await scenario(named, { nodes: 2 }, async (world) => {
    for (const node of world.nodes) await world.ask(node, GSet.read, {});
    world.kill("n0");
    world.restart("n0");
    await world.pass(10);
    await world.ask("n0", GSet.read, {});
  });
  assertEquals(names.size, 3);
  assert([...names].every((name) => /^n\d-/.test(name)));
});
