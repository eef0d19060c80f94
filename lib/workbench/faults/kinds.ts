/**
 * Kinds of faults: all that is special about each.
 *
 * Maelstrom has one kind, the partition; the others are for hosts that can produce them. A new kind
 * is an entry in {@linkcode FAULT_KINDS}. A new fault is one in {@linkcode Fault} and in `FIELDS`;
 * the compiler then asks for the rest, and the fault target gets a verb for it.
 *
 * @module
 */
import { type Edn, keyword } from "../../history/edn.ts";
import { array, fieldProblem, type Fields, integer, record, string } from "../../rpc.ts";
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
  strikeDisk(node: string, fault: DiskFault): void;
}

/** Something done to a fault target, as plain data, under the name that the history has for it. */
export type Fault =
  | { readonly f: "start-partition"; readonly shape: string; readonly grudge: Grudge }
  | { readonly f: "stop-partition" }
  | { readonly f: "kill" | "restart" | "pause" | "resume"; readonly nodes: readonly string[] }
  | { readonly f: "skew"; readonly node: string; readonly skewMs: number }
  | { readonly f: "slow"; readonly nodes: readonly string[]; readonly lateMs: number }
  | { readonly f: DiskFault; readonly nodes: readonly string[] };

/** The next sync of a disk fails; a disk is full; it is so no more. */
export type DiskFault = "fail-sync" | "fill-disk" | "free-disk";

const NODES: Fields = { nodes: array(string) };
const FIELDS: Readonly<Record<Fault["f"], Fields>> = {
  "start-partition": { shape: string, grudge: record(array(string)) },
  "stop-partition": {},
  "kill": NODES,
  "restart": NODES,
  "pause": NODES,
  "resume": NODES,
  "skew": { node: string, skewMs: integer },
  "slow": { ...NODES, lateMs: integer },
  "fail-sync": NODES,
  "fill-disk": NODES,
  "free-disk": NODES,
};

/** Whether a value that was read, from a file for example, is a fault. */
export function isFault(value: { readonly f: string }): value is Fault {
  const fields: ReadonlyMap<string, Fields> = new Map(Object.entries(FIELDS));
  const expected = fields.get(value.f);
  return expected !== undefined && fieldProblem(expected, value) === undefined;
}

export function inflict(fault: Fault, target: FaultTarget): void {
  switch (fault.f) {
    case "start-partition":
      return target.partition(fault.grudge);
    case "stop-partition":
      return target.heal();
    case "skew":
      return target.skew(fault.node, fault.skewMs);
    case "slow":
      return fault.nodes.forEach((node) => target.slow(node, fault.lateMs));
    case "fail-sync":
    case "fill-disk":
    case "free-disk":
      return fault.nodes.forEach((node) => target.strikeDisk(node, fault.f));
    default:
      return fault.nodes.forEach((node) => target[fault.f](node));
  }
}

/** The values that a fault's invocation and completion carry in the history. */
export function faultValues(fault: Fault): [invoked: Edn, completed: Edn] {
  switch (fault.f) {
    case "start-partition": {
      const cuts = Object.entries(fault.grudge).map(([id, ids]) => [id, new Set(ids)] as const);
      return [keyword(fault.shape), [keyword("isolated"), new Map(cuts)]];
    }
    case "stop-partition":
      return [null, keyword("network-healed")];
    case "skew":
      return [new Map([[fault.node, fault.skewMs]]), null];
    case "slow":
      return [new Map(fault.nodes.map((node) => [node, fault.lateMs])), null];
    default:
      return [[...fault.nodes], null];
  }
}

export function idsOf(fault: Fault): readonly string[] {
  if ("grudge" in fault) return Object.entries(fault.grudge).flat(2);
  if ("node" in fault) return [fault.node];
  return "nodes" in fault ? fault.nodes : [];
}

/** What is left of a fault where some ids do not exist; `undefined` if nothing is. */
export function restrict<F extends Fault>(
  fault: F,
  exists: (id: string) => boolean,
): F | undefined {
  if ("node" in fault) return exists(fault.node) ? fault : undefined;
  if ("nodes" in fault) {
    const nodes = fault.nodes.filter(exists);
    return nodes.length === 0 ? undefined : { ...fault, nodes };
  }
  if (!("grudge" in fault)) return fault;
  const left = Object.entries(fault.grudge).filter(([id]) => exists(id))
    .map(([id, sources]) => [id, sources.filter(exists)] as const)
    .filter(([, sources]) => sources.length > 0);
  return left.length === 0 ? undefined : { ...fault, grudge: Object.fromEntries(left) };
}

/** The fault that begins a strike, and the one that ends it. */
type Strike = [begin: Fault, end: Fault];

export interface Kind {
  /** What it does, in a line of a help text. */
  readonly help: string;
  /** Whether the first strike comes at the start of a run, as Maelstrom's partition does. */
  readonly strikesAtStart?: boolean;
  /** Draws what one strike does. */
  draw(nodes: readonly string[], random: Random): Strike;
}

function partitionBy(shape: string, grudge: Grudge): Strike {
  return [{ f: "start-partition", shape, grudge }, { f: "stop-partition" }];
}

/** Draws one node, or more as long as they are fewer than half. */
export function drawMinority(nodes: readonly string[], random: Random): readonly string[] {
  const most = Math.max(1, Math.ceil(nodes.length / 2) - 1);
  return random.shuffle(nodes).slice(0, 1 + random.int(most));
}

const MAX_SKEW_MS = 5_000;
const MAX_LATE_MS = 500;

/** Every kind of fault by its name. `partition` is the one that Maelstrom has. */
export const FAULT_KINDS = {
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
      const nodes = drawMinority(all, random);
      return [{ f: "pause", nodes }, { f: "resume", nodes }];
    },
  },
  "kill": {
    help: "some nodes are killed, and started again without their memory",
    draw(all, random) {
      const nodes = drawMinority(all, random);
      return [{ f: "kill", nodes }, { f: "restart", nodes }];
    },
  },
  "skew": {
    help: "a node's clocks are off by up to five seconds (simulator only)",
    draw(nodes, random) {
      const node = random.pick(nodes);
      const skewMs = Math.round(random.between(-MAX_SKEW_MS, MAX_SKEW_MS));
      return [{ f: "skew", node, skewMs }, { f: "skew", node, skewMs: 0 }];
    },
  },
  "slow": {
    help: "timers and input of some nodes, or all, are up to half a second late (simulator only)",
    draw(all, random) {
      const nodes = random.chance(0.5) ? all : drawMinority(all, random);
      const lateMs = 1 + random.int(MAX_LATE_MS);
      return [{ f: "slow", nodes, lateMs }, { f: "slow", nodes, lateMs: 0 }];
    },
  },
} as const satisfies Record<string, Kind>;

export type FaultKind = keyof typeof FAULT_KINDS;

/** Whether a name is in {@linkcode FAULT_KINDS}. */
export function isFaultKind(name: unknown): name is FaultKind {
  return typeof name === "string" && Object.hasOwn(FAULT_KINDS, name);
}
