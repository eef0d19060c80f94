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
import type { CrashReport, RunResult } from "../workbench/result.ts";
import type { Figure, Place } from "../workbench/workloads/workload.ts";
import { explainFailed, explainPassed } from "./explanation.ts";
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

/** What a person takes in at a glance. */
export interface Summary {
  readonly ending: Ending;
  readonly headline: string;
  readonly limits: readonly MeasuredLimit[];
  readonly figures: readonly Figure[];
  readonly metrics: Metrics;
  /** What was lost or wrong, worst first. */
  readonly explanation: readonly string[];
  readonly places: readonly Place[];
}

/** Sums up a run under a challenge's limits. */
export function summariseRun(run: RunResult, limits: readonly Limit[] = []): Summary {
  const { results, workload, crash, dir } = run;
  if (results === undefined) return summariseCrash(crash, dir);
  const metrics = readMetrics(results, workload);
  const measured = limits.map((limit) => measure(metrics, limit));
  const verdict = verdictOf(results["valid?"]);
  const ending = endingOf(verdict, measured);
  return {
    ending,
    headline: headlineOf(results, verdict, measured),
    limits: measured,
    figures: describeFigures(results, workload),
    metrics,
    explanation: ending === "pass" ? explainPassed(run) : explainFailed(run, measured),
    places: ending === "pass" ? [] : findPlaces(results, { workload, limits: measured, dir }),
  };
}

export function summariseCrash(crash: CrashReport | undefined, dir?: string): Summary {
  return {
    ending: "crash",
    headline: "The run crashed; there are no results.",
    limits: [],
    figures: [],
    metrics: {},
    explanation: crash === undefined ? [] : [crash.text, ...crash.lastWords],
    places: findCrashPlaces(crash?.node, dir),
  };
}

function endingOf(verdict: Verdict, limits: readonly MeasuredLimit[]): Ending {
  if (verdict === false || exceeded(limits).length > 0) return "fail";
  return verdict === true && limits.every(({ ok }) => ok) ? "pass" : "unknown";
}

function headlineOf(
  results: EdnObject,
  verdict: Verdict,
  limits: readonly MeasuredLimit[],
): string {
  if (verdict === false) {
    const invalid = Object.keys(results).filter((name) =>
      lookUp(results, [name, "valid?"]) === false
    );
    return `Found wrong by ${joinWords(invalid.toReversed())}.`; // the workload, which is last, first
  }
  const missed = exceeded(limits);
  if (missed.length > 0) {
    return `${verdict === true ? "Correct, but beyond" : "Beyond"} ` +
      `${missed.length === 1 ? "its limit" : "its limits"}: ${listNames(missed)}.`;
  }
  if (verdict === UNKNOWN) return "Nothing wrong was found, but not everything could be checked.";
  return limits.length > 0 ? "Correct and within every limit." : "Correct.";
}
