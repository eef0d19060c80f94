/**
 * Broken where serializability is asked for: a transaction sees the lists as they were when it began,
 * and fails if another has since appended to one that it appends to. That is snapshot isolation. Two
 * transactions that each read what the other appends to do not stand in each other's way, though
 * neither can have come first: write skew, G2.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { ErrorCode, type ListOp, type Node, RpcError, TxnListAppend } from "../../lib/mod.ts";

export default function writeSkew(node: Node): void {
  const lists = new Map<number, readonly number[]>();

  node.on(TxnListAppend.txn, async ({ txn }) => {
    const mine = new Map(lists);
    const appends = txn.filter(([f]) => f === "append");
    const changed = appends.map(([, key]) => [key, lists.get(key)] as const);
    const done = txn.map((op): ListOp => {
      const [f, key] = op;
      const list = mine.get(key);
      if (f === "r") return [f, key, list === undefined ? null : [...list]];
      mine.set(key, [...list ?? [], op[2]]);
      return op;
    });
    await delay(5);
    if (changed.some(([key, list]) => lists.get(key) !== list)) {
      throw new RpcError(ErrorCode.txnConflict, "another transaction was first");
    }
    for (const [, key] of appends) lists.set(key, mine.get(key) ?? []);
    return { type: "txn_ok", txn: done };
  });
}
