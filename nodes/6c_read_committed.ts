#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 6c, transactions over registers on several nodes: read committed, totally available.
 *
 * As in 6b, the node that receives a transaction stores it and executes it on its own copy, sends
 * its writes to the peers in batches until they are acknowledged, and settles conflicts by Lamport
 * clock and then node id (`algorithms/lww_registers.ts`, `algorithms/replication.ts`).
 *
 * Read committed excludes, beyond write cycles (G0):
 *
 * - aborted reads (G1a): a transaction becomes visible in one step, after it has been executed, and
 *   nothing can abort it from then on;
 * - intermediate reads (G1b): of several writes to one register only the last leaves the
 *   transaction;
 * - circular information flow (G1c): if T saw a write of S (S wr T), T's node knew S's timestamp
 *   before T began, so T's is higher; if T's write replaced one of S (S ww T), it did so by having
 *   the higher timestamp. Around a cycle the timestamp would have to rise for ever. This holds in
 *   whatever order batches arrive, and for transactions that do not know of each other.
 *
 * A batch holds *all* writes of its sender that the receiver lacks, and takes effect in one step.
 * So nobody ever sees half a transaction (fractured reads), which is more than read committed asks.
 * The price is that a batch is bounded only by the number of registers written since the last
 * acknowledgement.
 *
 * What remains, as it must where nobody waits: stale reads; lost updates (two nodes read 1, one
 * writes 2 and the other 3, and one of these is lost); write skew; long forks (two readers see two
 * writes in different orders); and, from three nodes on, effects before their causes.
 *
 * Messages: each node sends at most one every 25 ms, acknowledgements included: 0.04 n per
 * operation with n nodes at 1000 operations a second. Latency: a transaction takes one round trip
 * to the client, and if it writes a sync of the disk. A write reaches every node within about
 * 50 (n − 1) ms and three message delays and syncs, or up to half a second more after a loss or a
 * partition.
 *
 * It survives the kill of any nodes at any moment, all of them included, as well as partitions,
 * loss, duplication and reordering. A transaction is in the journal before anybody sees its writes,
 * and so is a peer's batch before it is acknowledged; the clock is that of the newest write there,
 * so no timestamp is given twice. A node that restarts asks its peers what they have of its writes,
 * and they send it at once what it has missed.
 *
 * @module
 */
import { ReplicatedRegisters } from "../lib/algorithms/replication.ts";
import { type Node, serve, TxnRwRegister } from "../lib/mod.ts";

export default function readCommitted(node: Node): void {
  const registers = new ReplicatedRegisters(node, { name: "read-committed" });

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    return { type: "txn_ok", txn: await registers.transact(txn) };
  });
}

if (import.meta.main) await serve(readCommitted);
