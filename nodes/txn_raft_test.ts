import { assert, assertEquals } from "@std/assert";
import { type ListOp, TxnListAppend } from "../lib/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import { scenario, type World } from "../lib/testing/mod.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import txnRaft from "./txn_raft.ts";

const transact = async (world: World, node: string, ...txn: ListOp[]) =>
  (await world.ask(node, TxnListAppend.txn, { txn })).txn;

Deno.test("a transaction reads what those before it appended, at any node, and its own appends", () =>
  scenario(txnRaft, { nodes: 3 }, async (world) => {
    assertEquals(
      await transact(world, "n0", ["r", 1, null], ["append", 1, 7], ["r", 1, null]),
      [["r", 1, null], ["append", 1, 7], ["r", 1, [7]]],
    );
    await transact(world, "n1", ["append", 1, 8], ["append", 2, 9]);
    const seen: ListOp[] = [["r", 1, [7, 8]], ["r", 2, [9]]];
    for (const node of world.nodes) {
      assertEquals(await transact(world, node, ["r", 1, null], ["r", 2, null]), seen);
    }
    for (const node of world.nodes) world.kill(node);
    for (const node of world.nodes) world.restart(node);
    assertEquals(await transact(world, "n2", ["r", 1, null], ["r", 2, null]), seen);
  }));

Deno.test("it takes at most three messages a transaction with five nodes and 100 a second", () =>
  scenario(txnRaft, { nodes: 5 }, async (world) => {
    await transact(world, "n0", ["append", 0, 0]);
    const before = world.serverMessages;
    const asked: Promise<unknown>[] = [];
    for (let i = 1; i <= 300; i++) {
      asked.push(transact(world, `n${i * 7 % 5}`, ["r", 0, null], ["append", i % 4, i]));
      await world.pass(10);
    }
    await Promise.all(asked);
    const perOp = (world.serverMessages - before) / 300;
    assert(perOp <= 3, `${perOp}`);
  }));

for (
  const [what, options] of [
    ["partitions and kills", {
      faults: ["partition", "kill"],
      faultIntervalS: 1,
      disk: ["torn", "slow"],
    }],
    ["loss, duplication and reordering", {
      loss: 0.1,
      duplication: 0.1,
      latencyMs: 20,
      latencyDistribution: "exponential",
    }],
  ] satisfies [string, Partial<PlanOptions>][]
) {
  Deno.test(`strictly serializable through ${what}`, async () => {
    const { results, crash } = await simulate(txnRaft, {
      workload: "txn-list-append",
      nodeCount: 3,
      concurrency: "2n",
      rate: 50,
      timeLimitS: 6,
      ...options,
    });
    assertEquals(crash, undefined);
    assertEquals(results?.["valid?"], true);
  });
}
