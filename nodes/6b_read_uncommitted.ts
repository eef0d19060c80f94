#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 6b, transactions over registers on several nodes, read uncommitted, and always available.
 *
 * A transaction is carried out at once by the node that is asked, on its own copy of the registers,
 * and answered without waiting for anyone: so a partition can stop nobody. Its writes are told to the
 * other nodes later, many together, again and again until they are acknowledged. Where two nodes have
 * written the same register, the later write stands, by Lamport's clock and then the node's id: an
 * order that all nodes share and that respects causality (see `algorithms/lww_registers.ts` for why this clock).
 * So all copies are the same once everything has arrived, and no write is lost but to a later one.
 *
 * Read uncommitted excludes one anomaly, G0: two transactions that overwrite each other in one order
 * on x and in the other on y. Here all writes of a transaction have one time, and so they win, or
 * lose, against another transaction's alike.
 *
 * It leaves the freedom to send writes in pieces of bounded size, without those that have been
 * replaced meanwhile; of a transaction of long ago, half may be seen for a moment. That also admits
 * stale reads, lost updates, read and write skew. (That nothing circular is ever seen, G1c, follows
 * from the clock all the same, and nothing aborts: see 6c, which adds that half a transaction is
 * never seen.)
 *
 * Messages: each node sends at most one every 25 ms, acknowledgements included. With n nodes that is
 * 40 n a second, whatever the load; at 1000 operations a second, 0.04 n per operation: 0.08 for two.
 * A write is everywhere at most about 50 (n − 1) ms and three message delays later (it may have to wait
 * for the batch before it to be acknowledged), where a message was lost half a second after that, and
 * after a partition as soon as the next attempt, half a second apart, gets through; with one message
 * for every 256 registers written meanwhile.
 *
 * What it does not survive: the end of a node. Its copy is gone, with what it has not told anyone, and
 * nobody tells it again what it has acknowledged (`replication.ts`).
 *
 * @module
 */
import { LwwRegisters } from "../lib/algorithms/lww_registers.ts";
import { Replication } from "../lib/algorithms/replication.ts";
import { type Node, serve, TxnRwRegister } from "../lib/mod.ts";

const WRITES_PER_MESSAGE = 256;

export default function readUncommitted(node: Node): void {
  const registers = new LwwRegisters();
  const replication = new Replication(node, registers, { limit: WRITES_PER_MESSAGE });

  node.on(TxnRwRegister.txn, ({ txn }) => {
    const done = registers.transact(node.id, txn);
    replication.wake();
    return { type: "txn_ok", txn: done };
  });
}

if (import.meta.main) await serve(readUncommitted);
