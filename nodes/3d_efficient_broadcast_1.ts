#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 3d, efficient broadcast: few messages, and a value still spreads in the blink of an eye.
 *
 * Each of n nodes has to receive each value, so a message for each value and node is the least, as
 * long as a message holds one value. With 50 values a second it need not. Every value goes at once to
 * one node, the root. The root gathers what comes within a window, and sends it to everyone in one
 * message each. It must be *one* node that gathers: each of k gatherers would find only 1/k of the
 * values in its window, and send as many messages.
 *
 * Messages, for 25 nodes, a window of w = 102 ms, and 50 values a second: 48 reports up, from all
 * but the root's own clients; and 24 messages down for each window, of which there is one every
 * w + 20 ms, since a window opens when a value comes. That makes 48 + 24 / 0.122 = 245 a second at 100
 * operations, or 2.5 per operation. It is less where values come in bursts, and Maelstrom makes
 * bursts: while a node waits for the next message from the root, its clients wait behind it.
 * Measured: 2.1. Acknowledgements ride on what is sent anyway: the root's are due within the window,
 * the others' within a second, in which a node has two values to report. Once all is acknowledged
 * there is silence.
 *
 * The burst that a scatter sets off is back at the root after two delays, 200 ms. If that were two
 * windows to the millisecond, chance would decide whether it is in time for the next scatter or opens
 * a window just after it; and once it does, it does so again and again, at up to 2.9 messages an
 * operation. Hence the two milliseconds.
 *
 * Latency: one message delay up, at most w, one delay down: 200 to 302 ms, and a sync of the disk at
 * each of three nodes. A reader sees less of it, because a read waits for the message on its way and
 * for its values to be stored, and finds them: 177 ms, at most 203, without the syncs.
 *
 * Partitions: `algorithms/broadcast_tree/`. A report is acknowledged by the next scatter, at the
 * latest after two delays and w. If it is not, the reporter tells all others itself: the value comes
 * a time-out late, and the next ones come directly, until the nodes have found the lowest that they
 * can reach, which gathers for its part of the network from then on. Where only some links are cut,
 * they find one that can still reach the root. A root that reaches half of the others pays half as
 * much for a scatter, and gathers half as long. Four times a second it sends peers that do not answer
 * all they lack, so that after healing nobody waits long. In 99 of 100 cases a value is at most three
 * message delays later than the first path that the partition left it: results/partition.md.
 *
 * A slow machine: a value is late by the sum of its hops' lateness, and few messages are added for
 * lateness that a node sees in its own timers or hears of from its parent. A parent that is late
 * without warning is suspected by whoever waits for it, which costs 2(n − 1) = 48 messages each:
 * 0.6 per operation once if all suspect it, and less often each time, at most one suspicion for each
 * doubling of the lateness. Beside two cores' worth of other load: 2.1 to 2.3 messages per operation.
 *
 * Kills: a node stores a value in its journal before it acknowledges it, shows it or sends it on, so
 * what was acknowledged outlasts the kill of any nodes, all of them included. A node that is started
 * again asks for what it has missed, and has it a round trip later, or within 0.25 s of the time at
 * which it can be reached; what it has, it is not told again. Clients do without it while it is down
 * and for the 0.1 to 0.5 s that it takes to start. A value that was reported to a root which is
 * killed then may be late by as much.
 *
 * Other points, by an argument: `lean` gathers for 350 ms, 1.15 messages per operation at 230 ms, at
 * most 450; a number is any other window, in milliseconds. `fastest` tells a value to everyone at
 * once, in one hop: 12 messages at 83 ms, at most 99, and the tree, in whose messages values then
 * wait for two seconds, only brings what did not arrive. results/frontier.md has all of them.
 *
 * The delays are made for messages that take about 100 ms and syncs of a few; slower or scattered ones
 * are learned, at a higher price: 2.4 messages per operation where a sync takes 10 ms.
 *
 * @module
 */
import { BroadcastTree } from "../lib/algorithms/broadcast_tree/broadcast_tree.ts";
import { chooseSchedule, type Schedule } from "../lib/algorithms/broadcast_tree/schedule.ts";
import { Broadcast, type Node, serve } from "../lib/mod.ts";

/** The root gathers for that long, if it reaches everyone; the fewer, the cheaper a scatter is. */
const withWindow = (windowMs: number): Schedule => ({
  report: (sinceMs) => sinceMs,
  scatter: (sinceMs, { isRoot, reach }) => isRoot ? sinceMs + windowMs * reach : sinceMs,
  ackUpMs: 1000,
  ackDownMs: windowMs,
  patienceMs: 235,
  probeMs: 250,
});

/** How long the tree may take to find out what did not arrive, while all peers can be reached. */
const REPAIR_MS = 2000;

const SCHEDULES = {
  balanced: withWindow(102),
  lean: withWindow(350),
  fastest: {
    direct: true,
    report: (sinceMs, { reach }) => reach < 1 ? sinceMs : sinceMs + REPAIR_MS,
    scatter: (sinceMs, { reach }) => reach < 1 ? sinceMs : sinceMs + REPAIR_MS,
    ackUpMs: REPAIR_MS,
    ackDownMs: REPAIR_MS,
    patienceMs: 235,
    probeMs: 250,
  },
} satisfies Record<string, Schedule>;

export default function efficientBroadcast1(node: Node): void {
  const tree = new BroadcastTree(node, chooseSchedule(node.args, SCHEDULES, withWindow));

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, async ({ message }) => {
    await tree.add(message);
    return { type: "broadcast_ok" };
  });

  node.on(Broadcast.read, async () => ({ type: "read_ok", messages: await tree.read() }));
}

if (import.meta.main) await serve(efficientBroadcast1);
