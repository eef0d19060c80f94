/**
 * What a workload is: the operations its clients make, how each becomes an RPC, and the checker
 * that judges the history.
 *
 * @module
 */
import type { Aftermath } from "../final_states.ts";
import type { Check, Explain, Projection } from "../../checkers/checker.ts";
import type { Call } from "../clients/client.ts";
import type { Completion } from "../clients/completion.ts";
import type { EdnObject } from "../../history/edn.ts";
import type { Generator, Invocation } from "../clients/generator.ts";
import type { Random } from "../random.ts";

/** The options of a run that a workload may look at, under Maelstrom's names. */
export interface WorkloadOptions {
  readonly nodes: readonly string[];
  /** Number of threads, and so of clients at a time. Thread t talks to node t modulo their number. */
  readonly concurrency: number;
  /** Mean latency between nodes, in milliseconds. */
  readonly latencyMs: number;
  /** Name of the topology that `broadcast` suggests. */
  readonly topology: string;
  /** Keys in use at a time, in workloads with keys. */
  readonly keyCount: number;
  /** Most micro-operations in a transaction. */
  readonly maxTxnLength: number;
  /** Writes to a key before another takes its place. */
  readonly maxWritesPerKey: number;
}

/** A run's operations. */
export interface Generators {
  /** The operations of the main phase. The run spaces them by `--rate`. */
  readonly main: Generator;
  /** Others beside them, which space themselves. */
  readonly background?: Generator;
  /** After ten seconds of quiet; unspaced. */
  readonly final?: Generator;
}

/** A client's work: carries out one operation. It does not reject. */
export type Perform = (op: Invocation, call: Call) => Promise<Completion>;

/** One of Maelstrom's workloads. */
export interface Workload {
  readonly name: string;
  /** One line for a person. */
  readonly description: string;
  /** Whether a client goes on after an operation that stayed open, instead of being replaced. */
  readonly reusableClients: boolean;
  /** Why a run cannot have these options, in words that say what would be right; else nothing. */
  readonly problem?: (options: WorkloadOptions) => string | undefined;
  /** Prepares what a client of every node does once before operations start. */
  readonly setUp?: (options: WorkloadOptions) => (call: Call) => Promise<unknown>;
  readonly generators: (options: WorkloadOptions, random: Random) => Generators;
  /** A new client's work. What it remembers between operations lives in the closure. */
  readonly open: (options: WorkloadOptions) => Perform;
  readonly check: Check;
  readonly explain: Explain;
  /** A result's anomalies as SVG images, by file name. */
  readonly draw?: (result: EdnObject) => ReadonlyMap<string, string>;
  /** What of a result must come out equal when a stored run is judged again. Default: all of it. */
  readonly comparable?: Projection;
  /** What can be judged beyond Maelstrom's checks once all is over. */
  readonly aftermath?: Aftermath;
}
