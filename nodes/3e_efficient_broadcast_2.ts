#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 3e, efficient broadcast: the fewest messages that two seconds allow.
 *
 * Let all n nodes exchange all they know in one *round*. Every node but one has to say something,
 * and every node but one has to hear the rest after that, so a round takes 2(n − 1) messages; and
 * that many are enough: all others report to the root, and when the root has heard everyone it
 * scatters what it has gathered. What is left to choose is how often. A round carries any number of
 * values, so nothing is gained by more rounds than the limit on latency asks for.
 *
 * Nobody needs a clock that agrees with another's: the scatter is the beat. A node reports 1.2 s
 * after the root's scatter, so reports arrive together, and the root scatters on the last one.
 * Report and scatter acknowledge each other.
 *
 * Latency: a value waits for its node's next report, at most a period P = 1.2 s + two message
 * delays = 1.4 s, and then takes two delays and three syncs of a disk: 0.2 to 1.6 s, 0.9 s on
 * average. Reads that wait for a message on its way see it earlier: median 0.75 s, maximum 1.6 s.
 *
 * Messages, for 25 nodes: 48 a round, and 20 s / 1.4 s = 14.3 rounds, for 2000 operations, make
 * 0.34 per operation. The first values find no beat and are reported at once, and the last scatter
 * is acknowledged once by everybody: 0.03 more. After that all is known to be known, and there is
 * silence.
 *
 * Other points, by an argument: `lean` has rounds of 1.65 s, 0.32 messages per operation at 860 ms,
 * at most 1.75 s, which leaves less for a slow machine; a number is any other period, in
 * milliseconds: results/frontier.md.
 *
 * A slow machine: 0.4 s of the two seconds are left for lateness, and three rules spend them well.
 * The period holds whatever a round trip takes: a node reports earlier by as much as its last round
 * trip was longer than two delays, or its timers are late. The root waits 0.15 s for missing
 * reports, no more, so that one node's lateness is not everyone's. And reports that miss the
 * scatter are passed on in an extra one, or their values would wait for a whole round. Message
 * rates are bounded: scatters are 1.2 s apart, so a round costs 48 messages and at most 24 for the
 * extra scatter, 0.6 per operation at 100 operations a second, whatever the lateness. Beyond that,
 * suspicions cost 48 each and are few (`algorithms/broadcast_tree/patience.ts`).
 *
 * Partitions: `algorithms/broadcast_tree/`. A report that no scatter acknowledges in 0.8 s is sent
 * to all others directly; each part of the network finds a root, and goes on in rounds around it. A
 * node that reaches the root only by way of another makes that one wait for its report, which
 * passes scatters on at once. A root tries those that do not answer once a second.
 *
 * Kills: a node stores a value in its journal before it acknowledges it, shows it or sends it on,
 * so what was acknowledged outlasts the kill of any nodes, all of them included. A node that is
 * started again asks for what it has missed, and has it a round trip later, or within 1 s of the
 * time at which it can be reached; what it has, it is not told again. Clients do without it while
 * it is down and for the 0.1 to 0.5 s that it takes to start. A value that was reported to a root
 * which is killed then may be late by as much.
 *
 * @module
 */
import { BroadcastTree } from "../lib/algorithms/broadcast_tree/broadcast_tree.ts";
import { chooseSchedule, type Schedule } from "../lib/algorithms/broadcast_tree/schedule.ts";
import { Broadcast, type Node, serve } from "../lib/mod.ts";

/** What a round trip should take. */
const ROUND_TRIP_MS = 200;
/** How long a scatter waits for reports that are missing, and a late one for others. */
const WAIT_MS = 150;
/** How long it waits while no beat has been found yet, and a relay for those behind it. */
const GATHER_MS = 400;

/** Rounds of that length. */
function withPeriod(periodMs: number): Schedule {
  /** From the root's scatter to the next report, if a round trip takes what it should. */
  const pauseMs = Math.max(0, periodMs - ROUND_TRIP_MS);
  /** The least of that, for round trips and timers that take longer. */
  const leastPauseMs = Math.min(pauseMs, periodMs / 2);
  return {
    report(sinceMs, { gathered, beatMs, reportedMs, roundTripMs, lateMs }) {
      const restMs = Math.max(leastPauseMs, periodMs - roundTripMs - lateMs);
      const beginMs = Math.max(beatMs, reportedMs) + Math.min(pauseMs, restMs);
      const dueMs = Math.max(sinceMs, beginMs);
      return gathered ? dueMs : dueMs + GATHER_MS;
    },
    scatter(sinceMs, { isRoot, gathered, heardParentMs, scatteredMs }) {
      if (!isRoot) return heardParentMs > scatteredMs ? sinceMs : sinceMs + pauseMs;
      if (scatteredMs === -Infinity) return sinceMs + GATHER_MS;
      return Math.max(sinceMs, scatteredMs + (gathered ? pauseMs : periodMs + WAIT_MS));
    },
    ackUpMs: pauseMs,
    ackDownMs: GATHER_MS,
    extraMs: WAIT_MS,
    patienceMs: 400,
    probeMs: 1000,
  };
}

const SCHEDULES = { balanced: withPeriod(1400), lean: withPeriod(1650) };

export default function efficientBroadcast2(node: Node): void {
  const tree = new BroadcastTree(node, chooseSchedule(node.args, SCHEDULES, withPeriod));

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, async ({ message }) => {
    await tree.add(message);
    return { type: "broadcast_ok" };
  });

  node.on(Broadcast.read, async () => ({ type: "read_ok", messages: await tree.read() }));
}

if (import.meta.main) await serve(efficientBroadcast2);
