/**
 * What every engine makes of a challenge: a folder of files, and results in Maelstrom's shape.
 *
 * @module
 */
import type { EdnObject } from "../../lib/history/edn.ts";
import type { Op } from "../../lib/history/operations.ts";
import type { Workload } from "../../lib/workbench/workloads/workload.ts";
import type { Problem } from "../../lib/workbench/hosts/host.ts";

/** A run that has ended. */
export interface EngineRun {
  /** The folder with the run's files. */
  readonly dir: string;
  readonly workload: Workload;
  readonly nodeCount: number;
  /** Absent where the run crashed. */
  readonly results?: EdnObject;
  /** What the nodes' state at the end says beyond the results. */
  readonly stronger?: EdnObject;
  readonly history: readonly Op[];
  /** What nodes did wrong, beyond what the results say. */
  readonly problems: readonly Problem[];
  /** Why there are no results: sentences, the most important first. */
  readonly crash?: readonly string[];
}

/** Where a run's files go, from the project's folder. */
export const RUNS = "results/runs";

/** How a run is told of while it goes on. */
export interface Reporting {
  /** Nothing but the summary. */
  readonly quiet: boolean;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
}
