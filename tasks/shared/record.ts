/**
 * The record of a run in its folder, by which lists of runs know it.
 *
 * @module
 */
import { reasonOf } from "../../lib/message.ts";
import { aboutPlan, recordOf, writeRecord } from "../../lib/report/runs/record.ts";
import type { Summary } from "../../lib/report/summary.ts";
import type { Op } from "../../lib/history/operations.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import { challengeWith } from "./challenges.ts";
import type { Ran } from "./ended.ts";

/** The id of the challenge that a plan is, if it is one. */
export function challengeIdOf(plan: Plan): string | undefined {
  return challengeWith(plan)?.id;
}

/** Writes a run's record; a run whose record cannot be written has come to its end all the same. */
export function keepRecord(
  dir: string,
  { plan, engine, summary, history }: Pick<Ran, "plan" | "engine"> & {
    readonly summary: Summary;
    readonly history: readonly Op[];
  },
): void {
  try {
    writeRecord(dir, recordOf(aboutPlan(plan, engine, challengeIdOf), summary, history));
  } catch (error) {
    // After a crash for the same reason there is nothing to add.
    if (summary.ending !== "crash") console.error(`There is no record: ${reasonOf(error)}.`);
  }
}
