/**
 * 3c, 3d and 3e when nodes are killed: what was acknowledged is kept, and soon everywhere.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Broadcast, type Program } from "../lib/mod.ts";
import { scenario, type ScenarioOptions, type World } from "../lib/testing/mod.ts";
import faultTolerantBroadcast from "./3c_fault_tolerant_broadcast.ts";
import efficientBroadcast1 from "./3d_efficient_broadcast_1.ts";
import efficientBroadcast2 from "./3e_efficient_broadcast_2.ts";

interface Subject {
  readonly program: Program;
  readonly args?: readonly string[];
  /** How soon a value is everywhere once every node can be reached: a repair, and the way there. */
  readonly everywhereMs: number;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  "3c": { program: faultTolerantBroadcast, everywhereMs: 1_200 },
  "3d": { program: efficientBroadcast1, everywhereMs: 600 },
  "3d lean": { program: efficientBroadcast1, args: ["lean"], everywhereMs: 850 },
  "3d fastest": { program: efficientBroadcast1, args: ["fastest"], everywhereMs: 4_100 },
  "3e": { program: efficientBroadcast2, everywhereMs: 2_800 },
  "3e lean": { program: efficientBroadcast2, args: ["lean"], everywhereMs: 3_300 },
};

const WORLD: ScenarioOptions = { nodes: 5, latencyMs: 10, disk: { syncMs: 2, torn: true } };

const broadcast = (world: World, node: string, message: number) =>
  world.ask(node, Broadcast.broadcast, { message });

async function read(world: World, node: string): Promise<number[]> {
  const { messages } = await world.ask(node, Broadcast.read, {});
  return messages.toSorted((a, b) => a - b);
}

function expectEverywhere(world: World, values: number[], withinMs: number): Promise<void> {
  return world.expectWithin(withinMs, async () => {
    for (const node of world.nodes) assertEquals(await read(world, node), values, node);
  });
}

async function tellAll(world: World): Promise<void> {
  for (const [i, node] of world.nodes.entries()) await broadcast(world, node, i);
}

for (const [id, { program, args = [], everywhereMs }] of Object.entries(SUBJECTS)) {
  const options = { ...WORLD, args };

  Deno.test(`${id}: after the kill of all nodes each has what it acknowledged, and soon all`, () =>
    scenario(program, options, async (world) => {
      await tellAll(world);
      for (const node of world.nodes) world.kill(node);
      for (const node of world.nodes) world.restart(node);
      for (const [i, node] of world.nodes.entries()) {
        assertEquals((await read(world, node)).includes(i), true, node);
      }
      await expectEverywhere(world, [0, 1, 2, 3, 4], everywhereMs);
    }));

  Deno.test(`${id}: a root or a leaf that was down has what it missed a round trip after its start`, () =>
    scenario(program, options, async (world) => {
      await tellAll(world);
      await expectEverywhere(world, [0, 1, 2, 3, 4], everywhereMs);
      for (const [i, node] of ["n0", "n3"].entries()) {
        await world.pass(10_000);
        world.kill(node);
        await broadcast(world, "n2", 5 + i);
        await world.pass(5_000);
        world.restart(node);
        await world.pass(1);
        await world.expectWithin(60, async () => {
          assertEquals((await read(world, node)).includes(5 + i), true, node);
        });
      }
      await expectEverywhere(world, [0, 1, 2, 3, 4, 5, 6], 0);
    }));

  Deno.test(`${id}: a kill in a partition loses nothing, and healing spreads what was kept`, () =>
    scenario(program, options, async (world) => {
      await tellAll(world);
      await world.pass(3_000);
      world.partition(["n0", "n1"], ["n2", "n3", "n4"]);
      await broadcast(world, "n1", 5);
      await broadcast(world, "n4", 6);
      for (const node of ["n0", "n2", "n4"]) world.kill(node);
      await world.pass(3_000);
      for (const node of ["n0", "n2", "n4"]) world.restart(node);
      await broadcast(world, "n4", 7);
      await world.pass(3_000);
      world.heal();
      await expectEverywhere(world, [0, 1, 2, 3, 4, 5, 6, 7], everywhereMs);
    }));
}
