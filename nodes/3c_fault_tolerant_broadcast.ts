#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 3c, broadcast that survives partitions: nothing that was acknowledged is forgotten until
 * everyone has it.
 *
 * A sender has to know what arrived, so it keeps every value until it is acknowledged and otherwise
 * sends it again. The question is what that costs while nothing is wrong. If each of five nodes told
 * the four others itself, as in challenge 3b, there would be twenty links, each so quiet (a value a
 * second) that most acknowledgements would find no message to ride on. So values take a tree,
 * `algorithms/broadcast_tree/`: up to the lowest node, and from there down to all others. Four links
 * remain, and their traffic acknowledges itself.
 *
 * Messages: a value still costs n − 1 = 4, one up and three down, or four down from the root. What
 * the root learns within a tenth of a second goes down in one message. At five values a second that
 * is 1.5 values, which saves as much as the acknowledgements cost that travel alone, those of nodes
 * that had nothing else to say for 0.7 s. Together: 2 messages per operation, as without fault
 * tolerance. The last values are acknowledged 0.7 s after they came; then all is quiet.
 *
 * Latency: two message delays, a tenth of a second, and a sync of the disk at each of the nodes that
 * a value passes. A read that comes sooner is stale.
 *
 * Partitions: what is unacknowledged after 0.85 s is sent again, in one message per peer and second
 * however many values wait. A node that cannot reach the root tells all others directly, and follows
 * the lowest that answers. Every part of the network so has a root, which keeps trying to reach all
 * nodes. After healing its next message carries all that is missing, within 1 s and a message delay,
 * to every node at once.
 *
 * A slow machine: lateness of up to half a second that a node sees in its own timers, or hears of
 * from its parent, costs nothing but itself. A parent that is late without warning is suspected,
 * which costs 2(n − 1) = 8 messages, and less often each time.
 *
 * Kills: a node stores a value in its journal before it acknowledges it, shows it or sends it on, so
 * what was acknowledged outlasts the kill of any nodes, all of them included. A node that is started
 * again asks for what it has missed, and has it a round trip later, or within 1 s of the time at
 * which it can be reached; what it has, it is not told again. Clients do without it while it is down
 * and for the 0.1 to 0.3 s that it takes to start. A value that was reported to a root which is
 * killed then may be late by as much.
 *
 * @module
 */
import { BroadcastTree } from "../lib/algorithms/broadcast_tree/broadcast_tree.ts";
import { Broadcast, type Node, serve } from "../lib/mod.ts";

/** How long the root gathers values. */
const WINDOW_MS = 100;

export default function faultTolerantBroadcast(node: Node): void {
  const tree = new BroadcastTree(node, {
    report: (sinceMs) => sinceMs,
    scatter: (sinceMs, { isRoot }) => isRoot ? sinceMs + WINDOW_MS : sinceMs,
    ackUpMs: 700,
    ackDownMs: 700,
    patienceMs: 150,
    probeMs: 1000,
  });

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, async ({ message }) => {
    await tree.add(message);
    return { type: "broadcast_ok" };
  });

  node.on(Broadcast.read, async () => ({ type: "read_ok", messages: await tree.read() }));
}

if (import.meta.main) await serve(faultTolerantBroadcast);
