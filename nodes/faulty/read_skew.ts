/**
 * Broken: appends take effect together, and only if nobody has changed the lists that they are for
 * since those were read; but what a transaction only reads, it reads one list after the other, while
 * others commit. It sees one list before a transaction and another one after it: read skew, G-single.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { ErrorCode, type ListOp, type Node, RpcError, TxnListAppend } from "../../lib/mod.ts";

export default function readSkew(node: Node): void {
  const lists = new Map<number, readonly number[]>();

  node.on(TxnListAppend.txn, async ({ txn }) => {
    /** The lists as they were when this transaction first touched them. */
    const before = new Map<number, readonly number[]>();
    const appended = new Map<number, number[]>();
    const done: ListOp[] = [];
    for (const op of txn) {
      const [f, key] = op;
      const list = before.get(key) ?? lists.get(key) ?? [];
      before.set(key, list);
      const mine = appended.get(key) ?? [];
      if (f === "append") appended.set(key, [...mine, op[2]]);
      done.push(f === "append" ? op : [f, key, [...list, ...mine]]);
      await delay(2);
    }
    for (const key of appended.keys()) {
      const changed = (lists.get(key) ?? []).length !== (before.get(key) ?? []).length;
      if (changed) throw new RpcError(ErrorCode.txnConflict, `list ${key} has changed`);
    }
    for (const [key, mine] of appended) lists.set(key, [...lists.get(key) ?? [], ...mine]);
    return { type: "txn_ok", txn: done };
  });
}
