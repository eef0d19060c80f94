/**
 * What every engine makes of a plan: a summary, and a folder of files if its nodes are processes.
 *
 * @module
 */
import type { Limit } from "../../lib/report/limits.ts";
import type { Summary } from "../../lib/report/summary.ts";
import type { EngineName } from "../../lib/workbench/option.ts";
import type { Plan } from "../../lib/workbench/plan.ts";

export interface Engine {
  readonly name: EngineName;
  /** What was chosen and how to choose otherwise, for a person. */
  readonly note: string;
  /** Runs a plan once, and sums it up under a challenge's limits. */
  readonly run: (plan: Plan, limits: readonly Limit[], reporting: Reporting) => Promise<EndedRun>;
}

export interface EndedRun {
  readonly summary: Summary;
  /** The folder with the run's files. Absent: it leaves none. */
  readonly dir?: string;
  /**
   * Writes the page that tells it, and returns its path; nothing if that fails, which it says. A page
   * may take longer than the checks, so the summary comes first. Absent: there is no page.
   */
  readonly writePage?: () => string | undefined;
}

/** Where runs' files go unless it is said otherwise, from where the command is called. */
export const RUNS = "results/runs";

/** How a run is reported while it goes on. */
export interface Reporting {
  /** Nothing but the summary. */
  readonly quiet: boolean;
  /** The folder for the run's files, in a folder of their own. Default: {@linkcode RUNS}. */
  readonly out?: string;
  /** The challenge's id, if it is one: also of somebody's own node. */
  readonly challenge?: string;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
  /** Show what nodes write to standard error. */
  readonly logStderr?: boolean;
  /** Log every message that is sent, and every one that is delivered. */
  readonly logNetSend?: boolean;
  readonly logNetRecv?: boolean;
}
