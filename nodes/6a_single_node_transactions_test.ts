import { assertEquals } from "@std/assert";
import { type RegisterOp, TxnRwRegister } from "../lib/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import { TestNode } from "../lib/testing/mod.ts";
import singleNodeTransactions from "./6a_single_node_transactions.ts";

async function txn(node: TestNode, ...ops: RegisterOp[]): Promise<RegisterOp[]> {
  return (await node.ask(TxnRwRegister.txn, { txn: ops })).txn;
}

Deno.test("reads return what was written before, and writes come back unchanged", async () => {
  const n0 = new TestNode(singleNodeTransactions);
  assertEquals(await txn(n0, ["r", 1, null], ["w", 1, 6], ["w", 2, 9], ["r", 1, null]), [
    ["r", 1, null],
    ["w", 1, 6],
    ["w", 2, 9],
    ["r", 1, 6],
  ]);
  assertEquals(await txn(n0, ["r", 2, null], ["r", 3, null]), [["r", 2, 9], ["r", 3, null]]);
});

Deno.test("strictly serializable through kills, pauses and disks that fail", async () => {
  for (const seed of [1, 2, 3]) {
    const { results, finalStates } = await simulate(singleNodeTransactions, {
      workload: "txn-rw-register",
      nodeCount: 1,
      concurrency: 8,
      timeLimitS: 20,
      rate: 50,
      faults: ["kill", "pause", "skew"],
      disk: ["slow", "torn", "failing", "full"],
      faultIntervalS: 1,
      availability: 0,
      seed,
    });
    assertEquals([results?.["valid?"], finalStates?.["valid?"]], [true, true], `seed ${seed}`);
  }
});
