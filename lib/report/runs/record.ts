/**
 * What a list of runs says of one, in a small file of its own, so that a list needs neither its
 * history nor its results.
 *
 * @module
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { verdictOf } from "../../checkers/checker.ts";
import { isEdnObject, parseEdn } from "../../history/edn.ts";
import { NS_PER_MS, type Op, pairs } from "../../history/operations.ts";
import { wordsOf } from "../../workbench/command_line.ts";
import { type EngineName, ENGINES } from "../../workbench/option.ts";
import { type Plan, planOf, workloadOf } from "../../workbench/plan.ts";
import { readPlan } from "../../workbench/store/plan_file.ts";
import type { Figure } from "../../workbench/workloads/workload.ts";
import { measure, type MeasuredLimit } from "../limits.ts";
import { readLimits } from "../limits_file.ts";
import { type Metrics, readMetrics } from "../metrics.ts";
import { type Ending, endingOf, EXIT_STATUS, type Summary } from "../summary.ts";
import { quantilesOf } from "../quantiles.ts";

/** Its name in the run's folder. */
export const RECORD_FILE = "summary.json";

/** What was run. */
export interface About {
  /** A challenge's id, if it was one. */
  readonly challenge?: string;
  readonly workload: string;
  /** The node's file, without what says its language; empty for the project's own solution. */
  readonly program: string;
  readonly engine: EngineName;
  /** The plan as words of a command line. */
  readonly options: readonly string[];
}

/** What was run, and what came of it. */
export interface RunRecord extends About {
  readonly verdict: Ending;
  readonly headline: string;
  readonly limits: readonly MeasuredLimit[];
  readonly figures: readonly Figure[];
  readonly metrics: Metrics;
  /** Median, 95 % and maximum over all operations that are ok; empty where none is known. */
  readonly latencyMs: readonly number[];
}

/** The id of the challenge that a plan is, if it is one. */
export type ChallengeOf = (plan: Plan) => string | undefined;

/** Says what a plan runs. */
export function aboutPlan(plan: Plan, engine: EngineName, challengeOf: ChallengeOf): About {
  const challenge = challengeOf(plan);
  return {
    ...(challenge !== undefined && { challenge }),
    workload: plan.workload,
    program: challenge === undefined ? basename(plan.program ?? "").replace(/\.\w+$/, "") : "",
    engine,
    options: wordsOf(plan),
  };
}

/** Makes a run's record. */
export function recordOf(
  about: About,
  { ending, headline, limits, figures, metrics }: Summary,
  history: readonly Op[],
): RunRecord {
  const tookMs = pairs(history).flatMap(({ invocation, completion }) =>
    completion?.type === "ok" ? [(completion.time - invocation.time) / NS_PER_MS] : []
  );
  const latencyMs = quantilesOf(tookMs, [0.5, 0.95, 1]);
  return { ...about, verdict: ending, headline, limits, figures, metrics, latencyMs };
}

/**
 * Reads the record in a run's folder; `undefined` where there is none.
 *
 * @throws {SyntaxError} if it holds anything else.
 */
export function readRecord(dir: string): RunRecord | undefined {
  const path = join(dir, RECORD_FILE);
  if (!existsSync(path)) return undefined;
  const record = parseJson(readFileSync(path, "utf8"));
  if (isRecord(record)) return record;
  throw new SyntaxError(`${RECORD_FILE} holds no record of a run`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a run's record, which is there only once it is whole. */
export function writeRecord(dir: string, record: RunRecord): void {
  const path = join(dir, RECORD_FILE);
  writeFileSync(`${path}.unfinished`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${path}.unfinished`, path);
}

/** Says what the plan in a folder runs. */
export function readAbout(dir: string, challengeOf: ChallengeOf): About {
  const { options, engine } = readPlan(dir);
  return aboutPlan(planOf({ seed: "0", ...options }), engine, challengeOf);
}

/**
 * Makes the record of a run that left none, from its plan and its results; `undefined` where there
 * are no results.
 */
export function deriveRecord(dir: string, challengeOf: ChallengeOf): RunRecord | undefined {
  const path = join(dir, "results.edn");
  if (!existsSync(path)) return undefined;
  const { options, engine } = readPlan(dir);
  const plan = planOf({ seed: "0", ...options });
  const results = parseEdn(readFileSync(path, "utf8"));
  if (!isEdnObject(results) || !("valid?" in results)) {
    throw new SyntaxError("results.edn is empty, cut short or no results map");
  }
  const metrics = readMetrics(results, workloadOf(plan));
  const limits = readLimits(dir).map((limit) => measure(metrics, limit));
  return {
    ...aboutPlan(plan, engine, challengeOf),
    verdict: endingOf(verdictOf(results["valid?"]), limits),
    headline: "",
    limits,
    figures: [],
    metrics,
    latencyMs: [],
  };
}

type Unknowns = Readonly<Partial<Record<string, unknown>>>;

function isRecord(value: unknown): value is RunRecord {
  if (!isObject(value)) return false;
  const { challenge = "", workload, program, engine, options, verdict, headline } = value;
  const { limits, figures, metrics, latencyMs } = value;
  return [challenge, workload, program, headline].every(isText) &&
    ENGINES.some((name) => name === engine) &&
    isText(verdict) && Object.hasOwn(EXIT_STATUS, verdict) &&
    isListOf(options, isText) && isListOf(limits, isMeasured) && isListOf(figures, isFigure) &&
    isObject(metrics) && Object.values(metrics).every(isNumber) && isListOf(latencyMs, isNumber);
}

function isObject(value: unknown): value is Unknowns {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isListOf<T>(list: unknown, isItem: (value: unknown) => value is T): list is T[] {
  return Array.isArray(list) && list.every(isItem);
}

function isMeasured(value: unknown): value is MeasuredLimit {
  if (!isObject(value)) return false;
  const { name, metric, ok, ...bounds } = value;
  return isText(name) && isText(metric) && typeof ok === "boolean" &&
    Object.values(bounds).every(isNumber);
}

function isFigure(value: unknown): value is Figure {
  return isObject(value) && isText(value["name"]) && isText(value["text"]);
}
