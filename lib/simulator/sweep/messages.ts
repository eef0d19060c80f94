/**
 * What passes between a sweep and its workers: plain data both ways.
 *
 * @module
 */
import type { Written } from "../make_small.ts";
import type { TracedEvent, TraceFilter } from "../trace.ts";
import type { Plan } from "../../workbench/plan.ts";
import type { Phase } from "../../workbench/run.ts";

/** A run to simulate. */
export interface SimulationJob<Context> {
  readonly plan: Plan;
  /** URL of the module that exports the program. */
  readonly module: string;
  /**
   * Load the module for each incarnation of each node, as a program needs that keeps state at its
   * top level. Default: once for all.
   */
  readonly fresh?: boolean;
  /** Send a transcript. */
  readonly trace?: TraceFilter;
  /** Shrink the run, if it has a failure signature, and send the transcript of the small one. */
  readonly shrink?: boolean;
  /** Write down the operations and faults of the run, so that it can be made small elsewhere. */
  readonly write?: boolean;
  /** Keep the journal of messages, for the summary. */
  readonly withJournal?: boolean;
  /** What the run's summary needs beyond its result. */
  readonly context: Context;
}

/** How a simulated run ended. */
export interface SimulationReport<Summary> {
  readonly seed: string;
  readonly summary: Summary;
  /** The failure signature; empty if nothing is wrong with the history. */
  readonly signature: readonly string[];
  /** The same, worst first. Absent: the run could not be simulated. */
  readonly kinds?: readonly string[];
  /** The run with its operations and faults written down, where the job asks for it. */
  readonly written?: Written;
  /** What crashed it, in its own words: the signature leaves numbers out, to compare. */
  readonly crash?: string;
  /** Whether the nodes' final states are wrong, which Maelstrom does not check. */
  readonly hasInvalidFinalStates?: boolean;
  /** What the run was shrunk to. */
  readonly shrunk?: ShrunkRun;
}

export interface ShrunkRun {
  readonly plan: Plan;
  readonly operations: number;
  readonly faults: number;
  readonly attempts: number;
  /** The kinds of failure that the whole run shows. */
  readonly wholeSignature: readonly string[];
}

/** How far a simulated run has come. */
export interface Progress {
  /** Milliseconds of real time since it began. */
  readonly realMs: number;
  /** Seconds of its own time since its nodes were up; negative before. */
  readonly timeS: number;
  /** Operations that clients have begun. */
  readonly operations: number;
  /** Messages that nodes and services have sent each other. */
  readonly messages: number;
}

export type WorkerMessage<Summary> =
  | { readonly kind: "alive"; readonly progress?: Progress }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "line"; readonly line: string; readonly event: TracedEvent | undefined }
  | { readonly kind: "attempts"; readonly attempts: number }
  | { readonly kind: "done"; readonly report: SimulationReport<Summary> }
  | { readonly kind: "failed"; readonly why: readonly string[] }
  | { readonly kind: "unloadable"; readonly why: readonly string[] };
