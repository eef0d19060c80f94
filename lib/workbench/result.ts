/**
 * What every engine makes of a run: Maelstrom, the workbench and the simulator.
 *
 * @module
 */
import type { EdnObject } from "../history/edn.ts";
import type { Op } from "../history/operations.ts";
import type { Problem } from "./hosts/host.ts";
import type { Workload } from "./workloads/workload.ts";

export interface RunResult {
  readonly workload: Workload;
  readonly nodeCount: number;
  readonly history: readonly Op[];
  /** The map that Maelstrom writes to `results.edn`; absent after a crash. */
  readonly results?: EdnObject;
  /** What the nodes' final states say beyond that, where the workload can read them. */
  readonly finalStates?: EdnObject;
  /** What nodes did wrong, beyond what the results say. */
  readonly problems: readonly Problem[];
  /** Why there are no results. */
  readonly crash?: CrashReport;
  /** The folder with the run's files; absent where the engine leaves none. */
  readonly dir?: string;
}

/** Why a run left no results. */
export interface CrashReport {
  /** In a sentence. */
  readonly text: string;
  /** What was written last on standard error: lines, oldest first. */
  readonly lastWords: readonly string[];
  /** The node that failed, where it is known. */
  readonly node?: string;
}
