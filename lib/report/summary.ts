/**
 * What a person takes in at a glance: from a `results.edn` to pass or fail, each limit with what
 * was measured, and on failure what was lost or wrong, in words, and where to look first.
 *
 * {@linkcode summarise} is pure and gives a plain structure, which is also the JSON form; `render.ts`
 * turns it into text. It reads the results of Maelstrom 0.2.3 to 0.2.5
 * and of the workbench.
 *
 * @module
 */
import { explainAvailability } from "../checkers/availability.ts";
import { type Explain, UNKNOWN, type Verdict, verdictOf } from "../checkers/checker.ts";
import { explainExceptions } from "../checkers/exceptions.ts";
import { explainStats } from "../checkers/stats.ts";
import { joinWords } from "../checkers/format.ts";
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  itemsOf,
  numberOf,
  printEdn,
} from "../history/edn.ts";
import type { Op } from "../history/operations.ts";
import { type Figure, figuresOf, lookUp, type Metrics, metricsOf } from "./figures.ts";

/** A figure that a challenge asks for, as plain data. */
export interface Limit {
  readonly name: string;
  /** Keys from the top of the results map; a name is a keyword's, a number a quantile. */
  readonly path: readonly (string | number)[];
  /** The figure must be less than this. */
  readonly below?: number;
  /** The figure must not exceed this. */
  readonly max?: number;
  /** The figure must not be less than this. */
  readonly min?: number;
  /** Written after the figure. `%` shows a fraction as percent. */
  readonly unit?: string;
}

/** A limit and what was measured. */
export interface MeasuredLimit extends Limit {
  /** Absent where the results do not hold it. */
  readonly value?: number;
  readonly ok: boolean;
}

/** A file to look at, by its path in the run's folder. */
export interface Place {
  readonly path: string;
  readonly why: string;
}

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
  /** The ending in a sentence. */
  readonly headline: string;
  readonly limits: readonly MeasuredLimit[];
  readonly figures: readonly Figure[];
  readonly metrics: Metrics;
  /** What was lost or wrong, worst first. */
  readonly explanation: readonly string[];
  readonly places: readonly Place[];
}

/** What makes a summary say more. */
export interface Context {
  /** Who, when and where come from here. */
  readonly history?: readonly Op[];
  /** The workload's own. */
  readonly explain?: Explain;
  /** Number of nodes, where process p talks to node p modulo that number. */
  readonly nodeCount?: number;
  /** Whether a file is in the run's folder; without it, every place is named. */
  readonly exists?: (path: string) => boolean;
}

/** Sums up a results map under a challenge's limits. */
export function summarise(
  results: EdnObject,
  limits: readonly Limit[] = [],
  context: Context = {},
): Summary {
  const measured = limits.map((limit) => measure(results, limit));
  const ending = endingOf(verdictOf(results["valid?"]), measured);
  const exists = context.exists ?? (() => true);
  return {
    ending,
    headline: headlineOf(results, measured),
    limits: measured,
    figures: figuresOf(results),
    metrics: metricsOf(results),
    explanation: ending === "pass"
      ? remarks(results, context)
      : explain(results, measured, context),
    places: ending === "pass" ? [] : placesOf(results, measured).filter(({ path }) => exists(path)),
  };
}

/** Sums up a run that left no results: why, and the node's own last words. */
export function summariseCrash(
  explanation: readonly string[],
  { node, exists = () => true }: { node?: string } & Pick<Context, "exists"> = {},
): Summary {
  return {
    ending: "crash",
    headline: "The run crashed; there are no results.",
    limits: [],
    figures: [],
    metrics: {},
    explanation,
    places: [
      ...(node === undefined
        ? []
        : [{ path: `node-logs/${node}.log`, why: "the node's last words" }]),
      { path: "node-logs", why: "what each node wrote to standard error" },
      ...LOGS,
    ].filter(({ path }) => exists(path)),
  };
}

function endingOf(verdict: Verdict, limits: readonly MeasuredLimit[]): Ending {
  if (verdict === false || limits.some(({ ok, value }) => !ok && value !== undefined)) {
    return "fail";
  }
  return verdict === true && limits.every(({ ok }) => ok) ? "pass" : "unknown";
}

function headlineOf(results: EdnObject, limits: readonly MeasuredLimit[]): string {
  const verdict = verdictOf(results["valid?"]);
  const invalid = SECTIONS.filter((name) => lookUp(results, [name, "valid?"]) === false);
  if (verdict === false) return `Found wrong by ${joinWords(invalid)}.`;
  const missed = limits.filter(({ ok, value }) => !ok && value !== undefined);
  if (missed.length > 0) {
    return `${verdict === true ? "Correct, but beyond" : "Beyond"} ` +
      `${missed.length === 1 ? "its limit" : "its limits"}: ${namesOf(missed)}.`;
  }
  if (verdict === UNKNOWN) return "Nothing wrong was found, but not everything could be checked.";
  return limits.length > 0 ? "Correct and within every limit." : "Correct.";
}

function measure(results: EdnObject, limit: Limit): MeasuredLimit {
  const value = numberOf(lookUp(results, limit.path));
  if (value === undefined) return { ...limit, ok: false };
  const { below = Infinity, max = Infinity, min = -Infinity } = limit;
  return { ...limit, value, ok: value < below && value <= max && value >= min };
}

/** What went wrong, in words: the workload's own first. */
function explain(
  results: EdnObject,
  limits: readonly MeasuredLimit[],
  { explain = () => [], history, nodeCount }: Context,
): string[] {
  const section = (name: string): EdnObject => {
    const found = results[name];
    return isEdnObject(found) ? found : {};
  };
  const sentences = [
    ...(results["workload"] === undefined ? [] : explain(section("workload"), history)),
    ...(results["stats"] === undefined ? [] : explainStats(section("stats"), history)),
    ...(results["availability"] === undefined
      ? []
      : explainAvailability(section("availability"), history)),
    ...explainExceptions(section("exceptions")),
    ...explainUnmeasured(limits),
    ...explainFailures(results),
  ];
  return [...sentences, ...explainProcesses(sentences, nodeCount)];
}

function explainUnmeasured(limits: readonly MeasuredLimit[]): string[] {
  const unmeasured = limits.filter(({ value }) => value === undefined);
  return unmeasured.length === 0 ? [] : [`The results do not hold: ${namesOf(unmeasured)}.`];
}

function namesOf(limits: readonly Limit[]): string {
  return limits.map(({ name }) => name).join("; ");
}

/** The seven checkers, the telling ones first. */
const SECTIONS = ["workload", "availability", "stats", "net", "exceptions", "perf", "timeline"];

/** Checkers that could not do their work: they threw, or a program they need is missing. */
function explainFailures(results: EdnObject): string[] {
  const failed = [
    ["", results] as const,
    ...SECTIONS.map((name) => [name, results[name]] as const),
  ];
  return failed.flatMap(([name, section]) => {
    if (!isEdnObject(section) || verdictOf(section["valid?"]) !== UNKNOWN) return [];
    const cause = causeOf(section["error"]);
    if (name === "perf") return ["The plots were not drawn. Maelstrom needs gnuplot for them."];
    if (cause === undefined) return [];
    return [`The ${name === "" ? "analysis" : `:${name} checker`} failed: ${cause}`];
  });
}

/** The reason in `:error`: a map since Maelstrom 0.2.4, the text of a stack trace before. */
function causeOf(error: Edn | undefined): string | undefined {
  const text = isEdnObject(error) ? error["cause"] ?? lookUp(error, ["via", 0, "message"]) : error;
  if (text === undefined || text === null) return undefined;
  const [first = ""] = (typeof text === "string" ? text : printEdn(text)).trim().split("\n");
  const line = first.replace(/;[^;]*:$/, ".");
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`;
}

function explainProcesses(sentences: readonly string[], nodeCount: number | undefined): string[] {
  if (nodeCount === undefined || nodeCount < 2) return [];
  if (!sentences.some((sentence) => /\bprocess \d/.test(sentence))) return [];
  return [`Process p talks to node p modulo ${nodeCount}, counted from 0.`];
}

/** What is worth saying of a run that passed, too. */
function remarks(results: EdnObject, { explain = () => [], history }: Context): string[] {
  const { workload, exceptions } = results;
  return [
    ...(isEdnObject(workload) ? explain(workload, history) : []),
    ...(isEdnObject(exceptions) ? explainExceptions(exceptions) : []),
  ];
}

/** The run's own log, as Maelstrom and as the workbench call it. */
const LOGS: readonly Place[] = ["jepsen.log", "run.log"].map((path) => ({
  path,
  why: "what happened when: malformed messages, nodes no longer read",
}));

/** Where to look first, by what is wrong. */
function placesOf(results: EdnObject, limits: readonly MeasuredLimit[]): Place[] {
  const workload = results["workload"];
  const wrong = (name: string) => verdictOf(lookUp(results, [name, "valid?"])) !== true;
  const missed = (word: string) => limits.some(({ ok, path }) => !ok && path.includes(word));
  const places = [
    ...(wrong("workload") && isEdnObject(workload) ? workloadPlaces(workload) : []),
    ...exceptionPlaces(results),
    ...(wrong("stats") || wrong("availability")
      ? [{ path: "history.edn", why: "operations of :type :fail and :info, with their :error" }]
      : []),
    ...(missed("msgs-per-op") ? [{ path: "messages.svg", why: "who sent what to whom" }] : []),
    ...(missed("stable-latencies")
      ? [{ path: "timeline.html", why: "operations side by side, process by process" }]
      : []),
    { path: "node-logs", why: "what each node wrote to standard error" },
    ...LOGS,
  ];
  return places.filter(({ path }, index) =>
    places.findIndex((other) => other.path === path) === index
  );
}

function workloadPlaces(result: EdnObject): Place[] {
  const inHistory = (why: string) => ({ path: "history.edn", why });
  const messages = {
    path: "messages.svg",
    why: "which messages ran between the nodes, and which did not",
  };
  if (result["stable-count"] !== undefined) {
    const [lost] = itemsOf(result["lost"]);
    const why = lost === undefined ? "its reads" : `:value ${printEdn(lost)}, and reads after it`;
    return [inHistory(why), messages];
  }
  if (result["failures"] !== undefined) {
    return itemsOf(result["failures"]).slice(0, 2).flatMap((key) => [
      { path: `independent/${printEdn(key)}/linear.svg`, why: "the operations that have no order" },
      { path: `independent/${printEdn(key)}/timeline.html`, why: "all operations of that key" },
    ]);
  }
  if (result["anomaly-types"] !== undefined || result["worst-realtime-lag"] !== undefined) {
    return [
      { path: "elle", why: "anomalies, drawn" },
      inHistory("the operations named above, by :index"),
    ];
  }
  return [inHistory("the operations named above, by process and time")];
}

function exceptionPlaces(results: EdnObject): Place[] {
  const [first] = itemsOf(lookUp(results, ["exceptions", "exceptions"]));
  const example = first === undefined ? "" : printEdn(first);
  const node = /Maelstrom sent node (\w+)/.exec(example)?.[1];
  return node === undefined
    ? []
    : [{ path: `node-logs/${node}.log`, why: "a node that replied wrongly" }];
}
