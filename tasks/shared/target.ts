/**
 * What `glomers sim` simulates: a challenge or a program, but for the seed.
 *
 * @module
 */
import { wordsOf } from "../../lib/workbench/command_line.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import { type Challenge, challengeOf } from "./challenges.ts";
import { callOf } from "./invocation.ts";
import { wordsOfLimits } from "./limits.ts";

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

/** The words after `sim` that name a target, around those of the command's own options. */
export interface Call {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** How a target is called. */
export function callFor({ challenge, plan, standard }: Target): Call {
  const { id, node, limits } = challenge;
  const { program = "" } = plan;
  const expected = standard === undefined ? [] : challengeOf(id).limits;
  const bounds = limits === expected ? [] : wordsOfLimits(limits);
  const bin = standard === undefined || program === node ? [] : ["--bin", program];
  const name = standard === undefined ? program : id;
  const words = [name, ...bin, ...bounds, ...wordsOf(plan, { other: standard })];
  const end = words.indexOf("--");
  return end < 0
    ? { before: words, after: [] }
    : { before: words.slice(0, end), after: words.slice(end) };
}

/** The command that replays a run, under the same patience, and with more options. */
export function replayOf(
  { before, after }: Call,
  seed: string,
  patienceS?: number,
  ...more: string[]
): string {
  const patience = patienceS === undefined ? [] : ["--patience", String(patienceS)];
  return callOf("sim", ...before, "--seed", seed, ...patience, ...more, ...after);
}

/** A time that is measured in seconds on the command line, as an option of a worker. */
export function patienceOf(patienceS?: number): { patienceMs?: number } {
  return patienceS === undefined ? {} : { patienceMs: 1_000 * patienceS };
}
