/**
 * What a run's results mean, in sentences: what was lost or wrong, worst first.
 *
 * @module
 */
import { UNKNOWN, verdictOf } from "../checkers/checker.ts";
import { COMMON_JUDGES } from "../checkers/compose.ts";
import { clip } from "../checkers/format.ts";
import { type Edn, type EdnObject, isEdnObject, printEdn } from "../history/edn.ts";
import { lookUp } from "../history/look_up.ts";
import { explainFinalStates } from "../workbench/final_states.ts";
import type { Problem } from "../workbench/hosts/host.ts";
import type { RunResult } from "../workbench/result.ts";
import { listNames, type MeasuredLimit } from "./limits.ts";

/** Explains a run that passed: what is worth knowing all the same. */
export function explainPassed(run: RunResult): string[] {
  return [
    ...explainProblem(run.problems),
    ...explainSections(run, ["exceptions"]),
    ...explainBeyond(run),
  ];
}

/** Explains a run that failed or could not be judged. */
export function explainFailed(run: RunResult, limits: readonly MeasuredLimit[]): string[] {
  const sentences = [
    ...explainSections(run, Object.keys(COMMON_JUDGES)),
    ...explainUnmeasured(limits),
    ...explainFailures(run.results ?? {}),
  ];
  return [
    ...explainProblem(run.problems),
    ...sentences,
    ...explainProcesses(sentences, run.nodeCount),
    ...explainBeyond(run),
  ];
}

/** The first problem of a node; it may have caused all that follows. */
function explainProblem([first]: readonly Problem[]): string[] {
  if (first === undefined) return [];
  const { text, consequence } = first;
  return [consequence === undefined ? `${text}.` : `${text}; ${consequence}.`];
}

/** What the workload's checker found, then some of the common ones. */
function explainSections(
  { workload, results = {}, history }: RunResult,
  common: readonly string[],
): string[] {
  const judges = { workload, ...COMMON_JUDGES };
  return Object.entries(judges).flatMap(([name, { explain }]) => {
    const result = results[name];
    const isWanted = name === "workload" || common.includes(name);
    return isWanted && isEdnObject(result) ? explain(result, history) : [];
  });
}

function explainUnmeasured(limits: readonly MeasuredLimit[]): string[] {
  const unmeasured = limits.filter(({ value }) => value === undefined);
  return unmeasured.length === 0 ? [] : [`The results do not hold: ${listNames(unmeasured)}.`];
}

/** Checkers that could not do their work: they threw, or a program they need is missing. */
function explainFailures(results: EdnObject): string[] {
  const sections = [["", results] as const, ...Object.entries(results)];
  return sections.flatMap(([name, section]) => {
    if (!isEdnObject(section) || verdictOf(section["valid?"]) !== UNKNOWN) return [];
    if (name === "perf") return ["The plots were not drawn. Maelstrom needs gnuplot for them."];
    const cause = findCause(section["error"]);
    if (cause === undefined) return [];
    return [`The ${name === "" ? "analysis" : `:${name} checker`} failed: ${cause}`];
  });
}

const CAUSE_WIDTH = 160;

/** The reason in `:error`: a map since Maelstrom 0.2.4, the text of a stack trace before. */
function findCause(error: Edn | undefined): string | undefined {
  const text = isEdnObject(error) ? error["cause"] ?? lookUp(error, ["via", 0, "message"]) : error;
  if (text === undefined || text === null) return undefined;
  const [first = ""] = (typeof text === "string" ? text : printEdn(text)).trim().split("\n");
  return clip(first.replace(/;[^;]*:$/, "."), CAUSE_WIDTH);
}

function explainProcesses(sentences: readonly string[], nodeCount: number): string[] {
  if (nodeCount < 2) return [];
  if (!sentences.some((sentence) => /\bprocess \d/.test(sentence))) return [];
  return [`Process p talks to node p modulo ${nodeCount}, counted from 0.`];
}

function explainBeyond({ workload, finalStates, history }: RunResult): string[] {
  const { finalStates: check } = workload;
  if (check === undefined || finalStates === undefined) return [];
  return explainFinalStates(check, finalStates, history);
}
