/**
 * What engines that leave files have in common.
 *
 * @module
 */
import type { RunResult } from "../../lib/workbench/result.ts";

/** A run that has ended, with the folder of its files. */
export interface EngineRun extends RunResult {
  readonly dir: string;
}

/** Where a run's files go, from the project's folder. */
export const RUNS = "results/runs";

/** How a run is reported while it goes on. */
export interface Reporting {
  /** Show nothing but the summary. */
  readonly quiet: boolean;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
}
