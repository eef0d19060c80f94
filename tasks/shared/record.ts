/**
 * The record of a run in its folder, by which lists of runs know it.
 *
 * @module
 */
import { reasonOf } from "../../lib/message.ts";
import { aboutPlan, readRecord, recordOf, writeRecord } from "../../lib/report/runs/record.ts";
import type { Summary } from "../../lib/report/summary.ts";
import type { Op } from "../../lib/history/operations.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import { CHALLENGES, challengeWith } from "./challenges.ts";
import type { Ran } from "./ended.ts";

/** The id of the challenge that a plan is, if it is one. */
export function challengeIdOf(plan: Plan): string | undefined {
  return challengeWith(plan)?.id;
}

/** The challenge that the record in a folder names; nothing where there is no whole record. */
export function keptChallenge(dir: string): string | undefined {
  try {
    return readRecord(dir)?.challenge;
  } catch {
    return undefined;
  }
}

/** Writes a run's record; a run whose record cannot be written has come to its end all the same. */
export function keepRecord(
  dir: string,
  { plan, engine, challenge, summary, history }: Pick<Ran, "plan" | "engine"> & {
    /** What was asked for by name: a challenge, or something else that is run. */
    readonly challenge: string | undefined;
    readonly summary: Summary;
    readonly history: readonly Op[];
  },
): void {
  const about = aboutPlan(plan, engine, challengeIdOf);
  const id = CHALLENGES.find((one) => one.id === challenge)?.id;
  try {
    writeRecord(
      dir,
      recordOf({ ...(id !== undefined && { challenge: id }), ...about }, summary, history),
    );
  } catch (error) {
    // After a crash for the same reason there is nothing to add.
    if (summary.ending !== "crash") console.error(`There is no record: ${reasonOf(error)}.`);
  }
}
