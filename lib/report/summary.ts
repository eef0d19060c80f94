/**
 * What a person takes in at a glance: pass or fail, each limit with what was measured, and on failure
 * what was lost or wrong, in words, and where to look first.
 *
 * A summary is plain data, which is also its JSON form; `render.ts` turns it into text. It is made
 * from a run of any engine, Maelstrom 0.2.3 to 0.2.5 included.
 *
 * @module
 */
import { UNKNOWN, type Verdict, verdictOf } from "../checkers/checker.ts";
import { joinWords } from "../checkers/format.ts";
import type { EdnObject } from "../history/edn.ts";
import { lookUp } from "../history/look_up.ts";
import { NS_PER_S } from "../history/operations.ts";
import type { CrashReport, Noise, RunResult } from "../workbench/result.ts";
import type { Figure, Place } from "../workbench/workloads/workload.ts";
import { describePartitions, findWarnings, sumUpErrors, warnOfErrors } from "./conduct.ts";
import { explainCrashed, explainFailed, explainPassed, listLastWords } from "./explanation.ts";
import { describeFigures } from "./figures.ts";
import { exceeded, type Limit, listNames, measure, type MeasuredLimit } from "./limits.ts";
import { type Metrics, readMetrics } from "./metrics.ts";
import { findCrashPlaces, findPlaces } from "./places.ts";

/** How a run ended, all limits included. */
export type Ending = "pass" | "fail" | "unknown" | "crash";

/** The exit status that says the same; Maelstrom's own. */
export const EXIT_STATUS: Readonly<Record<Ending, number>> = {
  pass: 0,
  fail: 1,
  unknown: 2,
  crash: 255,
};

/** The ending of several runs together: the worst of them. */
export function worstEnding(endings: readonly Ending[]): Ending {
  const order = ["crash", "fail", "unknown"] as const;
  return order.find((ending) => endings.includes(ending)) ?? "pass";
}

/** What a person takes in at a glance. */
export interface Summary {
  /** How it ended. */
  readonly ending: Ending;
  /** The same in a sentence. */
  readonly headline: string;
  /** What the verdict leaves out and may change everything: nodes that were not heard. */
  readonly warnings: readonly string[];
  /** The limits it was held against. */
  readonly limits: readonly MeasuredLimit[];
  /** What is worth knowing, in words. */
  readonly figures: readonly Figure[];
  /** The numbers that runs are compared by. */
  readonly metrics: Metrics;
  /** What was lost or wrong, worst first. */
  readonly explanation: readonly string[];
  /** Where to look first. */
  readonly places: readonly Place[];
  /** What nodes did wrong as it happened, whatever the verdict. */
  readonly problems: readonly {
    readonly node: string;
    readonly timeS: number;
    readonly text: string;
  }[];
  /** How busy the machine was; absent where time is virtual. */
  readonly noise?: Noise;
}

/**
 * Sums up a run under a challenge's limits.
 *
 * @example
 * ```ts
 * import { type Node, UniqueIds } from "@glomers/maelstrom";
 * import { EXIT_STATUS, summariseRun } from "@glomers/maelstrom/report";
 * import { simulateOnce } from "@glomers/maelstrom/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * function alwaysSeven(node: Node): void {
 *   node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
 * }
 *
 * const summary = summariseRun(await simulateOnce(alwaysSeven, { workload: "unique-ids" }));
 * assertEquals(EXIT_STATUS[summary.ending], 1);
 * ```
 */
export function summariseRun(run: RunResult, limits: readonly Limit[] = []): Summary {
  const { results, workload } = run;
  if (results === undefined) return summariseCrashedRun(run);
  const metrics = readMetrics(results, workload);
  const measured = limits.map((limit) => measure(metrics, limit));
  const verdict = verdictOf(results["valid?"]);
  const ending = endingOf(verdict, measured);
  const warnings = findWarnings(run, {
    isGood: ending === "pass",
    isBeyondLimit: exceeded(measured).length > 0,
  });
  return {
    ending,
    headline: headlineOf(run, results, { verdict, limits: measured, warnings }),
    warnings: ending === "pass" ? [...warnings, ...warnOfErrors(run)] : warnings,
    limits: measured,
    figures: [...describeFigures(results, run), ...describePartitions(run)],
    metrics,
    explanation: ending === "pass" ? explainPassed(run) : explainFailed(run, measured),
    places: ending === "pass" ? [] : findPlaces(results, { run, limits: measured }),
    problems: problemsOf(run),
    ...(run.noise && { noise: run.noise }),
  };
}

/** Sums up a run that left no results. */
function summariseCrashedRun(run: RunResult): Summary {
  const { problems: [first], crash, dir } = run;
  return {
    ...CRASHED,
    explanation: explainCrashed(run),
    places: findCrashPlaces(crash?.node ?? first?.node, dir),
    problems: problemsOf(run),
    ...(run.noise && { noise: run.noise }),
  };
}

function problemsOf({ problems }: RunResult): Summary["problems"] {
  return problems.map(({ node, timeNs, text }) => ({ node, timeS: timeNs / NS_PER_S, text }));
}

/** Sums up a run of which nothing is known but how it crashed. */
export function summariseCrash({ text, lastWords }: CrashReport): Summary {
  return { ...CRASHED, explanation: [text, ...listLastWords(lastWords)] };
}

const CRASHED: Summary = {
  ending: "crash",
  headline: "The run crashed; there are no results.",
  warnings: [],
  limits: [],
  figures: [],
  metrics: {},
  explanation: [],
  places: [],
  problems: [],
};

/** How a run ends whose checkers say that, and whose limits were measured so. */
export function endingOf(verdict: Verdict, limits: readonly MeasuredLimit[]): Ending {
  if (verdict === false || exceeded(limits).length > 0) return "fail";
  return verdict === true && limits.every(({ ok }) => ok) ? "pass" : "unknown";
}

/** Headlines of runs with which nothing is wrong, and of those that were held against limits. */
const PLAIN = { correct: "Correct.", within: "Correct and within every limit." } as const;

/** Whether a headline says that nothing is wrong with a run. */
export function isPlain(headline: string): boolean {
  return headline === PLAIN.correct || headline === PLAIN.within;
}

function headlineOf(
  run: RunResult,
  results: EdnObject,
  { verdict, limits, warnings }: {
    readonly verdict: Verdict;
    readonly limits: readonly MeasuredLimit[];
    readonly warnings: readonly string[];
  },
): string {
  if (verdict === false) {
    const invalid = Object.keys(results).filter((name) =>
      lookUp(results, [name, "valid?"]) === false
    );
    const reasons = invalid.toReversed() // the workload, which is last, first
      .map((name) => REJECTIONS[name]?.(run.workload.name) ?? `:${name} is invalid`);
    return `Invalid: ${joinWords(reasons)}.`;
  }
  const missed = exceeded(limits);
  if (missed.length > 0) {
    return `${verdict === true ? "Correct, but beyond" : "Beyond"} ` +
      `${missed.length === 1 ? "its limit" : "its limits"}: ${listNames(missed)}.`;
  }
  if (verdict === UNKNOWN) return "Nothing wrong was found, but not everything could be checked.";
  const errors = sumUpErrors(run);
  if (warnings.length > 0) {
    return `Valid, as Maelstrom judges it; but ${
      errors === undefined ? "" : `${errors}; and `
    }read this:`;
  }
  const correct = limits.length > 0 ? PLAIN.within : PLAIN.correct;
  return errors === undefined ? correct : `${correct.replace(/\.$/, "")}, but ${errors}`;
}

/** What it means that a checker says no, given the workload's name. */
const REJECTIONS: Readonly<Record<string, (workload: string) => string>> = {
  workload: (name) => `the ${name} checker rejects what clients saw`,
  stats: () => "some kind of operation never succeeded",
  availability: () => "too few operations succeeded",
};
