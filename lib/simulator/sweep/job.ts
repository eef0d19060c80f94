/**
 * What passes between `deno task sim` and its workers: plain data both ways.
 *
 * @module
 */
import type { TraceFilter } from "../trace.ts";
import type { Phase } from "../../workbench/run.ts";
import type { Limit } from "../../report/limits.ts";
import type { Summary } from "../../report/summary.ts";

/** A run to simulate. */
export interface Job {
  /** URL of the program's module. */
  readonly program: string;
  /**
   * Load the module for each life of each node, as a program needs that keeps state at its top level.
   * Default: once for all.
   */
  readonly anew?: boolean;
  /** Options of the run, `--seed` included. */
  readonly argv: readonly string[];
  readonly seed: string;
  readonly limits: readonly Limit[];
  /** Send a transcript. */
  readonly trace?: TraceFilter;
  /** Make it small, if it fails by more than its limits, and send the transcript of that. */
  readonly shrink?: boolean;
}

/** What a worker tells of a job. */
export type Told =
  | { readonly kind: "alive" }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  | { readonly kind: "attempts"; readonly attempts: number }
  | { readonly kind: "done"; readonly report: Report }
  | { readonly kind: "failed"; readonly why: readonly string[] }
  | { readonly kind: "unloadable"; readonly why: readonly string[] };

/** How a simulated run ended. */
export interface Report {
  readonly seed: string;
  readonly summary: Summary;
  /** In which ways it failed; empty if it passed, or failed by its limits only. */
  readonly ways: readonly string[];
  /** What crashed it, as it was said; among the ways its numbers are left out, to compare. */
  readonly crash?: string;
  /** Whether what the nodes hold at the end is wrong, beyond what Maelstrom checks. */
  readonly wrongBeyond?: boolean;
  /** Errors that nobody caught, and the first of them: a node lives on after one. */
  readonly uncaught?: { readonly count: number; readonly first: string };
  /** What a shrunk run consists of. */
  readonly shrunk?: string;
}
