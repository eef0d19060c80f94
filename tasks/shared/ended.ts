/**
 * Runs that have ended, as tasks show them: the summary, where the files are, and how to run it again.
 *
 * @module
 */
import { renderSummary } from "../../lib/report/render.ts";
import { detectStyle } from "../../lib/report/text.ts";
import { wordsOf } from "../../lib/workbench/command_line.ts";
import type { EngineName } from "../../lib/workbench/option.ts";
import { engineProblem, type Plan } from "../../lib/workbench/plan.ts";
import type { EndedRun } from "../engines/engine.ts";

/** What was run. */
export interface Ran {
  readonly plan: Plan;
  readonly engine: EngineName;
  /** A challenge's id, if it was one. */
  readonly challenge?: string;
}

/** A run that has ended, for a person. */
export function renderEnded(ended: EndedRun, title: string, ran: Ran): string {
  const { summary, dir, page } = ended;
  const text = renderSummary(summary, { ...detectStyle(), title });
  const { plan, engine } = ran;
  const simulation = simulationOf(plan);
  const again = dir === undefined ? simulation : `deno task again ${quote(dir)}`;
  const isFailed = summary.ending !== "pass";
  const lines = [
    ...(page === undefined ? [] : [`page: ${page}`]),
    ...(dir === undefined ? [] : [`files: ${dir}`]),
    ...(engine === "maelstrom" ? [] : [`seed: ${plan.seed}`]),
    ...(again === undefined ? [] : [`again: ${again}`]),
    ...(isFailed && simulation !== undefined ? [`shrink: ${simulation} --shrink`] : []),
  ];
  return [text, "", ...lines.map((line) => `    ${line}`)].join("\n");
}

/** A run that has ended, for other programs. */
export function endedJson({ summary, dir, page }: EndedRun, { plan, engine, challenge }: Ran) {
  return {
    ...(challenge !== undefined && { challenge }),
    engine,
    options: wordsOf(plan),
    ...(engine !== "maelstrom" && { seed: plan.seed }),
    ...(dir !== undefined && { folder: dir }),
    ...(page !== undefined && { page }),
    ...summary,
  };
}

/** The command that simulates a plan; nothing where its program is none for the simulator. */
export function simulationOf(plan: Plan): string | undefined {
  const { program = "", seed } = plan;
  if (!/\.m?ts$/.test(program) || engineProblem(plan, "simulator") !== undefined) return undefined;
  const words = [program, ...wordsOf(plan), "--seed", seed];
  return `deno task sim ${words.map(quote).join(" ")}`;
}

/** A word as a shell takes it. */
export function quote(word: string): string {
  return /^[\w.,:=/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
