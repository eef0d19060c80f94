#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: checks whether a transaction is allowed only after carrying it out. Clients are told that
 * it did not happen, and read what it wrote: aborted reads, G1a.
 *
 * Tempting because the check needs the transaction's result in many programs, and refusing is the
 * part that one thinks about.
 *
 * To see it (G1a, and updates on top of aborted ones):
 *
 *     deno task sim nodes/faulty/aborted_but_visible.ts -w txn-list-append --node-count 1 \
 *       --concurrency 4 --time-limit 10 --rate 50 --consistency-models read-committed
 *
 * @module
 */
import {
  ErrorCode,
  type ListOp,
  type Node,
  RpcError,
  serve,
  TxnListAppend,
} from "../../lib/mod.ts";

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

if (import.meta.main) await serve(abortedButVisible);
