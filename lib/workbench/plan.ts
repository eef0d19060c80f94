/**
 * A run as data: one plain value that says everything that decides it.
 *
 * A plan comes from a command line, from an object in a test, or from the `plan.json` that a run
 * leaves. It holds no function, so it goes unharmed through `JSON.stringify` to a worker, into a
 * file, into a URL; whoever runs it builds the workload, the faults and the operations from it.
 *
 * ```ts
 * planOf({ workload: "broadcast", nodeCount: 5, faults: ["partition"], seed: 7 });
 * ```
 *
 * @module
 */
import { KNOWN_MODELS } from "../checkers/elle/models.ts";
import { isClient } from "../message.ts";
import { array, fieldProblem, type Fields, integer, record, string } from "../rpc.ts";
import { type Fault, FAULT_KINDS, type FaultKind, isFaultKind } from "./faults/faults.ts";
import type { Grudge, LatencyDistribution } from "./network/network.ts";
import { type Kind, kindProblem, listOf, number, oneOf, type Option } from "./option.ts";
import { text, UsageError, whole } from "./option.ts";
import { SERVICE_IDS } from "./services/mod.ts";
import { workloads } from "./workloads/mod.ts";
import { TOPOLOGY_NAMES } from "./workloads/topology.ts";
import type { WorkloadOptions } from "./workloads/workload.ts";

/** A fault with a partition's grudge as JSON has it: for each receiver, the sources it cannot hear. */
type Plain<F> = F extends { readonly grudge: Grudge }
  ? Omit<F, "grudge"> & { readonly grudge: Readonly<Record<string, readonly string[]>> }
  : F;

/** A fault that is written down: what strikes, and when, in seconds since the start of the run. */
export type PlannedFault = { readonly timeS: number } & Plain<Fault>;

/** An operation that is written down. */
export interface PlannedOperation {
  /** Seconds since the start of the run. */
  readonly timeS: number;
  /** The client thread that makes it. */
  readonly thread: number;
  readonly f: string;
  /** The operation's value, as EDN. */
  readonly value: string;
  /** Further keys of the operation, as an EDN map. */
  readonly extra?: string;
}

/** Everything that decides a run. */
export interface Plan extends WorkloadOptions {
  /** A workload's name. */
  readonly workload: string;
  /** Path of the executable, or of the module that exports the program. Absent: a function in hand. */
  readonly program?: string;
  /** Arguments to the executable. */
  readonly args: readonly string[];
  /** Operations per second over all clients; 0: none, but the run takes its time. */
  readonly rate: number;
  /** Seconds of operations. */
  readonly timeLimitS: number;
  readonly latencyDistribution: LatencyDistribution;
  /** Probability that a message between nodes is lost. */
  readonly loss: number;
  /** Probability that a message between nodes arrives twice. */
  readonly duplication: number;
  /** Mean time that one delivery keeps a receiver busy. Absent: the engine's own. */
  readonly deliveryMs?: number;
  /** Kinds of faults that come and go by chance, or faults written down in order of time. */
  readonly faults: readonly FaultKind[] | readonly PlannedFault[];
  /** Mean seconds between two changes of a kind of fault. */
  readonly faultIntervalS: number;
  /** Required fraction of operations that are ok; 1 is Maelstrom's `total`. */
  readonly availability?: number;
  /** What transactions are held against. */
  readonly consistencyModels?: readonly string[];
  /** Operations written down, in place of those that the workload draws. */
  readonly operations?: readonly PlannedOperation[];
  /** Decides every draw: operations, faults, latencies. */
  readonly seed: string;
}

/** What a plan is made from. Only the workload has no default. */
export interface PlanOptions
  extends Partial<Omit<Plan, "workload" | "concurrency" | "seed">>, Pick<Plan, "workload"> {
  /** N nodes, named n0, n1, … Excludes `nodes`. Default: the five nodes n1 to n5. */
  readonly nodeCount?: number;
  /** Clients: a number, or `"2n"` for two per node. Default `"1n"`. */
  readonly concurrency?: number | string;
  /** Default 1. */
  readonly seed?: string | number;
}

/** Maelstrom takes any positive number; with changes much closer together, time hardly passes. */
const MIN_FAULT_INTERVAL_S = 0.001;

const TXN: readonly string[] = ["txn-list-append", "txn-rw-register"];
const LATENCY_DISTRIBUTIONS = ["constant", "uniform", "exponential"] as const;

const probability = number({ min: 0, below: 1, called: "probability" });

const availability: Kind<number> = {
  expected: "total, or a number from 0 to 1",
  accepts: (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
  parse: (text) => text === "total" ? 1 : text.trim() === "" ? NaN : Number(text),
};

const concurrency: Kind<number | string> = {
  expected: "a number, or one with n behind it",
  accepts: (value): value is number | string => /^0*[1-9]\d*n?$/.test(String(value)),
  parse: (text) => /^\d+$/.test(text) ? Number(text) : text,
};

const seed: Kind<string | number> = {
  expected: "a text or a number",
  accepts: (value) => typeof value === "string" || typeof value === "number",
  parse: (text) => text,
};

const names = listOf(text, "names with commas between them");
const models = listOf(oneOf(KNOWN_MODELS), `some of ${KNOWN_MODELS.join(", ")}`);

const faults: Kind<readonly FaultKind[] | readonly PlannedFault[]> = {
  expected: `some of ${[...FAULT_KINDS.keys()].join(", ")}`,
  accepts: (value): value is readonly FaultKind[] | readonly PlannedFault[] =>
    Array.isArray(value) &&
    (value.every((one) => typeof one === "string" && isFaultKind(one)) ||
      value.every(isPlannedFault)),
  parse: names.parse,
};

const operations: Kind<readonly PlannedOperation[]> = {
  expected: "a list of operations with timeS, thread, f and value",
  accepts: (value): value is readonly PlannedOperation[] =>
    Array.isArray(value) && value.every(isPlannedOperation),
  parse: () => undefined, // no command line is long enough
};

/** An option of a plan: its description, under the name that Maelstrom's command line has for it. */
type PlanOption<T> = Option<T> & { readonly name?: string; readonly kind: Kind<T> };

/** The options of a plan by their fields, in the order of the help; without a name: in no help. */
export const PLAN_OPTIONS = {
  workload: {
    name: "workload",
    alias: "w",
    kind: oneOf([...workloads.keys()]),
    value: "NAME",
    help: "what clients do (-w); required",
  },
  program: {
    name: "bin",
    kind: text,
    value: "FILE",
    help: "the node's executable",
    engines: ["maelstrom", "workbench"],
  },
  args: { kind: listOf(text, "a list of texts"), help: "arguments for the node" },
  nodeCount: { name: "node-count", kind: whole(1), value: "N", help: "N nodes, named n0, n1, …" },
  nodes: {
    name: "nodes",
    kind: names,
    value: "a,b,…",
    help: "the nodes' names, not their number; default n1,n2,n3,n4,n5",
    repeats: true,
  },
  timeLimitS: {
    name: "time-limit",
    kind: number({ min: 0.001 }),
    value: "S",
    help: "seconds of operations",
    default: 60,
  },
  rate: {
    name: "rate",
    kind: number({ min: 0 }),
    value: "HZ",
    help: "operations per second over all clients, 0 for none",
    default: 5,
  },
  concurrency: {
    name: "concurrency",
    kind: concurrency,
    value: "C",
    help: "clients: a number, or 2n for two per node",
    default: "1n",
  },
  latencyMs: {
    name: "latency",
    kind: whole(0),
    value: "MS",
    help: "mean latency between nodes",
    default: 0,
  },
  latencyDistribution: {
    name: "latency-dist",
    kind: oneOf(LATENCY_DISTRIBUTIONS),
    value: "DIST",
    help: `its distribution: ${LATENCY_DISTRIBUTIONS.join(", ")}`,
    default: "constant",
  },
  topology: {
    name: "topology",
    kind: oneOf(TOPOLOGY_NAMES),
    value: "NAME",
    help: `what broadcast suggests: ${TOPOLOGY_NAMES.join(", ")}`,
    default: "grid",
    workloads: ["broadcast"],
  },
  faults: {
    name: "nemesis",
    kind: faults,
    value: "a,b,…",
    help: `faults that come and go: ${[...FAULT_KINDS.keys()].join(", ")}; default none`,
  },
  faultIntervalS: {
    name: "nemesis-interval",
    kind: number({ min: MIN_FAULT_INTERVAL_S }),
    value: "S",
    help: "mean seconds between two changes",
    default: 10,
  },
  loss: {
    name: "loss",
    kind: probability,
    value: "P",
    help: "probability that a message between nodes is lost",
    default: 0,
    engines: ["workbench", "simulator"],
  },
  duplication: {
    name: "duplication",
    kind: probability,
    value: "P",
    help: "probability that it arrives twice",
    default: 0,
    engines: ["workbench", "simulator"],
  },
  deliveryMs: {
    name: "delivery",
    kind: number({ min: 0 }),
    value: "MS",
    help: "mean time that one delivery keeps a receiver busy; default 0.2",
    engines: ["simulator"],
  },
  availability: {
    name: "availability",
    kind: availability,
    value: "A",
    help: "total, or the fraction of operations that must be ok",
  },
  consistencyModels: {
    name: "consistency-models",
    kind: models,
    value: "a,b,…",
    help: "what transactions are held against; default strict-serializable",
    workloads: TXN,
  },
  keyCount: {
    name: "key-count",
    kind: whole(1),
    value: "N",
    help: "keys in use at a time",
    default: 10,
    workloads: [...TXN, "kafka"],
  },
  maxTxnLength: {
    name: "max-txn-length",
    kind: whole(1),
    value: "N",
    help: "most operations in a transaction",
    default: 4,
    workloads: TXN,
  },
  maxWritesPerKey: {
    name: "max-writes-per-key",
    kind: whole(1),
    value: "N",
    help: "writes to a key before another takes its place",
    default: 16,
    workloads: [...TXN, "kafka"],
  },
  operations: { kind: operations, help: "operations written down" },
  seed: {
    name: "seed",
    kind: seed,
    value: "S",
    help: "decides every draw: operations, faults, latencies",
    engines: ["workbench", "simulator"],
  },
} as const satisfies {
  [F in keyof PlanOptions]-?: PlanOption<Exclude<PlanOptions[F], undefined>>;
};

/**
 * The plan that options make, defaults filled in.
 *
 * @throws {UsageError} if they are wrong.
 */
export function planOf(options: PlanOptions): Plan {
  const problem = optionsProblem(options);
  if (problem !== undefined) throw new UsageError(problem);
  const standard = PLAN_OPTIONS;
  const { nodeCount, concurrency = standard.concurrency.default, seed = 1, ...given } = options;
  const nodes = given.nodes ?? nodesOf(nodeCount);
  const plan: Plan = {
    args: [],
    timeLimitS: standard.timeLimitS.default,
    rate: standard.rate.default,
    latencyMs: standard.latencyMs.default,
    latencyDistribution: standard.latencyDistribution.default,
    topology: standard.topology.default,
    faults: [],
    faultIntervalS: standard.faultIntervalS.default,
    loss: standard.loss.default,
    duplication: standard.duplication.default,
    keyCount: standard.keyCount.default,
    maxTxnLength: standard.maxTxnLength.default,
    maxWritesPerKey: standard.maxWritesPerKey.default,
    ...given,
    nodes,
    concurrency: clientsOf(concurrency, nodes.length),
    seed: String(seed),
  };
  const unfit = workloads.get(plan.workload)?.problem?.(plan);
  if (unfit !== undefined) throw new UsageError(unfit);
  return plan;
}

/** Options with others over them. A node count and names of nodes make way for each other. */
export function amended(options: PlanOptions, changes: Partial<PlanOptions>): PlanOptions {
  const renamed = changes.nodes !== undefined || changes.nodeCount !== undefined;
  if (!renamed) return { ...options, ...changes };
  const { nodes, nodeCount: _, ...others } = options;
  const perNode = Number(options.concurrency) / (nodes?.length ?? NaN);
  // Clients of a plan are counted: as many for each node as there were before.
  const concurrency = Number.isInteger(perNode) ? { concurrency: `${perNode}n` } : {};
  return { ...others, ...concurrency, ...changes };
}

/**
 * The options that a text such as that of a `plan.json` holds.
 *
 * @throws {UsageError} if it holds none.
 */
export function parsePlan(json: string): PlanOptions {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UsageError("is not JSON");
  }
  if (!isPlanOptions(value)) throw new UsageError(optionsProblem(value) ?? "holds no plan");
  return value;
}

function isPlanOptions(value: unknown): value is PlanOptions {
  return optionsProblem(value) === undefined;
}

/** What is wrong with options, field by field; else nothing. */
function optionsProblem(options: unknown): string | undefined {
  if (typeof options !== "object" || options === null) return "a plan must be an object";
  const kinds: Readonly<Record<string, PlanOption<unknown>>> = PLAN_OPTIONS;
  for (const [field, value] of Object.entries(options)) {
    if (!(field in kinds)) return `a plan has no ${field}`;
    const problem = kinds[field] && kindProblem(kinds[field].kind, value);
    if (problem !== undefined) return `${field} ${problem}`;
  }
  if (!("workload" in options)) return "workload is missing";
  if ("nodeCount" in options && "nodes" in options) return "nodeCount and nodes exclude each other";
  return "nodes" in options && Array.isArray(options.nodes)
    ? namesProblem(options.nodes)
    : undefined;
}

function namesProblem(nodes: readonly string[]): string | undefined {
  if (nodes.length === 0) return "nodes must name one at least";
  const again = nodes.find((name, i) => nodes.indexOf(name) < i);
  if (again !== undefined) return `there can not be two nodes named "${again}"`;
  const asClient = nodes.find(isClient);
  if (asClient !== undefined) {
    return `no node can be named "${asClient}": names with c are clients'`;
  }
  const asService = nodes.find((name) => SERVICE_IDS.includes(name));
  return asService && `no node can be named "${asService}": that is a service`;
}

function nodesOf(count: number | undefined): string[] {
  if (count === undefined) return ["n1", "n2", "n3", "n4", "n5"];
  return Array.from({ length: count }, (_, i) => `n${i}`);
}

function clientsOf(concurrency: number | string, nodes: number): number {
  const text = String(concurrency);
  return text.endsWith("n") ? Number(text.slice(0, -1)) * nodes : Number(text);
}

const PLANNED_FIELDS: Readonly<Record<Fault["f"], Fields>> = {
  "start-partition": { shape: string, grudge: record(array(string)) },
  "stop-partition": {},
  "kill": { nodes: array(string) },
  "restart": { nodes: array(string) },
  "pause": { nodes: array(string) },
  "resume": { nodes: array(string) },
  "skew": { node: string, skewMs: integer },
};

function isTimed(value: unknown): value is { timeS: number; f: string } {
  return typeof value === "object" && value !== null && "timeS" in value &&
    typeof value.timeS === "number" && value.timeS >= 0 && "f" in value &&
    typeof value.f === "string";
}

function isPlannedFault(value: unknown): value is PlannedFault {
  const fields: Readonly<Record<string, Fields>> = PLANNED_FIELDS;
  if (!isTimed(value)) return false;
  const expected = fields[value.f];
  return expected !== undefined && fieldProblem(expected, value) === undefined;
}

function isPlannedOperation(value: unknown): value is PlannedOperation {
  const fields = { thread: integer, f: string, value: string };
  return isTimed(value) && fieldProblem(fields, value) === undefined;
}
