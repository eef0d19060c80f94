/**
 * Kinds of faults: all that is special about each.
 *
 * Partitions, kills and pauses have the targets, the words and the schedule of Jepsen's
 * `nemesis.combined`, which Maelstrom uses; the others are for hosts that can produce them. A new kind
 * is an entry in {@linkcode FAULT_KINDS}. A new fault is one in {@linkcode Fault} and in `FIELDS`;
 * the compiler then asks for the rest, and the fault target gets a verb for it.
 *
 * @module
 */
import { type Edn, keyword } from "../../history/edn.ts";
import { array, fieldProblem, type Fields, integer, optional, record, string } from "../../rpc.ts";
import type { Grudge } from "../network/network.ts";
import type { Random } from "../random.ts";
import { grudgeOf, oneWay, partial, PARTITION_SHAPES } from "./partitions.ts";

/** What faults are inflicted on: the system under test. */
export interface FaultTarget {
  partition(grudge: Grudge): void;
  heal(): void;
  kill(node: string): void;
  /** Starts a killed node again. Returns whether it was killed. */
  restart(node: string): boolean;
  pause(node: string): void;
  resume(node: string): void;
  skew(node: string, skewMs: number): void;
  slow(node: string, lateMs: number): void;
  strikeDisk(node: string, fault: DiskFault): void;
}

/** What is done to the processes of some nodes. */
export interface ProcessFault {
  /** What is done to them. */
  readonly f: "kill" | "start" | "pause" | "resume";
  /** The nodes' ids. */
  readonly nodes: readonly string[];
  /** What the nodes were drawn by. Absent: they are written down. */
  readonly targets?: Targets;
}

/** Something done to a fault target, as plain data, under the name that the history has for it. */
export type Fault =
  | { readonly f: "start-partition"; readonly shape: string; readonly grudge: Grudge }
  | { readonly f: "stop-partition" }
  | ProcessFault
  | { readonly f: "skew"; readonly node: string; readonly skewMs: number }
  | { readonly f: "slow"; readonly nodes: readonly string[]; readonly lateMs: number }
  | { readonly f: DiskFault; readonly nodes: readonly string[] };

/** The next sync of a disk fails; a disk is full; it is so no more. */
export type DiskFault = "fail-sync" | "fill-disk" | "free-disk";

/** How many nodes a process fault strikes; `some` is any number but none. */
export type Targets = "some" | "one" | "minority-third" | "minority" | "majority" | "all";
const TARGETS: readonly Targets[] = [
  "some",
  "one",
  "minority-third",
  "minority",
  "majority",
  "all",
];

const NODES: Fields = { nodes: array(string) };
const PROCESSES: Fields = { ...NODES, targets: optional(string) };
const FIELDS: Readonly<Record<Fault["f"], Fields>> = {
  "start-partition": { shape: string, grudge: record(array(string)) },
  "stop-partition": {},
  "kill": PROCESSES,
  "start": PROCESSES,
  "pause": PROCESSES,
  "resume": PROCESSES,
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

/** Inflicts a fault. Returns the value that its completion carries in the history. */
export function inflict(fault: Fault, target: FaultTarget): Edn {
  switch (fault.f) {
    case "start-partition": {
      target.partition(fault.grudge);
      const cuts = Object.entries(fault.grudge).map(([id, ids]) => [id, new Set(ids)] as const);
      return [keyword("isolated"), new Map(cuts)];
    }
    case "stop-partition":
      target.heal();
      return keyword("network-healed");
    case "skew":
      target.skew(fault.node, fault.skewMs);
      return null;
    case "slow":
      fault.nodes.forEach((node) => target.slow(node, fault.lateMs));
      return null;
    case "fail-sync":
    case "fill-disk":
    case "free-disk":
      fault.nodes.forEach((node) => target.strikeDisk(node, fault.f));
      return null;
    default:
      return new Map(fault.nodes.map((node) => [node, keyword(inflictOn(node, fault, target))]));
  }
}

/** Returns what became of the node, in Jepsen's words. */
function inflictOn(node: string, { f }: ProcessFault, target: FaultTarget): string {
  switch (f) {
    case "start":
      return target.restart(node) ? "started" : "already-running";
    case "kill":
      target.kill(node);
      return "killed";
    case "pause":
      target.pause(node);
      return "paused";
    case "resume":
      target.resume(node);
      return "resumed";
  }
}

/** The value that a fault's invocation carries in the history. */
export function invokedValue(fault: Fault): Edn {
  switch (fault.f) {
    case "start-partition":
      return keyword(fault.shape);
    case "stop-partition":
      return null;
    case "skew":
      return new Map([[fault.node, fault.skewMs]]);
    case "slow":
      return new Map(fault.nodes.map((node) => [node, fault.lateMs]));
    case "fail-sync":
    case "fill-disk":
    case "free-disk":
      return [...fault.nodes];
    default:
      if (fault.targets === undefined) return [...fault.nodes];
      return fault.targets === "some" ? null : keyword(fault.targets);
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

/** Where strikes come from. */
export interface Strikes {
  /** Whether the first strike comes at the start of a run, as those that Jepsen draws do. */
  readonly strikesAtStart?: boolean;
  /** Draws what one strike does. */
  draw(nodes: readonly string[], random: Random): Strike;
}

export interface Kind extends Strikes {
  /** What it does, in a line of a help text. */
  readonly help: string;
  /** The fault that its strikes begin with. */
  readonly begins: Fault["f"];
  /** Kinds of one stream share a schedule, each change being one of either. Default: its own. */
  readonly stream?: string;
}

function partitionBy(shape: string, grudge: Grudge): Strike {
  return [{ f: "start-partition", shape, grudge }, { f: "stop-partition" }];
}

/** Draws one node, or more as long as they are fewer than half. */
export function drawMinority(nodes: readonly string[], random: Random): readonly string[] {
  const most = Math.max(1, Math.ceil(nodes.length / 2) - 1);
  return random.shuffle(nodes).slice(0, 1 + random.int(most));
}

type DrawnTargets = Required<Pick<ProcessFault, "nodes" | "targets">>;

/** Draws the nodes that a process fault strikes: none, where a few of them have no such part. */
function drawTargets(
  nodes: readonly string[],
  random: Random,
  targets = random.pick(TARGETS),
): DrawnTargets {
  const majority = Math.floor(nodes.length / 2) + 1;
  const count = {
    "some": 1 + random.int(nodes.length),
    "one": 1,
    "minority-third": Math.floor((nodes.length - 1) / 3),
    "minority": majority - 1,
    "majority": majority,
    "all": nodes.length,
  }[targets];
  return { targets, nodes: random.shuffle(nodes).slice(0, count) };
}

function killOf(nodes: readonly string[], drawn: DrawnTargets): Strike {
  return [{ f: "kill", ...drawn }, { f: "start", nodes, targets: "all" }];
}

const MAX_SKEW_MS = 5_000;
const MAX_LATE_MS = 500;

/** The name of a kind of fault, which comes and goes by chance. */
export type FaultKind =
  | "partition"
  | "one-way"
  | "partial"
  | "pause"
  | "kill"
  | "kill-one"
  | "kill-all"
  | "skew"
  | "slow";

/** Every kind of fault by its name. */
export const FAULT_KINDS: Readonly<Record<FaultKind, Kind>> = {
  "partition": {
    help: "a partition in one of Maelstrom's four shapes",
    begins: "start-partition",
    strikesAtStart: true,
    draw(nodes, random) {
      const shape = random.pick(PARTITION_SHAPES);
      return partitionBy(shape, grudgeOf(shape, nodes, random));
    },
  },
  "one-way": {
    help: "some nodes hear nothing of the others, which hear them",
    begins: "start-partition",
    draw: (nodes, random) => partitionBy("one-way", oneWay(nodes, random)),
  },
  "partial": {
    help: "every link is cut with probability ⅓",
    begins: "start-partition",
    draw: (nodes, random) => partitionBy("partial", partial(nodes, random)),
  },
  "pause": {
    help: "some nodes, or all, do nothing for a while",
    begins: "pause",
    strikesAtStart: true,
    stream: "processes",
    draw: (nodes, random) => [
      { f: "pause", ...drawTargets(nodes, random) },
      { f: "resume", nodes, targets: "all" },
    ],
  },
  "kill": {
    help: "some nodes, or all, are killed, and started again without their memory",
    begins: "kill",
    strikesAtStart: true,
    stream: "processes",
    draw: (nodes, random) => killOf(nodes, drawTargets(nodes, random)),
  },
  "kill-one": {
    help: "one node is killed, and started again without its memory",
    begins: "kill",
    strikesAtStart: true,
    stream: "processes",
    draw: (nodes, random) => killOf(nodes, drawTargets(nodes, random, "one")),
  },
  "kill-all": {
    help: "all nodes are killed at once, and started again without their memory",
    begins: "kill",
    strikesAtStart: true,
    stream: "processes",
    draw: (nodes, random) => killOf(nodes, drawTargets(nodes, random, "all")),
  },
  "skew": {
    help: "a node's clocks are off by up to five seconds (simulator only)",
    begins: "skew",
    draw(nodes, random) {
      const node = random.pick(nodes);
      const skewMs = Math.round(random.between(-MAX_SKEW_MS, MAX_SKEW_MS));
      return [{ f: "skew", node, skewMs }, { f: "skew", node, skewMs: 0 }];
    },
  },
  "slow": {
    help: "timers and input of some nodes, or all, are up to half a second late (simulator only)",
    begins: "slow",
    draw(all, random) {
      const nodes = random.chance(0.5) ? all : drawMinority(all, random);
      const lateMs = 1 + random.int(MAX_LATE_MS);
      return [{ f: "slow", nodes, lateMs }, { f: "slow", nodes, lateMs: 0 }];
    },
  },
};

/** Whether a name is in {@linkcode FAULT_KINDS}. */
export function isFaultKind(name: unknown): name is FaultKind {
  return typeof name === "string" && Object.hasOwn(FAULT_KINDS, name);
}

/** What ends, for all nodes at once, faults that lasted; as Jepsen does it before final reads. */
export function remedies(begun: ReadonlySet<Fault["f"]>, nodes: readonly string[]): Fault[] {
  return [
    ...(begun.has("start-partition") ? [{ f: "stop-partition" } as const] : []),
    ...(begun.has("pause") ? [{ f: "resume", nodes, targets: "all" } as const] : []),
    ...(begun.has("kill") ? [{ f: "start", nodes, targets: "all" } as const] : []),
  ];
}
