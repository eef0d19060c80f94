/**
 * The faults that each challenge's node must survive beyond what its page asks for, and those that it
 * cannot survive by its nature.
 *
 * @module
 */
import type { FaultKind } from "../../lib/workbench/faults/kinds.ts";
import type { PlanOptions } from "../../lib/workbench/plan.ts";

type Options = Partial<PlanOptions>;

/** Partitions in Maelstrom's four shapes, at latencies that reorder messages. */
const PARTITIONS: Options = {
  faults: ["partition"],
  faultIntervalS: 2,
  latencyMs: 20,
  latencyDistribution: "exponential",
};
/** Half a network: nodes that hear others but are not heard, links that are cut one by one. */
const HALF_CUT: Options = { faults: ["one-way", "partial"], faultIntervalS: 2, latencyMs: 10 };
/** Messages that are lost, or come twice, while partitions come and go. */
const LOSSY: Options = {
  loss: 0.1,
  duplication: 0.1,
  faults: ["partition"],
  faultIntervalS: 3,
  latencyMs: 10,
  latencyDistribution: "uniform",
};
/** Messages that are lost, but never come twice: a service carries out twice what comes twice. */
const LOST: Options = {
  loss: 0.1,
  faults: ["partition"],
  faultIntervalS: 3,
  latencyMs: 10,
  latencyDistribution: "exponential",
};
/** Messages that come twice and overtake each other. */
const REORDERED: Options = { duplication: 0.2, latencyMs: 50, latencyDistribution: "exponential" };
/** Nodes that do nothing for a while, and clocks that are set. A client may give up waiting. */
const STOPPED: Options = { faults: ["pause", "skew"], faultIntervalS: 2, availability: 0 };
/**
 * Nodes that are killed, and started again without their memory, while replies to their earlier
 * incarnation are still on their way.
 */
const KILLED: Options = {
  timeLimitS: 20, // clients of nodes that are killed at the start wait for up to ten seconds
  faults: ["kill"],
  faultIntervalS: 1,
  latencyMs: 50,
  latencyDistribution: "exponential",
  availability: 0,
};

/** Nodes that are killed while their disks are slow, full or failing, and leave half a record. */
const CRASHED: Options = {
  timeLimitS: 20,
  faults: ["kill"],
  disk: ["slow", "torn", "failing", "full"],
  faultIntervalS: 1,
  latencyMs: 10,
  availability: 0,
};

/**
 * Everything at once. A client that asks a node that is down waits for five seconds, and must find
 * it up once, or nothing has been tested; so runs are long.
 */
export const EVERYTHING: Options = {
  timeLimitS: 100,
  rate: 10,
  faults: ["partition", "one-way", "partial", "pause", "kill", "skew", "slow"],
  disk: ["slow", "torn", "failing", "full"],
  faultIntervalS: 0.5,
  latencyMs: 10,
  latencyDistribution: "exponential",
  loss: 0.1,
  duplication: 0.1,
  availability: 0,
};

/** For a node that is the only one, and so may be down for all of a shorter run. */
const LONG: Options = { timeLimitS: 60, concurrency: "5n" };

/** For a node that sends states, or repeats messages until they are acknowledged. */
const GOSSIP = [PARTITIONS, HALF_CUT, LOSSY, REORDERED, STOPPED];
/** For a node that keeps everything in a service, and recognises what it stored there. */
const STORED = [...GOSSIP, KILLED];

/** For a node that repeats messages until they are acknowledged, and keeps everything in a journal. */
const DURABLE = [...STORED, CRASHED, EVERYTHING];

/** How a challenge is held against faults. */
interface Requirement {
  /** Options that make a run short, over those of the challenge. */
  readonly short: Options;
  /** Options of faults, one set a run. */
  readonly faults: readonly Options[];
}

/** By the challenge's id. */
export const FAULT_TOLERANCE: Readonly<Record<string, Requirement>> = {
  "1": { short: { timeLimitS: 5 }, faults: [REORDERED, STOPPED, KILLED] },
  "2": { short: { timeLimitS: 5, rate: 50 }, faults: [PARTITIONS, LOSSY, STOPPED, KILLED] },
  "3a": { short: { timeLimitS: 5 }, faults: [REORDERED, STOPPED, KILLED, CRASHED] },
  "3b": { short: { timeLimitS: 5 }, faults: [REORDERED, STOPPED, KILLED, CRASHED] },
  "3c": { short: { timeLimitS: 10 }, faults: DURABLE },
  "3d": { short: { timeLimitS: 6, rate: 10, nodeCount: 9 }, faults: DURABLE },
  "3e": { short: { timeLimitS: 6, rate: 10, nodeCount: 9 }, faults: DURABLE },
  "4": { short: { timeLimitS: 6, rate: 20 }, faults: DURABLE },
  "4-crdt": { short: { timeLimitS: 6, rate: 20 }, faults: DURABLE },
  "5a": {
    short: { timeLimitS: 5, rate: 50 },
    faults: [
      REORDERED,
      STOPPED,
      ...[KILLED, CRASHED, EVERYTHING].map((faults) => ({ ...faults, ...LONG })),
    ],
  },
  "5b": { short: { timeLimitS: 5, rate: 50 }, faults: DURABLE },
  "5c": { short: { timeLimitS: 5, rate: 50 }, faults: DURABLE },
  "5c-raft": { short: { timeLimitS: 20, rate: 20 }, faults: DURABLE },
  "6a": {
    short: { timeLimitS: 5, rate: 50 },
    faults: [REORDERED, STOPPED, KILLED, CRASHED, EVERYTHING],
  },
  "6b": { short: { timeLimitS: 5, rate: 50 }, faults: DURABLE },
  "6c": { short: { timeLimitS: 5, rate: 50 }, faults: DURABLE },
  "g-set": { short: { timeLimitS: 6 }, faults: DURABLE },
  "pn-counter": { short: { timeLimitS: 6 }, faults: DURABLE },
  "lin-kv": { short: { timeLimitS: 20, rate: 30, faultIntervalS: 2 }, faults: DURABLE },
  "lin-kv-proxy": {
    short: { timeLimitS: 20 }, // long enough for a compare-and-set to succeed, which `stats` asks for
    faults: [PARTITIONS, HALF_CUT, LOST, STOPPED, KILLED],
  },
  "txn-list-append": { short: { timeLimitS: 5, rate: 20 }, faults: [...STORED, EVERYTHING] },
  "txn-raft": { short: { timeLimitS: 20, rate: 20 }, faults: DURABLE },
  "txn-rw-register": { short: { timeLimitS: 5, rate: 20 }, faults: [...STORED, EVERYTHING] },
};

/** Faults that a challenge cannot survive by its nature. */
export interface Exemption {
  readonly challenge: string;
  readonly faults: readonly (FaultKind | "loss" | "duplication")[];
  /** A sentence. */
  readonly why: string;
}

export const EXEMPTIONS: readonly Exemption[] = [
  {
    challenge: "3b",
    faults: ["partition", "one-way", "partial", "loss"],
    why: "3b sends each value once, so a message that is lost stays lost. To survive that is " +
      "challenge 3c.",
  },
  {
    challenge: "lin-kv-proxy",
    faults: ["duplication"],
    why: "A request to the service that the network delivers twice is carried out twice. Only " +
      "values that name their write, as those of the transactions do, could tell; here values are " +
      "the clients'.",
  },
];

/** What is left of the options of a run. */
interface Rest {
  readonly options: Options;
  /** The faults that are left out, and why. */
  readonly dropped: readonly string[];
  readonly why: string;
}

/** Leaves out the faults that a challenge cannot survive; nothing if the options have none of them. */
export function dropExempt(id: string, options: Options): Rest | undefined {
  const { faults: exempt = [], why = "" } = EXEMPTIONS.find((one) => one.challenge === id) ?? {};
  const { faults = [], loss = 0, duplication = 0 } = options;
  const kinds = faults.filter((fault) => typeof fault === "string");
  const has = { loss: loss > 0, duplication: duplication > 0 };
  const dropped = exempt.filter((name) =>
    name === "loss" || name === "duplication" ? has[name] : kinds.includes(name)
  );
  if (dropped.length === 0) return undefined;
  const left = {
    ...(kinds.some((kind) => dropped.includes(kind)) && {
      faults: kinds.filter((kind) => !dropped.includes(kind)),
    }),
    ...(dropped.includes("loss") && { loss: 0 }),
    ...(dropped.includes("duplication") && { duplication: 0 }),
  };
  return { options: { ...options, ...left }, dropped, why };
}
