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
import { ELLE_VERSIONS, type ElleVersion } from "../checkers/checker.ts";
import { clip, printable } from "../checkers/format.ts";
import { KNOWN_MODELS } from "../checkers/elle/models.ts";
import { isClient } from "../message.ts";
import { DISK_TROUBLES, type DiskTrouble, strikesOf } from "./faults/disks.ts";
import {
  type Fault,
  FAULT_KINDS,
  type FaultKind,
  isFaultKind,
  type Kind as KindOfFault,
  remedies,
} from "./faults/kinds.ts";
import { merge, schedule, type TimedFault } from "./faults/schedule.ts";
import type { LatencyDistribution } from "./network/latency.ts";
import {
  type EngineName,
  ENGINES,
  type Kind,
  kindProblem,
  listOf,
  number,
  oneOf,
  type Option,
  scopeProblem,
  text,
  UsageError,
  whole,
} from "./option.ts";
import {
  isPlannedFault,
  isPlannedOperation,
  type PlannedFault,
  type PlannedOperation,
  timedFault,
} from "./planned.ts";
import type { Random } from "./random.ts";
import { SERVICE_IDS } from "./services/mod.ts";
import { workloads } from "./workloads/mod.ts";
import { TOPOLOGY_NAMES } from "./workloads/topology.ts";
import type { Workload, WorkloadOptions } from "./workloads/workload.ts";

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
  /** Seconds that a node has to answer `init`. */
  readonly initTimeoutS: number;
  /** How latencies are spread around their mean. */
  readonly latencyDistribution: LatencyDistribution;
  /** Probability that a message between nodes is lost. */
  readonly loss: number;
  /** Probability that a message between nodes arrives twice. */
  readonly duplication: number;
  /** Mean time that one delivery keeps a receiver busy. Absent: the engine's own. */
  readonly deliveryMs?: number;
  /** Kinds of faults that come and go by chance, or faults written down in order of time. */
  readonly faults: readonly FaultKind[] | readonly PlannedFault[];
  /** What disks do beyond losing what was not synced. Absent: nothing. */
  readonly disk?: readonly DiskTrouble[];
  /** Mean seconds between two changes of a kind of fault. */
  readonly faultIntervalS: number;
  /** Required fraction of operations that are ok; 1 is Maelstrom's `total`. */
  readonly availability?: number;
  /** What transactions are held against. */
  readonly consistencyModels?: readonly string[];
  /** The Elle whose rules apply within a transaction over registers. Default: Maelstrom's, 0.2.2. */
  readonly elle?: ElleVersion;
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
/** The engines that are not Maelstrom. */
const OURS: readonly EngineName[] = ["workbench", "simulator"];
/** The engines of some kinds of faults. Maelstrom kills and pauses in versions after 0.2.4 only. */
const FAULT_ENGINES: Readonly<Record<string, readonly EngineName[]>> = {
  partition: ENGINES,
  kill: ENGINES,
  pause: ENGINES,
  skew: ["simulator"], // a process has the machine's clock
  slow: ["simulator"], // and is as fast as the machine
  "fail-sync": ["simulator"], // and its disk is the machine's
  "fill-disk": ["simulator"],
  "free-disk": ["simulator"],
};
const FAULT_KIND_NAMES = Object.keys(FAULT_KINDS).join(", ");
/** The kinds of faults that an engine has, with what each does; of all engines, if none is given. */
export function faultKindsOf(
  engine?: EngineName,
): [name: string, kind: { readonly help: string }][] {
  return Object.entries(FAULT_KINDS).filter(([name]) =>
    engine === undefined || (FAULT_ENGINES[name] ?? OURS).includes(engine)
  );
}

const LATENCY_DISTRIBUTIONS = ["constant", "uniform", "exponential"] as const;

const probability = number({ min: 0, below: 1, called: "probability" });

const availability: Kind<number> = {
  expected: "total, or a number from 0 to 1",
  accepts: (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
  parse: (text) => text === "total" ? 1 : text.trim() === "" ? NaN : Number(text),
  schema: { type: "number", minimum: 0, maximum: 1 },
};

const concurrency: Kind<number | string> = {
  expected: "a number, or one with n behind it",
  accepts: (value): value is number | string => /^0*[1-9]\d*n?$/.test(String(value)),
  parse: (text) => /^\d+$/.test(text) ? Number(text) : text,
  schema: { type: ["integer", "string"], minimum: 1, pattern: "^0*[1-9][0-9]*n?$" },
};

/** What decides the draws of a run. */
export const seed: Kind<string | number> = {
  expected: "a text or a number",
  accepts: (value) => typeof value === "string" || typeof value === "number",
  parse: (text) => text,
  schema: { type: ["string", "number"] },
};

const names = listOf(text, "names with commas between them");
const models = listOf(oneOf(KNOWN_MODELS), `some of ${KNOWN_MODELS.join(", ")}`);

const faults: Kind<readonly FaultKind[] | readonly PlannedFault[]> = {
  expected: `some of ${FAULT_KIND_NAMES}`,
  accepts: (value): value is readonly FaultKind[] | readonly PlannedFault[] =>
    Array.isArray(value) && (value.every(isFaultKind) || value.every(isPlannedFault)),
  parse: names.parse,
  names: Object.keys(FAULT_KINDS),
  schema: {
    type: "array",
    items: {
      anyOf: [
        { enum: Object.keys(FAULT_KINDS) },
        { type: "object", required: ["timeS", "f"], properties: { timeS: { type: "number" } } },
      ],
    },
  },
};

const operations: Kind<readonly PlannedOperation[]> = {
  expected: "a list of operations with timeS, thread, f and value",
  accepts: (value): value is readonly PlannedOperation[] =>
    Array.isArray(value) && value.every(isPlannedOperation),
  parse: () => undefined, // no command line is long enough
  schema: {
    type: "array",
    items: { type: "object", required: ["timeS", "thread", "f", "value"] },
  },
};

/** The option of a field: its description, under the name that Maelstrom's command line has for it. */
type PlanOption<T> = Option<T> & { readonly name?: string; readonly kind: Kind<T> };

/** The options of a plan by their fields, in the order of the help. One without a name is in none. */
export const PLAN_OPTIONS = {
  workload: {
    name: "workload",
    alias: ["w"],
    kind: oneOf([...workloads.keys()]),
    value: "NAME",
    help: "what clients do (-w)",
  },
  program: { name: "bin", kind: text, value: "FILE", help: "the node's executable" },
  args: {
    kind: listOf(text, "a list of texts"),
    help: "arguments for the node",
  },
  nodeCount: { name: "node-count", kind: whole(1), value: "N", help: "N nodes, named n0, n1, …" },
  nodes: {
    name: "nodes",
    alias: ["node", "n"],
    kind: names,
    value: "a,b,…",
    help: "the nodes' names (or -n NAME, repeatable); default n1,n2,n3,n4,n5",
    repeats: true,
  },
  concurrency: {
    name: "concurrency",
    kind: concurrency,
    value: "C",
    help: "clients: a number, or 2n for two per node",
    default: "1n",
  },
  timeLimitS: {
    name: "time-limit",
    kind: number({ min: 0.1 }),
    value: "S",
    help: "seconds of operations",
    default: 60,
  },
  rate: {
    name: "rate",
    kind: number({ min: 0 }),
    value: "HZ",
    help: "operations per second over all clients; 0 for none",
    default: 5,
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
    help: LATENCY_DISTRIBUTIONS.join(", "),
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
  consistencyModels: {
    name: "consistency-models",
    kind: models,
    value: "a,b,…",
    help: "what transactions are held against; default strict-serializable",
    workloads: TXN,
  },
  elle: {
    name: "elle",
    kind: oneOf(ELLE_VERSIONS),
    value: "VERSION",
    help: "whose rules apply within a transaction: 0.2.2, which Maelstrom has, or main",
    workloads: ["txn-rw-register"],
    engines: OURS,
  },
  availability: {
    name: "availability",
    kind: availability,
    value: "A",
    help: "total, or the fraction of operations that must be ok",
  },
  faults: {
    name: "nemesis",
    kind: faults,
    value: "a,b,…",
    help: "faults that come and go, of the kinds below; default none",
  },
  faultIntervalS: {
    name: "nemesis-interval",
    kind: number({ min: MIN_FAULT_INTERVAL_S }),
    value: "S",
    help: "mean seconds between two changes",
    default: 10,
  },
  disk: {
    name: "disk",
    kind: listOf(oneOf(DISK_TROUBLES), `some of ${DISK_TROUBLES.join(", ")}`),
    value: "a,b,…",
    help: "syncs take time, a kill leaves half a record, a sync fails, a disk is full: " +
      DISK_TROUBLES.join(", "),
    engines: ["simulator"], // a process has the machine's disk
  },
  loss: {
    name: "loss",
    kind: probability,
    value: "P",
    help: "probability that a message between nodes is lost",
    default: 0,
    engines: OURS,
  },
  duplication: {
    name: "duplication",
    kind: probability,
    value: "P",
    help: "probability that it arrives twice",
    default: 0,
    engines: OURS,
  },
  deliveryMs: {
    name: "delivery",
    kind: number({ min: 0 }),
    value: "MS",
    help: "mean time that one delivery keeps a receiver busy",
    default: 0.2, // of the simulator: elsewhere deliveries take the time they take
    engines: ["simulator"],
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
  initTimeoutS: {
    name: "init-timeout",
    kind: number({ min: 0.1 }),
    value: "S",
    help: "seconds that a node has to answer init",
    default: 10,
    engines: OURS,
  },
  operations: { kind: operations, help: "operations written down", engines: OURS },
  seed: {
    name: "seed",
    kind: seed,
    value: "S",
    help: "decides every draw: operations, faults, latencies",
    engines: OURS,
  },
} as const satisfies {
  [F in keyof PlanOptions]-?: PlanOption<Exclude<PlanOptions[F], undefined>>;
};

/** The fields of a plan with their options, for who goes through all of them. */
export const PLAN_FIELDS: ReadonlyMap<string, PlanOption<unknown>> = new Map<
  string,
  PlanOption<unknown>
>(Object.entries(PLAN_OPTIONS));

/**
 * The plan that options make, defaults filled in.
 *
 * @throws {UsageError} if they are wrong.
 *
 * @example
 * ```ts
 * import { planOf } from "@glomers/maelstrom/workbench";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planOf({ workload: "broadcast", nodeCount: 3, faults: ["partition"], seed: 7 });
 * assertEquals([plan.nodes, plan.seed, plan.rate], [["n0", "n1", "n2"], "7", 5]);
 * ```
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
    initTimeoutS: standard.initTimeoutS.default,
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
  const unfit = workloadOf(plan).problem?.(plan);
  if (unfit !== undefined) throw new UsageError(unfit);
  return plan;
}

/** The workload that a plan names. */
export function workloadOf({ workload: name }: Pick<Plan, "workload">): Workload {
  const workload = workloads.get(name);
  if (workload === undefined) throw new UsageError(`there is no workload ${name}`);
  return workload;
}

/** What goes wrong in a run, in order of time; endless where the plan names kinds of faults. */
export function faultsOf(
  { faults, disk = [], faultIntervalS, nodes }: Plan,
  random: Random,
): Iterable<TimedFault> {
  const planned = faults.filter((one) => typeof one !== "string");
  const kinds = faults.filter((one) => typeof one === "string");
  const streams = [
    ...Map.groupBy(kinds, (name) => kindOf(name).stream ?? name),
  ].map(([name, names]) => ({ name, kinds: names.map(kindOf) }));
  const disks = strikesOf(disk).map(({ name, kind }) => ({ name, kinds: [kind] }));
  return merge([
    planned.map(timedFault).values(),
    ...[...streams, ...disks].map(({ name, kinds }) =>
      schedule(kinds, nodes, random.split(name), faultIntervalS)
    ),
  ]);
}

function kindOf(name: FaultKind): KindOfFault {
  return FAULT_KINDS[name];
}

/** What ends the faults that may have begun in a run. */
export function remediesOf({ faults, nodes }: Plan): Fault[] {
  const begun = faults.map((one) => typeof one === "string" ? kindOf(one).begins : one.f);
  return remedies(new Set(begun), nodes);
}

/** Options with others over them. A node count and names of nodes make way for each other. */
export function amend<O extends Partial<PlanOptions>>(options: O, changes: Partial<PlanOptions>) {
  if (changes.nodes === undefined && changes.nodeCount === undefined) {
    return { ...options, ...changes };
  }
  const { nodes, nodeCount: _, ...others } = options;
  const perNode = Number(options.concurrency) / (nodes?.length ?? NaN);
  // A plan counts its clients: each node keeps as many as it had.
  const concurrency = Number.isInteger(perNode) ? { concurrency: `${perNode}n` } : {};
  return { ...others, ...concurrency, ...changes };
}

/** Why an engine cannot carry out a run with these options; nothing if it can. */
export function engineProblem(
  options: Partial<PlanOptions>,
  engine: EngineName,
): string | undefined {
  const { faults = [], timeLimitS = 1 } = options;
  if (engine === "maelstrom" && !Number.isInteger(timeLimitS)) {
    return `--time-limit must be a whole number for Maelstrom, got ${timeLimitS}`;
  }
  for (const [field, value] of Object.entries(options)) {
    const { name, default: standard, engines } = PLAN_FIELDS.get(field) ?? {};
    if (value === standard) continue;
    const problem = scopeProblem(name ? `--${name}` : field, engine, engines);
    if (problem !== undefined) return problem;
  }
  for (const fault of faults) {
    const planned = typeof fault !== "string";
    const what = planned ? `the fault ${fault.f} at ${fault.timeS} s` : `--nemesis ${fault}`;
    const problem = scopeProblem(what, engine, FAULT_ENGINES[planned ? fault.f : fault] ?? OURS);
    if (problem !== undefined) return problem;
  }
  return undefined;
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
    throw new UsageError("it is not JSON");
  }
  if (!isPlanOptions(value)) throw new UsageError(optionsProblem(value) ?? "holds no plan");
  return value;
}

/** Whether a value holds options of a plan and nothing else, each of its kind. */
export function arePlanOptions(value: object): value is Partial<PlanOptions> {
  return fieldsProblem(value) === undefined;
}

function isPlanOptions(value: unknown): value is PlanOptions {
  return optionsProblem(value) === undefined;
}

/** What is wrong with a plan's options; nothing if they make one. */
function optionsProblem(options: unknown): string | undefined {
  if (typeof options !== "object" || options === null) return "a plan must be an object";
  const problem = fieldsProblem(options);
  if (problem !== undefined) return problem;
  if (!("workload" in options)) return "workload is missing";
  if ("nodeCount" in options && "nodes" in options) return "nodeCount and nodes exclude each other";
  return "nodes" in options && Array.isArray(options.nodes)
    ? namesProblem(options.nodes)
    : undefined;
}

function fieldsProblem(options: object): string | undefined {
  for (const [field, value] of Object.entries(options)) {
    const option = PLAN_FIELDS.get(field);
    if (option === undefined) return `a plan has no ${field}`;
    const problem = kindProblem(option.kind, value);
    if (problem !== undefined) return `${field} ${problem}`;
  }
  return undefined;
}

/** Bytes that a file's name may have, `.log` included: a node's log is named after the node. */
const MAX_NAME_BYTES = 200;

function namesProblem(nodes: readonly string[]): string | undefined {
  if (nodes.length === 0) return "nodes must name one at least";
  for (const name of nodes) {
    const problem = nameProblem(name);
    if (problem !== undefined) return `no node can be named ${quote(name)}: ${problem}`;
  }
  const again = nodes.find((name, i) => nodes.indexOf(name) < i);
  if (again !== undefined) return `there can not be two nodes named ${quote(again)}`;
  return undefined;
}

function quote(name: string): string {
  return printable(JSON.stringify(clip(name, 40)));
}

function nameProblem(name: string): string | undefined {
  if (isClient(name)) return "names with c are clients'";
  if (SERVICE_IDS.includes(name)) return "that is a service";
  if (/^\.*$|[/\\]/.test(name)) return "its log could not be named after it";
  if (printable(name, Infinity) !== name || /\s/.test(name)) {
    return "it holds blanks or characters that cannot be printed";
  }
  const bytes = new TextEncoder().encode(name).length;
  return bytes <= MAX_NAME_BYTES
    ? undefined
    : `it has ${bytes} bytes, ${MAX_NAME_BYTES} are the most`;
}

function nodesOf(count: number | undefined): string[] {
  if (count === undefined) return ["n1", "n2", "n3", "n4", "n5"];
  return Array.from({ length: count }, (_, i) => `n${i}`);
}

function clientsOf(concurrency: number | string, nodes: number): number {
  const text = String(concurrency);
  return text.endsWith("n") ? Number(text.slice(0, -1)) * nodes : Number(text);
}
