#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 3c, broadcast that survives partitions: what was acknowledged is not forgotten until
 * everyone has it.
 *
 * A sender has to know what arrived, so it keeps every value until it is acknowledged, and sends it
 * again if it is not. The question is what that costs while nothing is wrong. If each of five nodes
 * told the four others itself, as in challenge 3b, there would be twenty links to keep an account of,
 * each so quiet (a value a second) that most acknowledgements would find no message to go with. So
 * values take a tree, `algorithms/broadcast_tree.ts`: up to the lowest node, and from there down to all
 * others. Four links remain, and traffic on them acknowledges itself.
 *
 * Messages: a value still costs n − 1 = 4, one up and three down, or four down from the root. What
 * the root learns within a tenth of a second goes down in one message; at five values a second that
 * is 1.5 values, and saves as much as the acknowledgements cost that have to travel alone, which is
 * those of nodes that had nothing else to say for 0.7 s. Together: 2 messages per operation, as
 * without fault tolerance. The last values are acknowledged 0.7 s after they came; then all is quiet.
 *
 * Latency: two message delays and the tenth of a second. A read on the way there is stale.
 *
 * Partitions: whatever is unacknowledged for 0.85 s is sent again, in one message per peer and
 * second however many values wait. A node whose way to the root is cut tells all others directly,
 * and follows the lowest that answers. Every part so has a root of its own, which goes on trying to
 * reach all nodes; after healing its next message carries all that is missing, within 1 s and a
 * message delay, to every node at once.
 *
 * What it does not survive: the crash of a node. Values that nobody else has yet are lost; and one that
 * is started again is not told what it knew before (see there).
 *
 * @module
 */
import { BroadcastTree } from "../lib/algorithms/broadcast_tree.ts";
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

  node.on(Broadcast.broadcast, ({ message }) => {
    tree.add(message);
    return { type: "broadcast_ok" };
  });

  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...tree.values] }));
}

if (import.meta.main) await serve(faultTolerantBroadcast);
