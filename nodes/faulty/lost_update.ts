#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: a transaction reads when it begins and writes when it ends, without checking what others
 * wrote in between. Of two that read the same value and write the next, one is undone: lost
 * updates.
 *
 * Tempting because every transaction sees a consistent snapshot and writes atomically. Snapshot
 * isolation needs one thing more: the first committer wins.
 *
 * To see it (lost-update):
 *
 *     deno task sim nodes/faulty/lost_update.ts -w txn-rw-register --node-count 1 --concurrency 8 \
 *       --time-limit 10 --rate 200 --consistency-models cursor-stability
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type Node, type RegisterOp, serve, TxnRwRegister } from "../../lib/mod.ts";

export default function lostUpdate(node: Node): void {
  const registers = new Map<number, number | null>();

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const mine = new Map(registers);
    const written = new Map<number, number | null>();
    const done = txn.map(([f, key, value]): RegisterOp => {
      if (f === "w") {
        mine.set(key, value);
        written.set(key, value);
      }
      return [f, key, mine.get(key) ?? null];
    });
    await delay(5);
    for (const [key, value] of written) registers.set(key, value);
    return { type: "txn_ok", txn: done };
  });
}

if (import.meta.main) await serve(lostUpdate);
