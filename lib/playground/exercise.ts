/**
 * An exercise as its page holds it: plain data, all of it JSON.
 *
 * @module
 */
import type { Limit } from "../report/limits.ts";
import type { PlanOptions } from "../workbench/plan.ts";

/** What a learner is to bring to pass. */
export interface Exercise {
  /** Unique, and part of the page's name. */
  readonly id: string;
  readonly title: string;
  /** The program that the learner begins with. */
  readonly starter: string;
  /** What decides the runs that are asked for; the last is the hardest. */
  readonly runs: readonly PlanOptions[];
  readonly limits: readonly Limit[];
  /** A program that passes, to compare with. Absent: none is at hand. */
  readonly solution?: string;
  /** The figures of the cheapest solution that others have published, by metric. Absent: none is known. */
  readonly published?: Readonly<Record<string, number>>;
  /** Whether the nodes' final states have to be right as well, which Maelstrom does not check. */
  readonly isHeldToFinalStates: boolean;
  /** How many seeds prove a program. */
  readonly seeds: number;
}

/** The programs that the sandbox offers. */
export interface Sandbox {
  readonly programs: readonly SandboxProgram[];
}

export interface SandboxProgram {
  readonly id: string;
  readonly title: string;
  readonly code: string;
  /** How it is run unless the learner says otherwise. */
  readonly options: PlanOptions;
}
