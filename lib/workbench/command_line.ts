/**
 * Maelstrom's command line: `test`'s options, read into what a run needs.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { isClient } from "../message.ts";
import { parseConsistencyModels } from "../checkers/elle/models.ts";
import { FAULT_KINDS, isFaultKind, kindOf } from "./faults/kinds.ts";
import { merge, schedule } from "./faults/schedule.ts";
import type { LatencyDistribution } from "./network/latency.ts";
import type { LinkOptions } from "./network/loss.ts";
import type { RunOptions } from "./run.ts";
import { SERVICE_IDS } from "./services/mod.ts";
import { TOPOLOGY_NAMES } from "./workloads/topology.ts";
import { workloads } from "./workloads/mod.ts";

/** The command line is wrong. The message says what, and what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What Maelstrom's `test` was asked for, less what only the run of processes needs. */
export interface TestOptions {
  readonly run: RunOptions;
  /** The node's executable. */
  readonly bin: string | undefined;
  /** Arguments to the executable: what stands behind `--`. */
  readonly args: readonly string[];
  /** Runs, one after the other, until one is not valid. */
  readonly testCount: number;
  readonly logStderr: boolean;
  readonly logNetSend: boolean;
  readonly logNetRecv: boolean;
}

/** What runs the nodes: the simulator, or the machine as processes. */
export type NodeKind = "simulator" | "processes";

interface OptionHelp {
  readonly value?: string;
  readonly help: string;
  /** The workloads, or the nodes, it means something to; default: all. */
  readonly only?: readonly string[] | NodeKind;
}

const TXN: readonly string[] = ["txn-list-append", "txn-rw-register"];

/** Every option of `test`, as its help lists them. */
export const TEST_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  "workload": { value: "NAME", help: "what clients do (-w); required" },
  "bin": { value: "FILE", help: "the node's executable", only: "processes" },
  "node-count": { value: "N", help: "N nodes, named n0, n1, …" },
  "nodes": { value: "a,b,…", help: "the nodes' names, not their number; default n1,n2,n3,n4,n5" },
  "node": { value: "NAME", help: "one more node (-n), repeatable" },
  "nodes-file": { value: "FILE", help: "more nodes, a name a line" },
  "time-limit": { value: "S", help: "seconds of operations; default 60" },
  "rate": { value: "HZ", help: "operations per second over all clients; default 5; 0 for none" },
  "concurrency": { value: "C", help: "clients: a number, or 2n for two per node; default 1n" },
  "latency": { value: "MS", help: "mean latency between nodes; default 0" },
  "latency-dist": { value: "DIST", help: "constant (default), uniform or exponential" },
  "topology": {
    value: "NAME",
    help: `what broadcast suggests: ${TOPOLOGY_NAMES.join(", ")}; default grid`,
    only: ["broadcast"],
  },
  "nemesis": {
    value: "a,b,…",
    help: `what goes wrong: ${[...FAULT_KINDS.keys()].join(", ")}; default nothing`,
  },
  "nemesis-interval": { value: "S", help: "mean seconds between two changes; default 10" },
  "loss": { value: "P", help: "probability that a message between nodes is lost; default 0" },
  "duplication": { value: "P", help: "probability that it arrives twice; default 0" },
  "delivery": {
    value: "MS",
    help: "mean time that one delivery keeps a receiver busy, in virtual time",
    only: "simulator",
  },
  "availability": { value: "A", help: "total, or the fraction of operations that must be ok" },
  "consistency-models": {
    value: "a,b,…",
    help: "what transactions are held against; default strict-serializable",
    only: TXN,
  },
  "key-count": { value: "N", help: "keys in use at a time; default 10", only: [...TXN, "kafka"] },
  "max-txn-length": { value: "N", help: "most operations in a transaction; default 4", only: TXN },
  "max-writes-per-key": {
    value: "N",
    help: "writes to a key before another takes its place; default 16",
    only: [...TXN, "kafka"],
  },
  "seed": { value: "S", help: "decides every draw: operations, nemesis, latencies" },
  "test-count": {
    value: "N",
    help: "runs, until one is not valid; default 1",
    only: "processes",
  },
  "log-stderr": { help: "show what nodes write to standard error", only: "processes" },
  "log-net-send": { help: "log every message sent to run.log", only: "processes" },
  "log-net-recv": { help: "log every message delivered to run.log", only: "processes" },
};

/** Maelstrom's options that mean nothing here, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  "leave-db-running": "nodes never outlive their run here",
  "logging-json": "there is no JSON log here",
  "no-ssh": "no machine is logged in to",
  "username": "no machine is logged in to",
  "password": "no machine is logged in to",
  "ssh-private-key": "no machine is logged in to",
  "strict-host-key-checking": "no machine is logged in to",
};

/** Options whose value may be left to a default that depends on nothing else. */
const DEFAULTS = {
  "time-limit": "60",
  "rate": "5",
  "concurrency": "1n",
  "latency": "0",
  "latency-dist": "constant",
  "topology": "grid",
  "nemesis-interval": "10",
  "key-count": "10",
  "max-txn-length": "4",
  "max-writes-per-key": "16",
  "test-count": "1",
  "loss": "0",
  "duplication": "0",
  "delivery": "0.2",
} as const;

/** Maelstrom takes any positive number; with changes much closer together, time hardly passes. */
const MIN_NEMESIS_INTERVAL_S = 0.001;

const FLAGS = Object.keys(TEST_OPTIONS).filter((name) => !TEST_OPTIONS[name]?.value);
const VALUED = Object.keys(TEST_OPTIONS).filter((name) => TEST_OPTIONS[name]?.value);

/**
 * Reads `test`'s arguments. An option given twice counts as given last, but nodes add up.
 *
 * @throws {UsageError} if they are wrong.
 */
export function parseTestOptions(
  argv: readonly string[],
  { simulated = false }: { readonly simulated?: boolean } = {},
): TestOptions {
  const given = readArguments(argv);
  const nodes = nodesOf(given);
  const workload = workloads.get(required(given, "workload"));
  if (workload === undefined) {
    throw new UsageError(
      `unknown workload "${given.text("workload")}": expected ${[...workloads.keys()].join(", ")}`,
    );
  }
  for (const [name, { only }] of Object.entries(TEST_OPTIONS)) {
    if (only === undefined || !given.has(name)) continue;
    if (only === "simulator") {
      if (!simulated) throw new UsageError(`--${name} needs the simulator (deno task sim)`);
    } else if (only === "processes") {
      if (simulated) throw new UsageError(`--${name} needs real processes, not the simulator`);
    } else if (!only.includes(workload.name)) {
      throw new UsageError(
        `--${name} does not apply to ${workload.name}, only to ${only.join(", ")}`,
      );
    }
  }
  if (simulated && given.rest.length > 0) {
    throw new UsageError(
      `arguments for the node ("-- ${
        given.rest.join(" ")
      }") need real processes, not the simulator`,
    );
  }
  const nemesis = faultsOf(given, simulated);
  const availability = availabilityOf(given.text("availability"));
  const models = given.text("consistency-models");
  const test: TestOptions = {
    run: {
      workload,
      nodes,
      concurrency: concurrencyOf(given.value("concurrency"), nodes.length),
      rate: given.number("rate", { min: 0 }),
      timeLimitS: given.integer("time-limit", { min: 1 }),
      latency: latencyOf(given),
      imperfections: imperfectionsOf(given, simulated),
      topology: oneOf("topology", given.value("topology"), TOPOLOGY_NAMES),
      keyCount: given.integer("key-count", { min: 1 }),
      maxTxnLength: given.integer("max-txn-length", { min: 1 }),
      maxWritesPerKey: given.integer("max-writes-per-key", { min: 1 }),
      seed: given.text("seed") ?? String(Math.floor(Math.random() * 2 ** 32)),
      ...(nemesis && { faults: nemesis }),
      ...(availability === undefined ? {} : { availability }),
      ...(models === undefined ? {} : { consistencyModels: modelsOf(models) }),
    },
    bin: given.text("bin"),
    args: given.rest,
    testCount: given.integer("test-count", { min: 1 }),
    logStderr: given.flag("log-stderr"),
    logNetSend: given.flag("log-net-send"),
    logNetRecv: given.flag("log-net-recv"),
  };
  const problem = workload.problem?.({ ...test.run, latencyMs: test.run.latency.meanMs });
  if (problem !== undefined) throw new UsageError(problem);
  return test;
}

class Given {
  constructor(
    readonly values: ReadonlyMap<string, readonly string[]>,
    readonly flags: ReadonlySet<string>,
    readonly rest: readonly string[],
  ) {}

  has(name: string): boolean {
    return this.values.has(name) || this.flags.has(name);
  }

  flag(name: string): boolean {
    return this.flags.has(name);
  }

  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  value(name: keyof typeof DEFAULTS): string {
    return this.text(name) ?? DEFAULTS[name];
  }

  number(name: keyof typeof DEFAULTS, { min }: { min: number }): number {
    const text = this.value(name);
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value >= min) return value;
    throw new UsageError(`--${name} must be a number of at least ${min}, got "${text}"`);
  }

  integer(name: keyof typeof DEFAULTS, { min }: { min: number }): number {
    const text = this.value(name);
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= min) return value;
    throw new UsageError(`--${name} must be a whole number of at least ${min}, got "${text}"`);
  }
}

function readArguments(argv: readonly string[]): Given {
  const unknown: string[] = [];
  const parsed: Readonly<Record<string, unknown>> = parseArgs(withValuesTied(argv), {
    string: VALUED,
    boolean: FLAGS,
    collect: VALUED,
    alias: { workload: "w", node: "n" },
    "--": true,
    unknown: (arg) => void unknown.push(arg),
  });
  const [stray] = unknown;
  if (stray !== undefined) throw new UsageError(complaint(stray));
  const values = new Map<string, string[]>();
  for (const name of VALUED) {
    const texts = asTexts(parsed[name]);
    if (texts.length === 0) continue;
    if (texts.includes("")) throw new UsageError(`--${name} needs a value`);
    values.set(name, texts);
  }
  return new Given(
    values,
    new Set(FLAGS.filter((name) => parsed[name] === true)),
    asTexts(parsed["--"]),
  );
}

/** Ties a value to its option where it would be read as an option itself, or not at all: -1, "". */
function withValuesTied(argv: readonly string[]): string[] {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const tied: string[] = [];
  for (const [i, word] of argv.entries()) {
    const option = argv[i - 1] ?? "";
    const valued = option.startsWith("--") && VALUED.includes(option.slice(2));
    if (i < end && valued && /^(-[\d.].*)?$/.test(word)) {
      tied[tied.length - 1] = `${option}=${word}`;
    } else tied.push(word);
  }
  return tied;
}

function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function complaint(argument: string): string {
  const name = argument.replace(/^--?/, "").replace(/=.*$/, "");
  const refusal = REFUSED[name];
  if (refusal !== undefined) return `--${name} is Maelstrom's, but has no use: ${refusal}`;
  if (/^[\u2010-\u2015-]*[\u2010-\u2015]/.test(argument)) {
    return `"${argument}" begins with a dash that is no hyphen; write it with "--"`;
  }
  if (argument.startsWith("-")) return `unknown option ${argument}`;
  return `stray argument "${argument}" (arguments for the node go behind "--")`;
}

function required(given: Given, name: string): string {
  const text = given.text(name);
  if (text === undefined) throw new UsageError(`--${name} is missing`);
  return text;
}

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} must be one of ${known.join(", ")}, got "${text}"`);
}

function nodesOf(given: Given): string[] {
  const count = given.text("node-count");
  if (count !== undefined) {
    const naming = ["nodes", "node", "nodes-file"].find((name) => given.has(name));
    if (naming !== undefined) {
      throw new UsageError(`--node-count and --${naming} exclude each other`);
    }
    if (!/^[1-9]\d*$/.test(count)) {
      throw new UsageError(`--node-count must be a whole number of at least 1, got "${count}"`);
    }
    return Array.from({ length: Number(count) }, (_, i) => `n${i}`);
  }
  const file = given.text("nodes-file");
  const named = [
    ...given.all("nodes").flatMap((list) => list.split(",")),
    ...given.all("node"),
    ...(file === undefined ? [] : readNames(file)),
  ].map((name) => name.trim()).filter((name) => name !== "");
  const again = named.find((name, i) => named.indexOf(name) < i);
  if (again !== undefined) throw new UsageError(`there can not be two nodes named "${again}"`);
  const asClient = named.find(isClient);
  if (asClient !== undefined) {
    throw new UsageError(`no node can be named "${asClient}": names with c are clients'`);
  }
  const asService = named.find((name) => SERVICE_IDS.includes(name));
  if (asService !== undefined) {
    throw new UsageError(`no node can be named "${asService}": that is a service`);
  }
  return named.length > 0 ? named : ["n1", "n2", "n3", "n4", "n5"];
}

function readNames(file: string): string[] {
  try {
    return Deno.readTextFileSync(file).split("\n");
  } catch (error) {
    throw new UsageError(`--nodes-file: ${error instanceof Error ? error.message : error}`);
  }
}

function concurrencyOf(text: string, nodes: number): number {
  const [, count, perNode] = /^(\d+)(n?)$/.exec(text) ?? [];
  const concurrency = Number(count) * (perNode === "n" ? nodes : 1);
  if (concurrency >= 1) return concurrency;
  throw new UsageError(`--concurrency must be a number, or one with n behind it, got "${text}"`);
}

function latencyOf(given: Given): RunOptions["latency"] {
  const meanMs = given.integer("latency", { min: 0 });
  const kinds: readonly LatencyDistribution[] = ["constant", "uniform", "exponential"];
  return { meanMs, distribution: oneOf("latency-dist", given.value("latency-dist"), kinds) };
}

function availabilityOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const fraction = text === "total" ? 1 : Number(text);
  if (fraction >= 0 && fraction <= 1) return fraction;
  throw new UsageError(`--availability must be total, or a number from 0 to 1, got "${text}"`);
}

function modelsOf(text: string): readonly string[] {
  try {
    return parseConsistencyModels(text);
  } catch (error) {
    throw new UsageError(`--consistency-models: ${error instanceof Error ? error.message : error}`);
  }
}

function imperfectionsOf(given: Given, simulated: boolean): LinkOptions {
  const probability = (name: "loss" | "duplication") => {
    const p = given.number(name, { min: 0 });
    if (p < 1) return p;
    throw new UsageError(`--${name} must be a probability below 1, got "${given.value(name)}"`);
  };
  return {
    loss: probability("loss"),
    duplication: probability("duplication"),
    deliveryMs: simulated ? given.number("delivery", { min: 0 }) : 0,
  };
}

function faultsOf(given: Given, simulated: boolean): RunOptions["faults"] {
  const nemesis = given.text("nemesis");
  const intervalS = given.number("nemesis-interval", { min: MIN_NEMESIS_INTERVAL_S });
  if (nemesis === undefined) {
    if (!given.has("nemesis-interval")) return undefined;
    throw new UsageError("--nemesis-interval has no use without --nemesis");
  }
  const kinds = nemesis.split(",").map((name) => name.trim()).map((name) => {
    if (!isFaultKind(name)) {
      const known = [...FAULT_KINDS.keys()].join(", ");
      throw new UsageError(`--nemesis must name some of ${known}, got "${name}"`);
    }
    if (name === "skew" && !simulated) {
      throw new UsageError("--nemesis skew needs the simulator: a process has the machine's clock");
    }
    return name;
  });
  return (nodes, random) =>
    merge(kinds.map((kind) => schedule(kindOf(kind), nodes, random.split(kind), intervalS)));
}
