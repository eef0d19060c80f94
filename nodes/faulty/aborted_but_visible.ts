/**
 * Broken: a transaction that is refused has been carried out before anyone looks whether it may be.
 * Clients are told that it did not happen, and read what it wrote: aborted reads, G1a.
 *
 * @module
 */
import { ErrorCode, type ListOp, type Node, RpcError, TxnListAppend } from "../../lib/mod.ts";

const MOST_APPENDS = 3;

export default function abortedButVisible(node: Node): void {
  const lists = new Map<number, number[]>();

  function perform(op: ListOp): ListOp {
    const [f, key] = op;
    if (f === "r") return [f, key, lists.get(key) ?? null];
    lists.set(key, [...lists.get(key) ?? [], op[2]]);
    return op;
  }

  node.on(TxnListAppend.txn, ({ txn }) => {
    const done = txn.map(perform);
    if (txn.filter(([f]) => f === "append").length >= MOST_APPENDS) {
      throw new RpcError(ErrorCode.abort, `a transaction has fewer than ${MOST_APPENDS} appends`);
    }
    return { type: "txn_ok", txn: done };
  });
}
