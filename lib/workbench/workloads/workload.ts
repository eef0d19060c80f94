/**
 * What a workload is: the operations its clients make, how each becomes an RPC, the checker that
 * judges the history, and what that checker's result means.
 *
 * Whatever is special about a workload is here, in its own module. Engines, reports and readers of
 * stored runs ask the workload; none of them knows the keys of its result.
 *
 * @module
 */
import type { Check, Explain, Projection } from "../../checkers/checker.ts";
import type { EdnObject } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import type { Call } from "../clients/client.ts";
import type { Completion } from "../clients/completion.ts";
import type { Generator, Invocation } from "../clients/generator.ts";
import type { FinalStateCheck } from "../final_states.ts";
import type { Random } from "../random.ts";
import type { Picture, PictureSubject } from "./picture.ts";

/** The options of a run that a workload may look at, under Maelstrom's names. */
export interface WorkloadOptions {
  /** The nodes' names. */
  readonly nodes: readonly string[];
  /** Number of threads, and so of concurrent clients. Thread t talks to node t modulo their number. */
  readonly concurrency: number;
  /** Mean latency between nodes. */
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

interface Generators {
  /** The operations of the main phase. The run spaces them by `--rate`. */
  readonly main: Generator;
  /** Others beside them, which space themselves. */
  readonly background?: Generator;
  /** The operations after ten seconds of quiet; unspaced. */
  readonly final?: Generator;
}

/** A client's work: carries out one operation. If it rejects, the error completes the operation. */
export type Perform = (op: Invocation, call: Call) => Promise<Completion>;

/** Something worth knowing about a run, in words. */
export interface Figure {
  /** What it is about. */
  readonly name: string;
  /** What there is to know. */
  readonly text: string;
}

/** A file to look at, by its path in the run's folder. */
export interface Place {
  /** The file's path. */
  readonly path: string;
  /** What to see there. */
  readonly why: string;
}

/** A number that runs are compared by and that a challenge may limit. */
export interface Metric {
  /** Its name in limits and in a summary's JSON, unit included: `stableMedianMs`. */
  readonly key: string;
  readonly title: string;
  /** The heading where room is scarce. Default: the title. */
  readonly shortTitle?: string;
  /** Left out where room is scarce. */
  readonly isDetail?: boolean;
  /** Finds it in a result; nothing where the result does not hold it. */
  readonly read: (result: EdnObject) => number | undefined;
  readonly print: (value: number) => string;
  /** How far two engines' medians may be apart, as a fraction. Default: they are not compared. */
  readonly tolerance?: number;
  /** Where to look when a run exceeds its limit. */
  readonly place?: Place;
}

/** How a workload's history is judged, and what the result means. */
export interface Judge {
  readonly check: Check;
  readonly explain: Explain;
  /** Sums up a result in a few words, by the history where that says more. Default: in none. */
  readonly figures?: (result: EdnObject, history: readonly Op[]) => readonly Figure[];
  /** The numbers that runs of the workload are compared by. Default: none of its own. */
  readonly metrics?: readonly Metric[];
  /** The kinds of failure that an invalid result shows. Default: that it is invalid. */
  readonly signature?: (result: EdnObject) => readonly string[];
  /** The operations that show what is wrong. Default: those that the result quotes. */
  readonly evidence?: (result: EdnObject, history: readonly Op[]) => readonly Op[];
  /** Where to look first when a result is invalid. Default: in the history. */
  readonly places?: (result: EdnObject) => readonly Place[];
  /** A result's anomalies as SVG images, by file name. */
  readonly draw?: (result: EdnObject) => ReadonlyMap<string, string>;
  /** What of a result must come out equal when a stored run is judged again. Default: all of it. */
  readonly project?: Projection;
  /** What the nodes' final states show beyond Maelstrom's checks. */
  readonly finalStates?: FinalStateCheck;
  /** Pictures of what one sees better than one says it. Default: none. */
  readonly pictures?: (subject: PictureSubject) => readonly Picture[];
  /** Whether a history of unknown origin is one of this workload. Default: no. */
  readonly recognises?: (history: readonly Op[]) => boolean;
}

/**
 * All that is special about a workload.
 *
 * @internal Only its name and its description are stable.
 */
export interface Workload extends Judge {
  /** Errors that are answers of a correct node, by name, and what they are of. Default: none. */
  readonly refusals?: Readonly<Record<string, string>>;
  /** What a history shows that the checker, as Maelstrom's, passes over. Default: nothing. */
  readonly remarks?: (history: readonly Op[]) => readonly string[];
  readonly name: string;
  /** One line for a person. */
  readonly description: string;
  /** Whether a client goes on after an operation that stayed open, instead of being replaced. */
  readonly reusableClients: boolean;
  /** Operations that are safe to repeat, by name. Absent where Maelstrom maps no errors. */
  readonly idempotent?: readonly string[];
  /** Why a run cannot have these options, in words that say what would be right; else nothing. */
  readonly problem?: (options: WorkloadOptions) => string | undefined;
  /** Prepares what a client of every node does once before operations start. */
  readonly setUp?: (options: WorkloadOptions) => (call: Call) => Promise<unknown>;
  readonly generators: (options: WorkloadOptions, random: Random) => Generators;
  /** Opens a client. What it remembers between operations is in the closure. */
  readonly open: (options: WorkloadOptions) => Perform;
}

/** Recognises a history by its operations: one of these names is enough. */
export function performs(...names: readonly string[]): (history: readonly Op[]) => boolean {
  return (history) => history.some(({ f }) => names.includes(f));
}

/** Whether a read of the history returned a list. */
export function readsLists(history: readonly Op[]): boolean {
  return history.some(({ type, f, value }) =>
    type === "ok" && f === "read" && Array.isArray(value)
  );
}
