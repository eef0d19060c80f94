import { assert, assertEquals } from "@std/assert";
import { BroadcastTree } from "./broadcast_tree.ts";
import type { Node } from "../../node.ts";
import { scenario, type ScenarioOptions, type World } from "../../testing/mod.ts";
import { Broadcast } from "../../workloads.ts";

const PROBE_MS = 200;

function program(node: Node): void {
  const tree = new BroadcastTree(node, {
    report: (sinceMs) => sinceMs,
    scatter: (sinceMs) => sinceMs + 10,
    ackUpMs: 100,
    ackDownMs: 10,
    patienceMs: 50,
    probeMs: PROBE_MS,
  });
  node.on(Broadcast.broadcast, async ({ message }) => {
    await tree.add(message);
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, async () => ({ type: "read_ok", messages: await tree.read() }));
}

/** Tells a story; `told` gives the values of all messages to a node since it was last asked. */
function story(
  options: ScenarioOptions,
  tell: (world: World, told: (node: string) => number[]) => Promise<void>,
): Promise<void> {
  const lines: string[] = [];
  const told = (node: string) => {
    const values = lines.splice(0).filter((line) => line.includes(`──▶ ${node} `))
      .flatMap((line) => /values (\[.*?\]), aside (\[.*?\])/.exec(line)?.slice(1) ?? [])
      .flatMap((list): number[] => JSON.parse(list));
    return values.toSorted((a, b) => a - b);
  };
  const transcript = (line: string) => lines.push(line);
  return scenario(program, { ...options, transcript }, (world) => tell(world, told));
}

const tell = (world: World, node: string, message: number) =>
  world.ask(node, Broadcast.broadcast, { message });
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

async function readFrom(world: World, node: string): Promise<number[]> {
  const { messages } = await world.ask(node, Broadcast.read, {});
  return messages.toSorted((a, b) => a - b);
}

function expectEverywhere(world: World, values: number[], withinMs: number): Promise<void> {
  return world.expectWithin(withinMs, async () => {
    for (const node of world.nodes) assertEquals(await readFrom(world, node), values, node);
  });
}

Deno.test("a restarted node is told what it has missed in one round trip, and nothing else", async () => {
  for (const downMs of [20, 500]) { // missed by its parent, or not
    await story({ nodes: 4, latencyMs: 5 }, async (world, told) => {
      for (const i of upTo(20)) await tell(world, `n${i % 4}`, i);
      await world.pass(1_000);
      world.kill("n2");
      await tell(world, "n1", 20);
      await world.pass(downMs);
      world.restart("n2");
      told("n2");
      await world.pass(11);
      assertEquals(await readFrom(world, "n2"), upTo(21));
      await world.pass(5_000);
      assertEquals(told("n2"), [20]);
    });
  }
});

Deno.test("after the kill of all nodes nobody is told again what was acknowledged before the last value", () =>
  story({ nodes: 4, latencyMs: 5 }, async (world, told) => {
    for (const i of upTo(20)) {
      await tell(world, `n${i % 4}`, i);
      await world.pass(500);
    }
    for (const node of world.nodes) world.kill(node);
    for (const node of world.nodes) world.restart(node);
    told("n1");
    await world.pass(5_000);
    assertEquals(told("n1").filter((value) => value < 18), []);
    await expectEverywhere(world, upTo(20), 0);
  }));

Deno.test("a restarted node, the root or another, is heard at once and repeats nothing", () =>
  story({ nodes: 3, latencyMs: 5 }, async (world, told) => {
    for (const i of upTo(9)) await tell(world, `n${i % 3}`, i);
    await world.pass(1_000);
    world.kill("n1");
    world.restart("n1");
    told("n0");
    await tell(world, "n1", 9);
    await expectEverywhere(world, upTo(10), 25);
    await world.pass(2_000);
    assertEquals(told("n0").filter((value) => value < 9), []);
    world.kill("n0");
    world.restart("n0");
    await tell(world, "n0", 10);
    await expectEverywhere(world, upTo(11), 25);
  }));

Deno.test("what an earlier incarnation said is not taken for what this one says", () =>
  story({ nodes: 2, latencyMs: 5 }, async (world) => {
    for (const i of upTo(10)) await tell(world, "n1", i);
    await world.pass(1_000);
    world.kill("n1");
    world.cut({ from: "n1", to: "n0" });
    world.restart("n1");
    for (const i of upTo(10)) await tell(world, "n1", 10 + i);
    await tell(world, "n0", 20); // in a message that acknowledges what n1 said before
    await world.pass(100);
    world.heal();
    await expectEverywhere(world, upTo(21), 5_000);
  }));

Deno.test("what a node had before a restart is not news to a peer that has lost the root", () =>
  story({ nodes: 4, latencyMs: 5 }, async (world, told) => {
    for (const i of upTo(20)) await tell(world, `n${i % 4}`, i);
    await world.pass(1_000);
    world.kill("n1");
    world.restart("n1");
    world.partition(["n0"], ["n3"]);
    await tell(world, "n3", 20);
    told("n3");
    await world.pass(1_020);
    assertEquals(told("n3").filter((value) => value < 20), []);
  }));

Deno.test("a message is not acknowledged before its values are stored", async () => {
  for (const seed of upTo(5)) {
    await story({ nodes: 3, latencyMs: 5, disk: { syncMs: 400 }, seed }, async (world) => {
      await tell(world, "n1", 7);
      await world.pass(50);
      world.kill("n0");
      world.restart("n0"); // it has heard of 7, and has most likely not stored it
      await expectEverywhere(world, [7], 10_000);
    });
  }
});

Deno.test("what was acknowledged is there after a kill of all nodes, whatever their disks lost", async () => {
  for (const seed of upTo(5)) {
    const disk = { syncMs: 20, torn: true };
    await story({ nodes: 3, latencyMs: 5, disk, seed }, async (world) => {
      const acknowledged = new Set<number>();
      const underWay = upTo(30).map(async (i) => {
        await world.pass(5 * i);
        await tell(world, `n${i % 3}`, i);
        acknowledged.add(i);
      });
      await world.pass(100);
      for (const node of world.nodes) world.kill(node);
      const before = [...acknowledged];
      assert(before.length > 5);
      for (const node of world.nodes) world.restart(node);
      await Promise.allSettled(underWay);
      await world.expectWithin(1_000, async () => {
        for (const node of world.nodes) {
          const values = await readFrom(world, node);
          assertEquals([...acknowledged].filter((value) => !values.includes(value)), [], node);
        }
      });
    });
  }
});

Deno.test("a read waits for what came before it to be stored", () =>
  story({ nodes: 2, latencyMs: 5, disk: { syncMs: 20 } }, async (world) => {
    const told = tell(world, "n0", 7);
    assertEquals(await readFrom(world, "n0"), [7]);
    await told;
  }));
