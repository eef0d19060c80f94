/**
 * What passes between `deno task sim` and its workers: plain data both ways.
 *
 * @module
 */
import type { TraceFilter } from "../../lib/simulator/trace.ts";
import type { Limit, Summary } from "../report/summary.ts";

/** A run to simulate. */
export interface Job {
  /** URL of the program's module. */
  readonly program: string;
  /** Options of the run, `--seed` included. */
  readonly argv: readonly string[];
  readonly seed: string;
  readonly limits: readonly Limit[];
  /** Send a transcript. */
  readonly trace?: TraceFilter;
  /** Make it small, if it fails. */
  readonly shrink?: boolean;
}

/** What a worker tells of a job. */
export type Told =
  | { readonly kind: "alive" }
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  | { readonly kind: "attempts"; readonly attempts: number }
  | { readonly kind: "done"; readonly report: Report }
  | { readonly kind: "failed"; readonly error: string };

/** How a simulated run ended. */
export interface Report {
  readonly seed: string;
  readonly summary: Summary;
  /** In which ways it failed; empty if it passed. */
  readonly ways: readonly string[];
  /** What a shrunk run consists of. */
  readonly shrunk?: string;
}
