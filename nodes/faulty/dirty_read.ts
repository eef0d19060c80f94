#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: a transaction writes in place while it runs. If it aborts it restores the old values, but
 * others may have read the new ones by then: aborted reads, G1a.
 *
 * Tempting because locks keep writers apart and the undo is complete; only readers ignore the
 * locks.
 *
 * To see it (G1a):
 *
 *     deno task sim nodes/faulty/dirty_read.ts -w txn-rw-register --node-count 1 --concurrency 8 \
 *       --time-limit 10 --rate 200 --consistency-models read-committed
 *
 * @module
 */
import { delay } from "@std/async/delay";
import {
  ErrorCode,
  type Node,
  type RegisterOp,
  RpcError,
  serve,
  TxnRwRegister,
} from "../../lib/mod.ts";

export default function dirtyRead(node: Node): void {
  const registers = new Map<number, number | null>();
  /** Keys written by a running transaction, which no other may write. */
  const locked = new Set<number>();

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const keys = new Set(txn.filter(([f]) => f === "w").map(([, key]) => key));
    if (!keys.isDisjointFrom(locked)) throw new RpcError(ErrorCode.txnConflict);
    const before = new Map([...keys].map((key) => [key, registers.get(key) ?? null]));
    for (const key of keys) locked.add(key);
    const done = txn.map(([f, key, value]): RegisterOp => {
      if (f === "w") registers.set(key, value);
      return [f, key, registers.get(key) ?? null];
    });
    await delay(5);
    const aborted = Math.random() < 0.1;
    for (const [key, value] of before) {
      if (aborted) registers.set(key, value);
      locked.delete(key);
    }
    if (aborted) throw new RpcError(ErrorCode.abort, "changed its mind");
    return { type: "txn_ok", txn: done };
  });
}

if (import.meta.main) await serve(dirtyRead);
