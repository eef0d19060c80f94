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
import type { RunResult } from "../workbench/result.ts";
import { explainLogged, explainProblems, explainRefused, isCrash, nameNodes } from "./conduct.ts";
import { listNames, type MeasuredLimit } from "./limits.ts";

/** Explains a run that passed: what is worth knowing all the same. */
export function explainPassed(run: RunResult): string[] {
  return [
    ...explainProblems(run.problems),
    ...explainSections(run, ["exceptions"]),
    ...explainRefused(run, isCrash),
    ...explainRemarks(run),
    ...explainBeyond(run),
  ].map((sentence) => nameNodes(sentence, run));
}

/** Explains a run that failed or could not be judged. */
export function explainFailed(run: RunResult, limits: readonly MeasuredLimit[]): string[] {
  const sentences = [
    ...explainSections(run, Object.keys(COMMON_JUDGES)),
    ...explainUnmeasured(limits),
    ...explainFailures(run.results ?? {}),
  ];
  return [
    ...explainProblems(run.problems),
    ...sentences,
    ...(isToldOf(run.results ?? {}) ? [] : explainRefused(run)),
    ...explainLogged(run.loggedErrors),
    ...explainRemarks(run),
    ...explainBeyond(run),
  ].map((sentence) => nameNodes(sentence, run));
}

/** Explains a run that crashed: what first went wrong with the node that ended it, then the end. */
export function explainCrashed({ problems, crash, loggedErrors = [] }: RunResult): string[] {
  if (crash === undefined) return explainLogged(loggedErrors);
  const { text, lastWords, node } = crash;
  const own = problems.find((one) => node === undefined || one.node === node);
  const causes = explainProblems(own === undefined ? [] : [own]);
  const unread = problems.filter((one) => one.isUnread && one !== own);
  const isNew = !causes.some((sentence) => sentence.startsWith(text.replace(/\.$/, "")));
  const others = loggedErrors.filter((one) => !lastWords.some((line) => line === one.text));
  return [
    ...causes,
    ...(isNew ? [text.replace(/[^.]$/, "$&.")] : []),
    ...listLastWords(lastWords),
    ...explainProblems(unread),
    ...explainLogged(others),
  ];
}

/** Lines that a node wrote last, below a sentence that says so. */
export function listLastWords(lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : ["Its last words on standard error:", ...lines.map((line) => `    ${line}`)];
}

/** Whether the checkers' own sentences name the errors of operations. */
function isToldOf(results: EdnObject): boolean {
  return ["stats", "availability"].some((name) => lookUp(results, [name, "valid?"]) === false);
}

/** What the workload has to say of a history beyond its checker. */
function explainRemarks({ workload, history }: RunResult): string[] {
  return [...workload.remarks?.(history) ?? []];
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

function explainBeyond({ workload, finalStates, history }: RunResult): string[] {
  const { finalStates: check } = workload;
  if (check === undefined || finalStates === undefined) return [];
  return explainFinalStates(check, finalStates, history);
}
