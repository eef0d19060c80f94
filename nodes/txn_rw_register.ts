#!/usr/bin/env -S deno run --quiet
/**
 * Workload txn-rw-register: transactions over registers, strictly serializable on any number of
 * nodes.
 *
 * It works as `txn_list_append.ts` does: the database is one value in lin-kv, replaced by
 * compare-and-set, with immutable pieces behind it (`algorithms/transactor.ts`). Only the meaning
 * of a write differs: it replaces the value. No anomaly is possible here, where the registers of 6a
 * to 6c, which ask nobody, permit stale reads and lost updates.
 *
 * It survives what that one does: partitions, kills, loss and duplication, also on the way to lin-kv.
 *
 * That has a price. At 100 operations a second on five nodes an operation costs about 4 messages
 * here, and waits two message delays to read or four to write; there it costs next to nothing and
 * waits for nobody. Partitions between nodes harm neither, but this one relies on lin-kv being in
 * reach.
 *
 * @module
 */
import { type DataType, Transactor } from "../lib/algorithms/transactor.ts";
import { integer, type Node, type RegisterOp, serve, TxnRwRegister } from "../lib/mod.ts";

const register: DataType<number> = {
  shape: integer,
  written: (_before, by) => by,
  size: () => 1,
};

export default function rwRegister(node: Node): void {
  const transactor = new Transactor(node, register);

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const seen = await transactor.transact(
      txn.map(([f, key, value]) => f === "w" && value !== null ? { key, by: value } : { key }),
    );
    const filledIn = (op: RegisterOp, i: number): RegisterOp =>
      op[0] === "w" ? op : ["r", op[1], seen[i] ?? null];
    return { type: "txn_ok", txn: txn.map(filledIn) };
  });
}

if (import.meta.main) await serve(rwRegister);
