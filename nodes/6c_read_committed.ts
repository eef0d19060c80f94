#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 6c, transactions over registers on several nodes, read committed, and always available.
 *
 * As in 6b, a transaction is carried out at once by the node that is asked, on its own copy of the
 * registers, and its writes follow to the others in batches until they are acknowledged; of writes to
 * one register the later one stands, by Lamport's clock and then the node's id (`algorithms/lww_registers.ts`).
 *
 * Read committed excludes, beyond write cycles (G0):
 *
 * - aborted reads (G1a): a transaction becomes visible when it has been carried out, in one step, and
 *   from then on nothing can abort it;
 * - intermediate reads (G1b): of several writes to a register only the last one leaves the
 *   transaction;
 * - circular information flow (G1c): if T saw a write of S (S wr T), S's clock went into T's node
 *   before T began, so T has the higher time; if T's write replaced one of S (S ww T), it did so by
 *   having the higher time. Along a circle the time would have to rise for ever. This holds in
 *   whatever order batches arrive, and for transactions that have not heard of each other.
 *
 * A batch holds *all* writes that its receiver lacks of its sender, and takes effect in one step. So
 * moreover nobody ever sees half of a transaction (fractured reads): more than read committed asks,
 * and it costs nothing but that batches have no bound except the number of registers written since
 * the last acknowledgement.
 *
 * What remains, as it must where nobody waits: stale reads; lost updates (two nodes read 1, one
 * writes 2, the other 3: one of these is gone); write skew; long forks (two readers see two writes in
 * different orders); and with three nodes, effects before their causes.
 *
 * Messages: each node sends at most one every 25 ms, acknowledgements included: 0.04 n per operation
 * at 1000 operations a second. A write is everywhere at most about 50 (n − 1) ms and three message
 * delays later; after a loss or a partition up to half a second more.
 *
 * What it does not survive: the end of a node. Its copy is gone, with what it has not told anyone, and
 * nobody tells it again what it has acknowledged (`replication.ts`).
 *
 * @module
 */
import { LwwRegisters } from "../lib/algorithms/lww_registers.ts";
import { Replication } from "../lib/algorithms/replication.ts";
import { type Node, serve, TxnRwRegister } from "../lib/mod.ts";

export default function readCommitted(node: Node): void {
  const registers = new LwwRegisters();
  const replication = new Replication(node, registers);

  node.on(TxnRwRegister.txn, ({ txn }) => {
    const done = registers.transact(node.id, txn);
    replication.wake();
    return { type: "txn_ok", txn: done };
  });
}

if (import.meta.main) await serve(readCommitted);
