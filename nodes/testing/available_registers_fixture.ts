/**
 * Tests that 6b and 6c share: registers that stay available while they are replicated.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Node, type RegisterOp, TxnRwRegister } from "../../lib/mod.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { scenario, type World } from "../../lib/testing/mod.ts";
import type { PlanOptions } from "../../lib/workbench/plan.ts";

async function txn(world: World, node: string, ...ops: RegisterOp[]): Promise<RegisterOp[]> {
  return (await world.ask(node, TxnRwRegister.txn, { txn: ops })).txn;
}

/** What each run goes through. */
const TROUBLES: readonly (readonly [what: string, Partial<PlanOptions>])[] = [
  ["partitions", { nodeCount: 2, faults: ["partition"], faultIntervalS: 1 }],
  ["partitions, pauses and skewed clocks", {
    nodeCount: 5,
    faults: ["partition", "pause", "skew"],
    faultIntervalS: 1,
    latencyMs: 20,
  }],
  ["loss, duplication and reordering", {
    nodeCount: 3,
    latencyMs: 50,
    latencyDistribution: "exponential",
    loss: 0.2,
    duplication: 0.2,
  }],
  ["kills, disks that fail, partitions and loss", {
    nodeCount: 3,
    timeLimitS: 20,
    faults: ["kill", "partition"],
    disk: ["slow", "torn", "failing", "full"],
    faultIntervalS: 1,
    latencyMs: 20,
    latencyDistribution: "exponential",
    loss: 0.1,
    duplication: 0.1,
    availability: 0,
  }],
];

/** Registers tests of a program that must satisfy a consistency model, and converge. */
export function testAvailableRegisters(program: (node: Node) => void, model: string): void {
  Deno.test("both sides of a partition go on, then agree and lose only what was overwritten", () =>
    scenario(program, { nodes: 2 }, async (world) => {
      await txn(world, "n0", ["w", 1, 1], ["w", 2, 1]);
      await world.pass(100);
      assertEquals(await txn(world, "n1", ["r", 1, null], ["r", 2, null]), [
        ["r", 1, 1],
        ["r", 2, 1],
      ]);
      world.partition(["n0"], ["n1"]);
      await txn(world, "n0", ["w", 1, 2], ["w", 3, 2]);
      await txn(world, "n1", ["w", 1, 3]);
      await txn(world, "n1", ["w", 1, 4], ["w", 4, 4]);
      await world.pass(2_000);
      assertEquals(await txn(world, "n0", ["r", 1, null]), [["r", 1, 2]]);
      world.heal();
      await world.expectWithin(1_000, async () => {
        for (const node of world.nodes) {
          const reads = await txn(
            world,
            node,
            ...[1, 2, 3, 4].map((k): RegisterOp => ["r", k, null]),
          );
          assertEquals(reads, [["r", 1, 4], ["r", 2, 1], ["r", 3, 2], ["r", 4, 4]]);
        }
      });
    }));

  for (const [what, options] of TROUBLES) {
    Deno.test(`${model} through ${what}, and no write is lost`, async () => {
      const { results, finalStates } = await simulateOnce(program, {
        workload: "txn-rw-register",
        concurrency: "2n",
        timeLimitS: 6,
        rate: 100,
        consistencyModels: [model],
        ...options,
      });
      assertEquals(results?.["valid?"], true);
      assertEquals(finalStates?.["valid?"], true);
      assert(Number(finalStates?.["key-count"]) > 30);
    });
  }
}
