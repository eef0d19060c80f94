#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 6a, transactions over registers on a single node.
 *
 * The node carries out one transaction after the other: JavaScript runs a handler to its end before
 * it begins the next, so that nobody sees a transaction half done, and there is nothing that could
 * make one fail in the middle. What clients see is the order of execution itself, each transaction
 * between its request and its reply: strict serializability, where the challenge asks for no more
 * than read uncommitted.
 *
 * Anomalies: none. Messages between servers: none. Latency: none but that to the client and back.
 * What it does not survive: the node's end; the registers are in its memory.
 *
 * @module
 */
import { type Node, type RegisterOp, serve, TxnRwRegister } from "../lib/mod.ts";

export default function singleNodeTransactions(node: Node): void {
  const registers = new Map<number, number | null>();

  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "r") return [f, key, registers.get(key) ?? null];
    registers.set(key, value);
    return [f, key, value];
  }

  node.on(TxnRwRegister.txn, ({ txn }) => ({ type: "txn_ok", txn: txn.map(perform) }));
}

if (import.meta.main) await serve(singleNodeTransactions);
