/**
 * Kinds of faults: all that is special about each.
 *
 * Maelstrom has one kind, the partition; the others are for hosts that can produce them. A new kind
 * is an entry in {@linkcode FaultFields}, in `MEANINGS` and in `KINDS`, all three here; the fault
 * target gets a verb for it.
 *
 * @module
 */
import { type Edn, keyword } from "../../history/edn.ts";
import type { Grudge } from "../network/network.ts";
import type { Random } from "../random.ts";
import { grudgeOf, oneWay, partial, PARTITION_SHAPES } from "./partitions.ts";

/** What faults are inflicted on: the system under test. */
export interface FaultTarget {
  partition(grudge: Grudge): void;
  heal(): void;
  kill(node: string): void;
  restart(node: string): void;
  pause(node: string): void;
  resume(node: string): void;
  skew(node: string, skewMs: number): void;
  slow(node: string, lateMs: number): void;
}

interface NodesFields {
  readonly nodes: readonly string[];
}

/** The fields of every fault, by the name that the history has for it. */
interface FaultFields {
  "start-partition": { readonly shape: string; readonly grudge: Grudge };
  "stop-partition": Record<never, never>;
  "kill": NodesFields;
  "restart": NodesFields;
  "pause": NodesFields;
  "resume": NodesFields;
  "skew": { readonly node: string; readonly skewMs: number };
  "slow": NodesFields & { readonly lateMs: number };
}

type FaultName = keyof FaultFields;

/** Something done to a fault target, as plain data. */
export type Fault<F extends FaultName = FaultName> = {
  [P in F]: { readonly f: P } & FaultFields[P];
}[F];

/** What a fault means. */
interface Meaning<F extends FaultName> {
  inflict(fault: Fault<F>, target: FaultTarget): void;
  /** The values of the fault's invocation and completion in the history. */
  values(fault: Fault<F>): [invoked: Edn, completed: Edn];
  /** The ids that the fault names. */
  ids(fault: Fault<F>): readonly string[];
  /** What is left of the fault where some ids do not exist; `undefined` if nothing is. */
  restrict(fault: Fault<F>, exists: (id: string) => boolean): Fault<F> | undefined;
}

/** What faults that are inflicted on some nodes, on each alike, have in common. */
const ofNodes = {
  ids: ({ nodes }: NodesFields) => nodes,
  restrict<F extends NodesFields>(fault: F, exists: (id: string) => boolean): F | undefined {
    const nodes = fault.nodes.filter(exists);
    return nodes.length === 0 ? undefined : { ...fault, nodes };
  },
};

/** Does the same to each of some nodes. */
function toEachNode<F extends "kill" | "restart" | "pause" | "resume">(f: F): Meaning<F> {
  return {
    ...ofNodes,
    inflict: ({ nodes }, target) => nodes.forEach((node) => target[f](node)),
    values: ({ nodes }) => [[...nodes], null],
  };
}

const MEANINGS: { readonly [F in FaultName]: Meaning<F> } = {
  "start-partition": {
    inflict: ({ grudge }, target) => target.partition(grudge),
    values: ({ shape, grudge }) => [keyword(shape), [keyword("isolated"), grudge]],
    ids: ({ grudge }) => [...grudge].flatMap(([id, sources]) => [id, ...sources]),
    restrict(fault, exists) {
      const left = [...fault.grudge].filter(([id]) => exists(id))
        .map(([id, sources]) => [id, new Set([...sources].filter(exists))] as const)
        .filter(([, sources]) => sources.size > 0);
      return left.length === 0 ? undefined : { ...fault, grudge: new Map(left) };
    },
  },
  "stop-partition": {
    inflict: (_, target) => target.heal(),
    values: () => [null, keyword("network-healed")],
    ids: () => [],
    restrict: (fault) => fault,
  },
  "kill": toEachNode("kill"),
  "restart": toEachNode("restart"),
  "pause": toEachNode("pause"),
  "resume": toEachNode("resume"),
  "skew": {
    inflict: ({ node, skewMs }, target) => target.skew(node, skewMs),
    values: ({ node, skewMs }) => [new Map([[node, skewMs]]), null],
    ids: ({ node }) => [node],
    restrict: (fault, exists) => exists(fault.node) ? fault : undefined,
  },
  "slow": {
    ...ofNodes,
    inflict: ({ nodes, lateMs }, target) => nodes.forEach((node) => target.slow(node, lateMs)),
    values: ({ nodes, lateMs }) => [new Map(nodes.map((node) => [node, lateMs])), null],
  },
};

/** Does it. */
export function inflict<F extends FaultName>(fault: Fault<F>, target: FaultTarget): void {
  MEANINGS[fault.f].inflict(fault, target);
}

/** The values that a fault's invocation and completion carry in the history. */
export function faultValues<F extends FaultName>(fault: Fault<F>): [invoked: Edn, completed: Edn] {
  return MEANINGS[fault.f].values(fault);
}

/** The ids that a fault names. */
export function idsOf<F extends FaultName>(fault: Fault<F>): readonly string[] {
  return MEANINGS[fault.f].ids(fault);
}

/** What is left of a fault where some ids do not exist; `undefined` if nothing is. */
export function restrict<F extends FaultName>(
  fault: Fault<F>,
  exists: (id: string) => boolean,
): Fault<F> | undefined {
  return MEANINGS[fault.f].restrict(fault, exists);
}

/** One strike: the fault that begins it and the one that ends it. */
interface Strike {
  readonly begin: Fault;
  readonly end: Fault;
}

/** A kind of fault. */
export interface Kind {
  readonly help: string;
  /** Whether the first strike comes at the start of a run, as Maelstrom's partition does. */
  readonly strikesAtStart?: boolean;
  /** Draws what one strike does. */
  draw(nodes: readonly string[], random: Random): Strike;
}

function partitionBy(shape: string, grudge: Grudge): Strike {
  return { begin: { f: "start-partition", shape, grudge }, end: { f: "stop-partition" } };
}

/** Draws one node, or more as long as they are fewer than half. */
function minority(nodes: readonly string[], random: Random): readonly string[] {
  const most = Math.max(1, Math.ceil(nodes.length / 2) - 1);
  return random.shuffle(nodes).slice(0, 1 + random.int(most));
}

const MAX_SKEW_MS = 5_000;
const MAX_LATE_MS = 500;

const KINDS = {
  "partition": {
    help: "a partition in one of Maelstrom's four shapes",
    strikesAtStart: true,
    draw(nodes, random) {
      const shape = random.pick(PARTITION_SHAPES);
      return partitionBy(shape, grudgeOf(shape, nodes, random));
    },
  },
  "one-way": {
    help: "some nodes hear nothing of the others, which hear them",
    draw: (nodes, random) => partitionBy("one-way", oneWay(nodes, random)),
  },
  "partial": {
    help: "every link is cut with probability ⅓",
    draw: (nodes, random) => partitionBy("partial", partial(nodes, random)),
  },
  "pause": {
    help: "some nodes do nothing for a while",
    draw(all, random) {
      const nodes = minority(all, random);
      return { begin: { f: "pause", nodes }, end: { f: "resume", nodes } };
    },
  },
  "kill": {
    help: "some nodes are killed, and started again without their memory",
    draw(all, random) {
      const nodes = minority(all, random);
      return { begin: { f: "kill", nodes }, end: { f: "restart", nodes } };
    },
  },
  "skew": {
    help: "a node's clocks are off by up to five seconds (simulator only)",
    draw(nodes, random) {
      const node = random.pick(nodes);
      const skewMs = Math.round(random.between(-MAX_SKEW_MS, MAX_SKEW_MS));
      return { begin: { f: "skew", node, skewMs }, end: { f: "skew", node, skewMs: 0 } };
    },
  },
  "slow": {
    help: "timers and input of some nodes, or all, are up to half a second late (simulator only)",
    draw(all, random) {
      const nodes = random.chance(0.5) ? all : minority(all, random);
      const lateMs = 1 + random.int(MAX_LATE_MS);
      return { begin: { f: "slow", nodes, lateMs }, end: { f: "slow", nodes, lateMs: 0 } };
    },
  },
} as const satisfies Record<string, Kind>;

/** The name of a kind of fault. */
export type FaultKind = keyof typeof KINDS;

/** Every kind of fault by its name. `partition` is the one that Maelstrom has. */
export const FAULT_KINDS: ReadonlyMap<string, Kind> = new Map(Object.entries(KINDS));

/** Whether a name is in {@linkcode FAULT_KINDS}. */
export function isFaultKind(name: string): name is FaultKind {
  return FAULT_KINDS.has(name);
}

/** The kind of that name. */
export function kindOf(name: FaultKind): Kind {
  return KINDS[name];
}
