#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: every node keeps its writes to itself. Clients of one node never see what clients of
 * another wrote, and Maelstrom accepts that: read committed asks no read to be recent. Only the
 * nodes' final states show it.
 *
 * Tempting because it is always available, needs no messages, and passes challenge 6c.
 *
 * To see it (valid to Maelstrom; the final states diverge):
 *
 *     deno task sim nodes/faulty/never_replicates.ts -w txn-rw-register --node-count 2 \
 *       --concurrency 2n --time-limit 10 --rate 100 --consistency-models read-committed \
 *       --availability total --nemesis partition
 *
 * @module
 */
import { type Node, type RegisterOp, serve, TxnRwRegister } from "../../lib/mod.ts";

export default function neverReplicates(node: Node): void {
  const registers = new Map<number, number | null>();

  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "w") registers.set(key, value);
    return [f, key, registers.get(key) ?? null];
  }

  node.on(TxnRwRegister.txn, ({ txn }) => ({ type: "txn_ok", txn: txn.map(perform) }));
}

if (import.meta.main) await serve(neverReplicates);
