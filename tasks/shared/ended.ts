/**
 * Runs that have ended, as tasks show them: the summary, where the files are, and how to run it again.
 *
 * @module
 */
import type { Limit } from "../../lib/report/limits.ts";
import { renderSummary } from "../../lib/report/render.ts";
import type { RunReport } from "../../lib/report/report.ts";
import { detectStyle } from "../../lib/report/text.ts";
import { wordsOf } from "../../lib/workbench/command_line.ts";
import type { EngineName } from "../../lib/workbench/option.ts";
import { engineProblem, type Plan } from "../../lib/workbench/plan.ts";
import type { EndedRun } from "../engines/engine.ts";
import { CHALLENGES } from "./challenges.ts";
import { callOf } from "./invocation.ts";
import { wordsOfLimits } from "./limits.ts";

/** What was run. */
export interface Ran {
  readonly title: string;
  readonly plan: Plan;
  readonly engine: EngineName;
  /** What was asked for by name: a challenge, or something else that is run. */
  readonly challenge?: string;
}

/** A run that has ended, for a person. */
export function renderEnded(ended: EndedRun, ran: Ran): string {
  const { summary, dir } = ended;
  const { plan, engine, title } = ran;
  const text = renderSummary(summary, { ...detectStyle(), title });
  const simulation = simulationOf(plan, summary.limits);
  const again = againOf(ended, ran);
  const isFailed = summary.ending !== "pass";
  const lines = [
    ...(dir === undefined ? [] : [`files: ${dir}`]),
    ...(engine === "maelstrom" ? [] : [`seed: ${plan.seed}`]),
    ...(again === undefined ? [] : [`again: ${again}`]),
    ...(isFailed && simulation !== undefined ? [`shrink: ${simulation} --shrink`] : []),
  ];
  return [text, "", ...lines.map((line) => `    ${line}`)].join("\n");
}

/** Writes the page of a run that has ended, and says where it is. */
export function tellPage({ writePage }: EndedRun, say: (text: string) => void): void {
  const page = writePage?.();
  if (page !== undefined) say(`    page: ${page}`);
}

/** A run that has ended, for other programs. */
export function reportOf(ended: EndedRun, ran: Ran): RunReport {
  const { summary: { ending, explanation, ...summary }, dir } = ended;
  const { title, plan, engine } = ran;
  const challenge = CHALLENGES.find(({ id }) => id === ran.challenge)?.id;
  const again = againOf(ended, ran);
  return {
    title,
    ...(challenge !== undefined && { challenge }),
    engine,
    plan,
    options: wordsOf(plan),
    ...(engine !== "maelstrom" && { seed: plan.seed }),
    ...(dir !== undefined && { folder: dir }),
    ...(again !== undefined && { again }),
    verdict: ending,
    ...summary,
    findings: explanation,
  };
}

/** The command that repeats a run. */
function againOf({ dir, summary }: EndedRun, { plan }: Ran): string | undefined {
  return dir === undefined ? simulationOf(plan, summary.limits) : callOf("again", dir);
}

/** The command that simulates a plan under limits; nothing where its program is none for the simulator. */
export function simulationOf(plan: Plan, limits: readonly Limit[]): string | undefined {
  const { program = "", seed } = plan;
  if (!/\.m?ts$/.test(program) || engineProblem(plan, "simulator") !== undefined) return undefined;
  const own = ["--seed", seed];
  return callOf("sim", program, ...wordsOfLimits(limits), ...wordsOf(plan, { own }));
}
