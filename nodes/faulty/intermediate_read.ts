#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: transactions that write take turns, but those that only read do not wait, and see a list
 * between two appends of one transaction: intermediate reads, G1b.
 *
 * Tempting because readers change nothing, and letting them pass makes reads fast.
 *
 * To see it (G1b):
 *
 *     deno task sim nodes/faulty/intermediate_read.ts -w txn-list-append --node-count 1 \
 *       --concurrency 8 --time-limit 30 --rate 100 --consistency-models read-committed
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type ListOp, type Node, serve, TxnListAppend } from "../../lib/mod.ts";

export default function intermediateRead(node: Node): void {
  const lists = new Map<number, number[]>();
  let turn = Promise.resolve();

  function perform(op: ListOp): ListOp {
    const [f, key] = op;
    if (f === "r") return [f, key, lists.get(key) ?? null];
    lists.set(key, [...lists.get(key) ?? [], op[2]]);
    return op;
  }

  async function slowly(txn: readonly ListOp[]): Promise<ListOp[]> {
    const done: ListOp[] = [];
    for (const op of txn) {
      done.push(perform(op));
      await delay(1);
    }
    return done;
  }

  node.on(TxnListAppend.txn, async ({ txn }) => {
    if (txn.every(([f]) => f === "r")) return { type: "txn_ok", txn: txn.map(perform) };
    const done = turn.then(() => slowly(txn));
    turn = done.then(() => {});
    return { type: "txn_ok", txn: await done };
  });
}

if (import.meta.main) await serve(intermediateRead);
