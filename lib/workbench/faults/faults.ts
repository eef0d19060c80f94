/**
 * The nemesis: what goes wrong in a run, and when.
 *
 * Maelstrom's one fault is the partition, in four shapes, started and stopped in turn. The further
 * faults are for hosts that can produce them.
 *
 * @module
 */
import { type Edn, keyword } from "../../history/edn.ts";
import { SECOND } from "../clock/clock.ts";
import type { Grudge } from "../network/network.ts";
import type { Random } from "../random.ts";

/** The shapes that Maelstrom draws a partition from, each as likely. */
export const PARTITION_SHAPES = ["one", "minority-third", "majority", "majorities-ring"] as const;

/** How a partition divides the nodes. */
export type PartitionShape = typeof PARTITION_SHAPES[number];

/** Who does not hear whom, in a partition of that shape. */
export function grudgeOf(
  shape: PartitionShape,
  nodes: readonly string[],
  random: Random,
): Grudge {
  switch (shape) {
    case "one":
      return split(random.shuffle(nodes), 1);
    case "minority-third":
      return split(random.shuffle(nodes), Math.floor((nodes.length - 1) / 3));
    case "majority":
      return split(random.shuffle(nodes), Math.floor(nodes.length / 2));
    case "majorities-ring":
      return nodes.length <= 5 ? exactRing(random.shuffle(nodes)) : overlapping(nodes, random);
  }
}

/** Both sides of a split hear nothing of each other: the first `size` nodes, and the rest. */
export function split(nodes: readonly string[], size: number): Map<string, Set<string>> {
  const sides = [nodes.slice(0, size), nodes.slice(size)];
  return new Map(
    sides.flatMap((side, i) => side.map((node) => [node, new Set(sides[1 - i])] as const)),
  );
}

/**
 * Each node hears the majority around it in a ring. Exact up to five nodes; among three, each node
 * misses exactly one other, all in the same sense, so that no request gets its reply.
 */
function exactRing(ring: readonly string[]): Map<string, Set<string>> {
  const majority = Math.floor(ring.length / 2) + 1;
  const grudge = new Map<string, Set<string>>();
  for (let start = 0; start < ring.length; start++) {
    const heard = Array.from({ length: majority }, (_, i) => ring[(start + i) % ring.length]);
    const node = heard[Math.floor(majority / 2)];
    if (node !== undefined) grudge.set(node, new Set(ring.filter((n) => !heard.includes(n))));
  }
  return grudge;
}

/** Links the least connected nodes until each hears a majority; cuts every other link. */
function overlapping(nodes: readonly string[], random: Random): Map<string, Set<string>> {
  const majority = Math.floor(nodes.length / 2) + 1;
  const heard = new Map(nodes.map((node) => [node, new Set([node])]));
  const degree = (node: string) => heard.get(node)?.size ?? 0;
  while (true) {
    const byDegree = random.shuffle(nodes).sort((a, b) => degree(a) - degree(b));
    const a = byDegree[0];
    if (a === undefined || degree(a) >= majority) break;
    const b = byDegree.find((other) => !heard.get(a)?.has(other));
    if (b === undefined) break;
    heard.get(a)?.add(b);
    heard.get(b)?.add(a);
  }
  return new Map(
    nodes.map((node) => [node, new Set(nodes.filter((other) => !heard.get(node)?.has(other)))]),
  );
}

/** Something done to the system under test. Its `f` and `value` are what the history records. */
export type Fault =
  | { readonly f: "start-partition"; readonly shape: string; readonly grudge: Grudge }
  | { readonly f: "stop-partition" }
  | { readonly f: "kill" | "restart" | "pause" | "resume"; readonly nodes: readonly string[] }
  | { readonly f: "skew"; readonly node: string; readonly skewMs: number };

/** A fault and when it strikes, in nanoseconds since the start of the run. */
export interface TimedFault {
  readonly time: number;
  readonly fault: Fault;
}

/** What a fault can be done to. */
export interface Victim {
  partition(grudge: Grudge): void;
  heal(): void;
  kill(node: string): void;
  restart(node: string): void;
  pause(node: string): void;
  resume(node: string): void;
  skew(node: string, skewMs: number): void;
}

/**
 * Faults as they were written down, each looked at before it strikes.
 *
 * @param knows Whether there is a participant of that id.
 * @throws {RangeError} for one that comes after a later one, or concerns somebody who is not there.
 */
export function* checked(
  faults: Iterable<TimedFault>,
  knows: (id: string) => boolean,
): Generator<TimedFault> {
  let last = 0;
  for (const timed of faults) {
    const { time, fault } = timed;
    const what = `the fault ${fault.f} at ${time / SECOND} s`;
    if (!(time >= last)) throw new RangeError(`${what} must not come before ${last / SECOND} s`);
    const stranger = concerned(fault).find((id) => !knows(id));
    if (stranger !== undefined) throw new RangeError(`${what}: there is no ${stranger}`);
    last = time;
    yield timed;
  }
}

function concerned(fault: Fault): string[] {
  switch (fault.f) {
    case "start-partition":
      return [...fault.grudge].flatMap(([id, sources]) => [id, ...sources]);
    case "stop-partition":
      return [];
    case "skew":
      return [fault.node];
    default:
      return [...fault.nodes];
  }
}

/** Does it. */
export function inflict(fault: Fault, victim: Victim): void {
  switch (fault.f) {
    case "start-partition":
      return victim.partition(fault.grudge);
    case "stop-partition":
      return victim.heal();
    case "skew":
      return victim.skew(fault.node, fault.skewMs);
    default:
      for (const node of fault.nodes) victim[fault.f](node);
  }
}

/** The values that a fault's invocation and completion carry in the history. */
export function faultValues(fault: Fault): [invoked: Edn, completed: Edn] {
  switch (fault.f) {
    case "start-partition":
      return [keyword(fault.shape), [keyword("isolated"), fault.grudge]];
    case "stop-partition":
      return [null, keyword("network-healed")];
    case "skew":
      return [new Map([[fault.node, fault.skewMs]]), null];
    default:
      return [[...fault.nodes], null];
  }
}

/** A kind of fault: how a strike of it begins and how it ends. */
interface Kind {
  readonly help: string;
  begin(nodes: readonly string[], random: Random): Fault;
  end(begun: Fault): Fault;
}

const stopPartition = (): Fault => ({ f: "stop-partition" });
const isolated = (shape: string, grudge: Grudge): Fault => ({
  f: "start-partition",
  shape,
  grudge,
});

function partitionsOf(shapes: readonly PartitionShape[]): Kind {
  return {
    help: "a partition in one of Maelstrom's four shapes",
    begin(nodes, random) {
      const shape = random.pick(shapes);
      return isolated(shape, grudgeOf(shape, nodes, random));
    },
    end: stopPartition,
  };
}

const KINDS = {
  "partition": partitionsOf(PARTITION_SHAPES),
  "one-way": {
    help: "some nodes hear nothing of the others, which hear them",
    begin(nodes, random) {
      const shuffled = random.shuffle(nodes);
      const deaf = shuffled.slice(0, 1 + random.int(Math.max(1, nodes.length - 1)));
      const others = new Set(nodes.filter((node) => !deaf.includes(node)));
      return isolated("one-way", new Map(deaf.map((node) => [node, others])));
    },
    end: stopPartition,
  },
  "partial": {
    help: "every link is cut with probability ⅓",
    begin(nodes, random) {
      const grudge = new Map(nodes.map((node) => [node, new Set<string>()]));
      for (const [i, a] of nodes.entries()) {
        for (const b of nodes.slice(i + 1)) {
          if (!random.chance(1 / 3)) continue;
          grudge.get(a)?.add(b);
          grudge.get(b)?.add(a);
        }
      }
      return isolated("partial", grudge);
    },
    end: stopPartition,
  },
  "pause": {
    help: "some nodes do nothing for a while",
    begin: (nodes, random) => ({ f: "pause", nodes: minority(nodes, random) }),
    end: (begun) => ({ f: "resume", nodes: "nodes" in begun ? begun.nodes : [] }),
  },
  "kill": {
    help: "some nodes are killed, and started again without their memory",
    begin: (nodes, random) => ({ f: "kill", nodes: minority(nodes, random) }),
    end: (begun) => ({ f: "restart", nodes: "nodes" in begun ? begun.nodes : [] }),
  },
  "skew": {
    help: "a node's clocks are off by up to five seconds (simulator only)",
    begin: (nodes, random) => ({
      f: "skew",
      node: random.pick(nodes),
      skewMs: Math.round(random.between(-5_000, 5_000)),
    }),
    end: (begun) => ({ f: "skew", node: "node" in begun ? begun.node : "", skewMs: 0 }),
  },
} as const satisfies Record<string, Kind>;

/** The names of all kinds of faults. */
export type FaultKind = keyof typeof KINDS;

/** Every kind of fault, and what it is. `partition` is the one that Maelstrom has. */
export const FAULT_KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries(KINDS).map(([name, { help }]) => [name, help]),
);

/** True of a name in {@linkcode FAULT_KINDS}. */
export function isFaultKind(name: string): name is FaultKind {
  return FAULT_KINDS.has(name);
}

/** One node, or more while they are fewer than half. */
function minority(nodes: readonly string[], random: Random): string[] {
  return random.shuffle(nodes).slice(
    0,
    1 + random.int(Math.max(1, Math.ceil(nodes.length / 2) - 1)),
  );
}

/**
 * Maelstrom's schedule, for any kind of fault: begin, end, begin, …; gaps are uniform between
 * nothing and twice the interval. Partitions begin at once, as Maelstrom's do, and every other kind
 * after a gap of its own.
 *
 * @param intervalS Mean time between two changes, in seconds.
 */
export function faults(
  kind: FaultKind,
  nodes: readonly string[],
  random: Random,
  intervalS: number,
): Generator<TimedFault> {
  return schedule(KINDS[kind], nodes, random, { intervalS, atOnce: kind === "partition" });
}

/** Maelstrom's partitions, of some shapes only. Default: all four. */
export function partitions(
  nodes: readonly string[],
  random: Random,
  { intervalS, shapes = PARTITION_SHAPES }: {
    /** Mean time between two changes, in seconds. */
    readonly intervalS: number;
    readonly shapes?: readonly PartitionShape[];
  },
): Generator<TimedFault> {
  return schedule(partitionsOf(shapes), nodes, random, { intervalS, atOnce: true });
}

function* schedule(
  kind: Kind,
  nodes: readonly string[],
  random: Random,
  { intervalS, atOnce }: { intervalS: number; atOnce: boolean },
): Generator<TimedFault> {
  const gap = () => random.between(0, 2 * intervalS) * SECOND;
  for (let time = atOnce ? 0 : gap();; time += gap()) {
    const begun = kind.begin(nodes, random);
    yield { time, fault: begun };
    time += gap();
    yield { time, fault: kind.end(begun) };
  }
}

/** Several schedules in one, in order of time. Each draws from a source of its own. */
export function* merged(schedules: readonly Iterator<TimedFault>[]): Generator<TimedFault> {
  const upcoming = schedules.map((schedule) => ({ schedule, next: schedule.next() }));
  while (true) {
    const [first] = upcoming.filter(({ next }) => !next.done)
      .sort((a, b) => a.next.value.time - b.next.value.time);
    if (first === undefined) return;
    yield first.next.value;
    first.next = first.schedule.next();
  }
}
