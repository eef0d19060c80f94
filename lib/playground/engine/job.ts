/**
 * What the page and the engine in its worker tell each other, beside what every sweep does.
 *
 * @module
 */
import type { Limit } from "../../report/limits.ts";
import type { Page } from "../../report/page/page.ts";
import type { Summary } from "../../report/summary.ts";
import type { SimulationJob, SimulationReport } from "../../simulator/sweep/messages.ts";

/** What decides a run beside its plan. */
export interface Source {
  /** The program: the text of a module. */
  readonly text: string;
  readonly limits: readonly Limit[];
  /** What the run is called. Absent: no pictures are wanted. */
  readonly title?: string;
}

/** A run summed up, with what its pictures are made of if they were asked for. */
export interface Outcome extends Summary {
  readonly page?: Page;
}

export type Job = SimulationJob<Source>;
export type Report = SimulationReport<Outcome>;
