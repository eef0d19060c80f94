/**
 * What each challenge's node must survive beyond what its page asks for. What it cannot survive by
 * its nature is said in the node's header.
 *
 * @module
 */

/** Partitions in Maelstrom's four shapes, at latencies that reorder messages. */
const PARTITIONS =
  "--nemesis partition --nemesis-interval 2 --latency 20 --latency-dist exponential";
/** Half a network: nodes that hear others but are not heard, links that are cut one by one. */
const HALF_CUT = "--nemesis one-way,partial --nemesis-interval 2 --latency 10";
/** Messages that are lost, or come twice, while partitions come and go. */
const LOSSY =
  "--loss 0.1 --duplication 0.1 --nemesis partition --nemesis-interval 3 --latency 10 " +
  "--latency-dist uniform";
/** Messages that are lost, but never come twice: a service carries out twice what comes twice. */
const LOST = "--loss 0.1 --nemesis partition --nemesis-interval 3 --latency 10 " +
  "--latency-dist exponential";
/** Messages that come twice and overtake each other. */
const REORDERED = "--duplication 0.2 --latency 50 --latency-dist exponential";
/** Nodes that do nothing for a while, and clocks that are set. A client may give up waiting. */
const STOPPED = "--nemesis pause,skew --nemesis-interval 2 --availability 0";
/** Nodes that are killed, and started again without their memory. */
const KILLED = "--nemesis kill --nemesis-interval 2 --availability 0";

/** What a node must survive whose messages are states, or are told until they are acknowledged. */
const GOSSIP = [PARTITIONS, HALF_CUT, LOSSY, REORDERED, STOPPED];
/** What a node must survive that keeps everything in a service, and knows what it stored there. */
const STORED = [...GOSSIP, KILLED];

/** How a challenge is held against faults. */
export interface Survival {
  /** Options that make a run short, over those of the challenge. */
  readonly short: string;
  /** Options of faults, one set a run. */
  readonly faults: readonly string[];
}

/** By the challenge's id. */
export const SURVIVES: Readonly<Record<string, Survival>> = {
  "1": { short: "--time-limit 5", faults: [REORDERED, STOPPED, KILLED] },
  "2": { short: "--time-limit 5 --rate 50", faults: [PARTITIONS, LOSSY, STOPPED, KILLED] },
  "3a": { short: "--time-limit 5", faults: [REORDERED, STOPPED] },
  "3b": { short: "--time-limit 5", faults: [REORDERED, STOPPED] },
  "3c": { short: "--time-limit 10", faults: GOSSIP },
  "3d": { short: "--time-limit 6 --rate 10 --node-count 9", faults: GOSSIP },
  "3e": { short: "--time-limit 6 --rate 10 --node-count 9", faults: GOSSIP },
  "4": { short: "--time-limit 6 --rate 20", faults: GOSSIP },
  "4-crdt": { short: "--time-limit 6 --rate 20", faults: GOSSIP },
  "5a": { short: "--time-limit 5 --rate 50", faults: [REORDERED, STOPPED] },
  "5b": { short: "--time-limit 5 --rate 50", faults: GOSSIP },
  "5c": { short: "--time-limit 5 --rate 50", faults: GOSSIP },
  "6a": { short: "--time-limit 5 --rate 50", faults: [REORDERED, STOPPED] },
  "6b": { short: "--time-limit 5 --rate 50", faults: GOSSIP },
  "6c": { short: "--time-limit 5 --rate 50", faults: GOSSIP },
  "g-set": { short: "--time-limit 6", faults: GOSSIP },
  "pn-counter": { short: "--time-limit 6", faults: GOSSIP },
  "lin-kv": {
    short: "--time-limit 6",
    faults: [PARTITIONS, HALF_CUT, LOST, STOPPED, KILLED],
  },
  "txn-list-append": { short: "--time-limit 5 --rate 20", faults: STORED },
  "txn-rw-register": { short: "--time-limit 5 --rate 20", faults: STORED },
};
