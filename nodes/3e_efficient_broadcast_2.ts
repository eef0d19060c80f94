#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 3e, efficient broadcast: the fewest messages that two seconds allow.
 *
 * Let all n nodes exchange all they know in one *round*. Every node but one has to say something, and
 * every node but one has to hear the rest after that, so a round takes 2 (n − 1) messages; and that
 * many are enough: all others report to the root, and when the root has heard everyone it scatters
 * what it has gathered. What is left to choose is how often. A round carries any number of values,
 * so nothing is gained by more rounds than the limit on latency asks for.
 *
 * Nobody needs a clock that agrees with another's: the scatter is the beat. A node reports 1.2 s after
 * it heard the root, so reports arrive together, and the root scatters on the last one. If one is
 * missing it waits 0.4 s longer, no more. Report and scatter acknowledge each other.
 *
 * Latency: a value waits for its node's next report, at most a period P = 1.2 s + two message delays =
 * 1.4 s, and then takes two delays: 0.2 to 1.6 s, 0.9 s on average. Reads that wait for a message on
 * its way see it earlier: median 0.75 s, maximum 1.6 s.
 *
 * Messages, for 25 nodes: 48 a round, and 20 s / 1.4 s = 14.3 rounds, for 2000 operations, make 0.34
 * per operation. The first values find no beat and are reported at once, and the last scatter is
 * acknowledged once by everybody: 0.03 more. After that all is known to be known, and there is silence.
 *
 * Partitions: `algorithms/broadcast_tree.ts`. A report that no scatter acknowledges in 0.8 s is sent to all
 * others directly; each part of the network finds a root, and goes on in rounds around it. A node that
 * reaches the root by another only makes that one wait for its report, and passes scatters on at once.
 * A root tries those who do not answer once a second.
 *
 * What it does not survive: the crash of a node. Values that nobody else has yet, which may be a
 * round's worth, are lost; and one that is started again is not told what it knew before (see
 * `algorithms/broadcast_tree.ts`). Where latencies scatter, late reports cost messages and miss their round.
 *
 * @module
 */
import { BroadcastTree } from "../lib/algorithms/broadcast_tree.ts";
import { Broadcast, type Node, serve } from "../lib/mod.ts";

/** From hearing the root to the next report. */
const PAUSE_MS = 1200;
/** How long to wait for reports that are missing. */
const GATHER_MS = 400;

export default function efficientBroadcast2(node: Node): void {
  const tree = new BroadcastTree(node, {
    report(sinceMs, { gathered, heardParentMs, reportedMs }) {
      const dueMs = Math.max(sinceMs, Math.max(heardParentMs, reportedMs) + PAUSE_MS);
      return gathered ? dueMs : dueMs + GATHER_MS;
    },
    scatter(sinceMs, { isRoot, gathered, heardParentMs, scatteredMs }) {
      if (!isRoot) return heardParentMs > scatteredMs ? sinceMs : sinceMs + PAUSE_MS;
      const dueMs = Math.max(sinceMs, scatteredMs + PAUSE_MS);
      return gathered ? dueMs : dueMs + GATHER_MS;
    },
    ackUpMs: PAUSE_MS,
    ackDownMs: GATHER_MS,
    lateMs: GATHER_MS,
    patienceMs: 400,
    probeMs: 1000,
  });

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, ({ message }) => {
    tree.add(message);
    return { type: "broadcast_ok" };
  });

  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...tree.values] }));
}

if (import.meta.main) await serve(efficientBroadcast2);
