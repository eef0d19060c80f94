#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: appends take effect together, and only if their lists have not changed since; but a
 * transaction reads its lists one after another while others commit. It sees one list before a
 * transaction and another after it: read skew, G-single.
 *
 * Tempting because the check at commit protects every list that is written. The lists that are only
 * read need it too, or a snapshot.
 *
 * To see it (G-single-item):
 *
 *     deno task sim nodes/faulty/read_skew.ts -w txn-list-append --node-count 1 --concurrency 8 \
 *       --time-limit 10 --rate 200 --consistency-models snapshot-isolation
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

export default function readSkew(node: Node): void {
  const lists = new Map<number, readonly number[]>();

  node.on(TxnListAppend.txn, async ({ txn }) => {
    /** The lists as this transaction first saw them. */
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

if (import.meta.main) await serve(readSkew);
