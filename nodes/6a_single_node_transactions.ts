#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 6a, transactions over registers on a single node.
 *
 * A transaction that writes goes to the node's journal, and is executed once it is on stable
 * storage: after all that were appended before it, and in one step, so no transaction sees another
 * half done. One that only reads is executed when it arrives, on registers that hold nothing but
 * what is stored. Clients see the order of execution, with each transaction between its request and
 * its reply. That is strict serializability, where the challenge asks for no more than read
 * uncommitted.
 *
 * Messages between nodes: none. Latency: one round trip to the client, and for a transaction that
 * writes one sync of the disk, which transactions that arrive meanwhile share.
 *
 * It survives the kill of the node at any moment. A node that restarts executes its journal again:
 * the same transactions in the same order lead to the same registers. A transaction that the disk
 * refuses fails with error 13, as it may come back with the journal.
 *
 * @module
 */
import {
  array,
  integer,
  type Node,
  nullable,
  type RegisterOp,
  serve,
  tuple,
  TxnRwRegister,
} from "../lib/mod.ts";

export default function singleNodeTransactions(node: Node): void {
  const registers = new Map<number, number | null>();
  const journal = node.journal({
    name: "single-node-transactions",
    record: TxnRwRegister.txn.request.txn,
    state: array(tuple<[number, number | null]>(integer, nullable(integer))),
    restore: (state) => state.forEach(([key, value]) => registers.set(key, value)),
    apply: (txn) => txn.map(perform),
    snapshot: () => [...registers],
  });

  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "r") return [f, key, registers.get(key) ?? null];
    registers.set(key, value);
    return [f, key, value];
  }

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const writes = txn.some(([f]) => f === "w");
    return { type: "txn_ok", txn: writes ? await journal.append(txn) : txn.map(perform) };
  });
}

if (import.meta.main) await serve(singleNodeTransactions);
