/**
 * What `glomers sim` simulates: a challenge or a program, but for the seed.
 *
 * @module
 */
import { wordsOf } from "../../lib/workbench/command_line.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import type { Challenge } from "./challenges.ts";
import { callOf } from "./invocation.ts";

/** A run of a challenge, but for its seed where there are many. */
export interface Target {
  readonly challenge: Challenge;
  readonly plan: Plan;
  /** What it would be without any options. Absent: it has no name that stands for its options. */
  readonly standard?: Plan;
}

/** What a run is called: where a challenge has several, by its options. */
export function titleOf({ challenge: { id, title, runs }, plan }: Target): string {
  const name = id === title ? id : `${id}  ${title}`;
  return runs.length > 1 ? `${name}: ${wordsOf(plan).join(" ")}` : name;
}

/** The words after `sim` that name a target. */
export function wordsOfTarget({ challenge: { id, node }, plan, standard }: Target): string[] {
  const { program = "" } = plan;
  const bin = standard === undefined || program === node ? [] : ["--bin", program];
  const name = standard === undefined ? program : id;
  return [name, ...bin, ...wordsOf(plan, standard)];
}

/** The command that replays a run of what the words name, under the same patience. */
export function replayOf(words: readonly string[], seed: string, patienceS?: number): string {
  const patience = patienceS === undefined ? [] : ["--patience", String(patienceS)];
  return callOf("sim", ...words, "--seed", seed, ...patience);
}

/** A time that is measured in seconds on the command line, as an option of a worker. */
export function patienceOf(patienceS?: number): { patienceMs?: number } {
  return patienceS === undefined ? {} : { patienceMs: 1_000 * patienceS };
}
