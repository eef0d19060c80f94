#!/usr/bin/env -S deno run --quiet
/**
 * Faulty where serializability is required: a transaction reads a snapshot, and fails if another
 * has since appended to a list it appends to. That is snapshot isolation. Two transactions that
 * each read what the other appends to both commit, though neither can have come first: write skew,
 * G2.
 *
 * Tempting because snapshot isolation excludes every anomaly that has a well-known name, and some
 * databases call it serializable.
 *
 * To see it (G2-item):
 *
 *     deno task sim nodes/faulty/write_skew.ts -w txn-list-append --node-count 1 --concurrency 8 \
 *       --time-limit 10 --rate 200 --consistency-models serializable
 *
 * @module
 */
import { delay } from "@std/async/delay";
import {
  ErrorCode,
  type ListOp,
  type Node,
  RpcError,
  serve,
  TxnListAppend,
} from "../../lib/mod.ts";

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

if (import.meta.main) await serve(writeSkew);
