#!/usr/bin/env -S deno run --quiet
/**
 * Workload txn-rw-register: transactions over registers, strictly serializable on any number of nodes.
 *
 * The engine is that of `txn_list_append.ts`: the database is one value in lin-kv that is replaced by
 * compare-and-set, with pieces that never change behind it (`algorithms/transactor.ts`). All that differs is what
 * a write does: it replaces what was there. So no anomaly of any model is possible here, where the
 * registers of 6a to 6c, which ask nobody, admit stale reads and lost updates.
 *
 * That is what the two pay: here an operation costs about 4 messages at 100 operations a second on
 * five nodes, and waits two message delays to read and four to write; there it costs next to none and
 * waits for nobody. Partitions between nodes harm neither; that lin-kv can always be reached is what
 * this one rests on.
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
