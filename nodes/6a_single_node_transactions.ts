#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 6a, transactions over registers on a single node.
 *
 * The node executes one transaction after another: JavaScript runs a handler to its end before the
 * next begins, so no transaction sees another half done, and nothing can fail in the middle of one.
 * Clients see the order of execution, with each transaction between its request and its reply. That
 * is strict serializability, where the challenge asks for no more than read uncommitted.
 *
 * Messages between nodes: none. Latency: one round trip to the client. It does not survive a crash
 * of the node, whose memory is the only storage.
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
