#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 6b, transactions over registers on several nodes: read uncommitted, totally available.
 *
 * The node that receives a transaction stores it in its journal, executes it on its own copy of the
 * registers and answers without waiting for anyone, so no partition can stop it. It sends the
 * writes to its peers later, in batches, until they are acknowledged
 * (`algorithms/replication.ts`). If two nodes have written one register the later write wins, by
 * Lamport clock and then node id: a total order that all nodes share and that respects causality
 * (`algorithms/lww_registers.ts`). So the copies converge, and a write is only ever lost to a later
 * one.
 *
 * Read uncommitted excludes one anomaly, G0: two transactions that overwrite each other in one
 * order on x and in the other on y. Here all writes of a transaction carry one timestamp, so they
 * all win or all lose against those of another transaction.
 *
 * It leaves the freedom to send writes in messages of bounded size and to skip those that a newer
 * write has replaced, at the price that another node may briefly see half of an old transaction. It
 * also permits stale reads, lost updates, read skew and write skew. (Circular information flow,
 * G1c, is ruled out by the clock all the same, and nothing aborts; 6c adds that no one sees half a
 * transaction.)
 *
 * Messages: each node sends at most one every 25 ms, acknowledgements included: 40 n a second with
 * n nodes, whatever the load, or 0.04 n per operation at 1000 operations a second.
 *
 * Latency: a transaction takes one round trip to the client, and if it writes a sync of the disk,
 * which transactions that arrive meanwhile share. A write reaches every node within about
 * 50 (n − 1) ms and three message delays and syncs, since a batch may have to wait for the
 * acknowledgement of the one before. A lost message adds half a second. After a partition the next
 * attempt, at most half a second later, gets through, and the peer catches up by one message for
 * every 256 registers written.
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

const WRITES_PER_MESSAGE = 256;

export default function readUncommitted(node: Node): void {
  const registers = new ReplicatedRegisters(node, {
    name: "read-uncommitted",
    limit: WRITES_PER_MESSAGE,
  });

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    return { type: "txn_ok", txn: await registers.transact(txn) };
  });
}

if (import.meta.main) await serve(readUncommitted);
