/**
 * How the nodes conducted themselves beyond what Maelstrom's checkers look at: who was no longer read,
 * who stopped answering, what partitions did, what went wrong in handlers.
 *
 * @module
 */
import {
  clip,
  formatMs,
  formatSeconds,
  formatWhole,
  joinWords,
  listNodes,
  pluralize,
  printable,
  tally,
} from "../checkers/format.ts";
import { printError } from "../checkers/stats.ts";
import { keyword } from "../history/edn.ts";
import { NS_PER_S, type Op, type OpPair, pairs } from "../history/operations.ts";
import { refusalOf } from "./figures.ts";
import { type LoggedError, MAX_ERRORS } from "../workbench/hosts/error_log.ts";
import type { Problem } from "../workbench/hosts/host.ts";
import { nodeOf, type RunResult } from "../workbench/result.ts";
import type { Figure } from "../workbench/workloads/workload.ts";

/** What a verdict leaves out, and says loudly what it is worth: most of all if it is a good one. */
export function findWarnings(
  run: RunResult,
  { isGood, isBeyondLimit = false }: { readonly isGood: boolean; readonly isBeyondLimit?: boolean },
): string[] {
  const operations = pairs(run.history);
  const unanswered = new Set(operations.filter(isUnanswered));
  const silent = warnOfSilence(run, operations, unanswered);
  if (isBeyondLimit) return [...silent, ...warnOfNoise(run)];
  if (!isGood) return silent;
  return [
    ...warnOfUnread(run.problems),
    ...silent,
    ...warnOfTimeOuts(operations.length, unanswered.size),
    ...warnOfIdlePartitions(run),
  ];
}

/** Lateness of the machine that can make a limit be missed. */
const NOISY_FROM_MS = 20;

function warnOfNoise({ noise }: RunResult): string[] {
  if (noise === undefined) return [];
  const { maxLateMs = 0, load = 0, cores } = noise;
  const signs = [
    ...(maxLateMs >= NOISY_FROM_MS ? [`was up to ${formatMs(maxLateMs)} late`] : []),
    ...(load > cores ? [`had a load of ${load.toFixed(1)} on ${pluralize(cores, "core")}`] : []),
  ];
  if (signs.length === 0) return [];
  return [
    `This machine ${
      joinWords(signs)
    }: the limit may not be the node's fault. Run again when less ` +
    "goes on, or in the simulator, if the node is TypeScript or JavaScript.",
  ];
}

function warnOfUnread(problems: readonly Problem[]): string[] {
  const unread = problems.filter(({ isUnread }) => isUnread);
  const [first] = unread;
  if (first === undefined) return [];
  const nodes = listNodes(unread.map(({ node }) => node));
  const rest = nodes.count === 1 ? "" : ", the first of them";
  return [
    `${nodes.text} ${nodes.count === 1 ? "was" : "were"} no longer read${rest} from ` +
    `${formatSeconds(first.timeNs)} on. A verdict says nothing about such a node.`,
  ];
}

/** Whether an operation got no answer, as each engine and each workload writes it. */
function isUnanswered({ completion }: OpPair): boolean {
  if (completion === undefined) return true;
  if (completion.type === "ok") return false;
  return completion.error === keyword("net-timeout") ||
    /\bno reply\b|\btime(?:d |-)?out\b/i.test(printError(completion.error));
}

/** Requests without an answer that make a node silent rather than slow. */
const SILENT_FROM = 2;

/** Nodes that stopped answering for good, though no fault was left that explains it. */
function warnOfSilence(
  run: RunResult,
  operations: readonly OpPair[],
  unanswered: ReadonlySet<OpPair>,
): string[] {
  if (unanswered.size === 0 || hasFaultAtEnd(run.history)) return [];
  const unread = new Set(run.problems.flatMap((one) => one.isUnread ? [one.node] : []));
  const byNode = Map.groupBy(
    operations,
    ({ invocation }) => nodeOf(run, Number(invocation.process)),
  );
  return run.nodes.flatMap((node) => {
    const own = byNode.get(node) ?? [];
    const answered = own.filter((one) => !unanswered.has(one));
    const sinceNs = Math.max(0, ...answered.map(({ completion }) => completion?.time ?? 0));
    const open = own.filter((one) =>
      unanswered.has(one) && (one.completion?.time ?? Infinity) > sinceNs
    );
    const finals = own.filter(({ invocation }) => isFinal(invocation));
    const lost = finals.length > 0 && finals.every((one) => unanswered.has(one));
    if (unread.has(node) || open.length < (lost ? 1 : SILENT_FROM)) return [];
    const since = answered.length === 0 ? "never answered" : "not answered since";
    const when = answered.length === 0 ? "" : ` ${formatSeconds(sinceNs)}`;
    return [
      `${node} has ${since}${when}: ${pluralize(open.length, "request")} timed out` +
      `${lost ? ", and no final read came from there" : ""}.`,
    ];
  });
}

function isFinal({ extra }: Op): boolean {
  return extra?.["final?"] === true;
}

const ENDS: ReadonlyMap<string, string> = new Map([
  ["start-partition", "stop-partition"],
  ["kill", "start"],
  ["pause", "resume"],
]);

function hasFaultAtEnd(history: readonly Op[]): boolean {
  const faults = history.filter(({ process }) => process === "nemesis").map(({ f }) => f);
  return [...ENDS].some(([begin, end]) => faults.lastIndexOf(begin) > faults.lastIndexOf(end));
}

function warnOfTimeOuts(operations: number, unanswered: number): string[] {
  if (unanswered * 2 <= operations) return [];
  return [
    `${formatWhole(unanswered)} of ${pluralize(operations, "operation")} timed out: ` +
    "the others show little.",
  ];
}

function warnOfIdlePartitions({ history, cut }: RunResult): string[] {
  if (cut === undefined || cut.size > 0 || partitionsOf(history).length === 0) return [];
  return ["The partitions cut no message: this run says nothing about them."];
}

interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

/** When the network was partitioned. */
function partitionsOf(history: readonly Op[]): Span[] {
  const spans: Span[] = [];
  let fromNs: number | undefined;
  for (const { process, f, time } of history) {
    if (process !== "nemesis") continue;
    if (f === "start-partition") fromNs ??= time;
    else if (f === "stop-partition" && fromNs !== undefined) {
      spans.push({ fromNs, toNs: time });
      fromNs = undefined;
    }
  }
  const endNs = history.at(-1)?.time ?? 0;
  return fromNs === undefined ? spans : [...spans, { fromNs, toNs: endNs }];
}

/** What partitions did: for how long, which messages they cut, which operations they met. */
export function describePartitions({ history, cut }: RunResult): Figure[] {
  const spans = partitionsOf(history);
  if (spans.length === 0) return [];
  const lastedNs = spans.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
  const met = pairs(history).filter(({ invocation, completion }) =>
    spans.some(({ fromNs, toNs }) =>
      invocation.time < toNs && (completion?.time ?? Infinity) > fromNs
    )
  );
  const refused = met.filter(({ completion }) => completion?.type !== "ok").length;
  const parts = [
    `${spans.length}, ${(lastedNs / NS_PER_S).toFixed(1)} s in all`,
    ...(cut === undefined ? [] : [describeCut(cut)]),
    `${pluralize(met.length, "operation")} met one, ${refused === 0 ? "all" : refused + " not"} ok`,
  ];
  return [{ name: "partitions", text: parts.join("; ") }];
}

const TYPES_LIMIT = 3;

function describeCut(cut: ReadonlyMap<string, number>): string {
  const counts = [...cut].sort(([, a], [, b]) => b - a);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return "no message was cut";
  const types = counts.slice(0, TYPES_LIMIT).map(([type, count]) =>
    `${formatWhole(count)} ${type}`
  );
  const more = counts.length > TYPES_LIMIT ? ["others"] : [];
  return `${pluralize(all, "message")} cut (${[...types, ...more].join(", ")})`;
}

/** What nodes did wrong, those who did the same together. */
export function explainProblems(problems: readonly Problem[]): string[] {
  const named = problems.filter(({ isInHistory }) => !isInHistory);
  const groups = [...Map.groupBy(named, ({ node, text }) => withoutNode(text, node)).values()];
  const shown = groups.slice(0, PROBLEMS_LIMIT).map(explainProblem);
  const rest = groups.length - shown.length;
  return rest === 0 ? shown : [...shown, `${pluralize(rest, "more problem")}: see the run's log.`];
}

const PROBLEMS_LIMIT = 4;

function withoutNode(text: string, node: string): string {
  return text.replaceAll(node, "").replaceAll(/\d+/g, "#");
}

function explainProblem(alike: readonly Problem[]): string {
  const [first] = alike;
  if (first === undefined) return "";
  const { node, text, consequence, line } = first;
  const nodes = listNodes(alike.map((one) => one.node));
  const who = text.startsWith(`${node} `) ? nodes.text + text.slice(node.length) : text;
  const what = line === undefined ? who : `${who} (${showFault(first, QUOTE_WIDTH)})`;
  if (consequence === undefined) return /[.!?]$/.test(what) ? what : `${what}.`;
  return `${what}; ${
    nodes.count === 1 ? consequence : consequence.replaceAll(node, "each of them")
  }.`;
}

const QUOTE_WIDTH = 60;

/** The part of a problem's line around its fault, with marks where something is left out. */
export function showFault({ line = "", at = 0 }: Problem, width: number): string {
  if (line.length <= width) return printable(line, Infinity);
  const from = Math.max(0, Math.min(at - (width >> 1), line.length - width));
  const part = line.slice(from + 1, from + width - 1);
  const [head, tail] = [
    from === 0 ? line[0] : "…",
    from + width >= line.length ? line.at(-1) : "…",
  ];
  return printable(`${head}${part}${tail}`);
}

const GROUPS_LIMIT = 4;

/**
 * Operations that did not succeed, grouped by their errors. Errors that are the workload's answers,
 * such as that of a compare-and-set which did not match, are none.
 *
 * @param isTelling Which errors to tell of. Default: all.
 */
export function explainRefused(
  { history, workload }: RunResult,
  isTelling: (error: string) => boolean = () => true,
): string[] {
  const ended = history.filter(({ type, process }) => type !== "invoke" && process !== "nemesis");
  const errors = ended.flatMap(({ type, error }) =>
    type === "ok" || error === undefined ? [] : [printError(error)] // without one it is meant so
  )
    .filter((text) => refusalOf(workload, text) === undefined)
    .filter(isTelling);
  if (errors.length === 0) return [];
  const examples = new Map(errors.toReversed().map((text) => [text.replaceAll(/\d+/g, "#"), text]));
  const groups = tally(errors.map((text) => text.replaceAll(/\d+/g, "#")));
  const shown = groups.slice(0, GROUPS_LIMIT)
    .map(([key, count]) => `${formatWhole(count)} with ${examples.get(key)}`);
  const rest = groups.slice(GROUPS_LIMIT).reduce((sum, [, count]) => sum + count, 0);
  return [
    `Of ${pluralize(ended.length, "operation")}, ${formatWhole(errors.length)} did not succeed: ` +
    `${[...shown, ...(rest === 0 ? [] : [`${formatWhole(rest)} with others`])].join("; ")}.`,
  ];
}

/** Whether an error is one that a handler did not mean to give. */
export function isCrash(error: string): boolean {
  return error.startsWith("crash");
}

const ERRORS_LIMIT = 3;

/** The errors in nodes' logs, the first of each kind with its file and line. */
export function explainLogged(errors: readonly LoggedError[] = []): string[] {
  return explainKinds(kindsOf(errors));
}

/** Errors that differ in numbers and nodes only are of one kind. */
function kindsOf(errors: readonly LoggedError[]): LoggedError[][] {
  return [
    ...Map.groupBy(errors, ({ text, place }) => `${text.replaceAll(/\d+/g, "#")} ${place}`)
      .values(),
  ];
}

function explainKinds(kinds: readonly (readonly LoggedError[])[]): string[] {
  const shown = kinds.slice(0, ERRORS_LIMIT).flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const nodes = listNodes(alike.map(({ node }) => node));
    const count = countOf(alike);
    const often = count === 1 ? "" : ` ${formatWhole(count)} times`;
    return [`${nodes.text} logged${often}: ${first.text}${placeOf(first)}`];
  });
  const rest = kinds.length - shown.length;
  return rest === 0
    ? shown
    : [...shown, `${pluralize(rest, "more kind")} of errors: see node-logs.`];
}

function countOf(errors: readonly LoggedError[]): number {
  return errors.reduce((sum, { count }) => sum + count, 0);
}

function placeOf({ place }: LoggedError): string {
  return place === undefined ? "" : ` (at ${place})`;
}

/** Whether a line of a log tells of an error that nobody expected. */
function isUnexpected({ text }: LoggedError): boolean {
  return /Error\b|Exception\b|panic|[Uu]nhandled|[Uu]ncaught/.test(text);
}

/** How a line of the log begins that tells of a handler which threw. */
const HANDLER = /^\S+ from \S+ failed: (?=.)/;
/** Characters of an error that a headline has room for. */
const HEADLINE_WIDTH = 100;

/**
 * Sums up the errors in the logs of a run that is correct, which its verdict says nothing about: how
 * many, and the first. Nothing if there are none.
 */
export function sumUpErrors({ loggedErrors = [] }: RunResult): string | undefined {
  const errors = loggedErrors.filter(isUnexpected);
  const [first] = errors;
  if (first === undefined) return undefined;
  const count = countOf(errors);
  const byNode = Map.groupBy(loggedErrors, ({ node }) => node);
  const isLeast = [...byNode.values()].some(({ length }) => length >= MAX_ERRORS);
  const areHandlers = errors.every(({ text }) => HANDLER.test(text));
  const often = `${isLeast ? "at least " : ""}${
    pluralize(count, areHandlers ? "handler" : "error")
  }`;
  const nodes = listNodes(errors.map(({ node }) => node)).text;
  const what = areHandlers ? `${often} threw on ${nodes}` : `${nodes} logged ${often}`;
  const text = clip(first.text.replace(HANDLER, ""), HEADLINE_WIDTH);
  return `${what}${count === 1 ? ":" : ", the first:"} ${text}${placeOf(first)}`;
}

/** The errors of a run that is correct, of all kinds but the one that its headline names. */
export function warnOfErrors({ loggedErrors = [] }: RunResult): string[] {
  return explainKinds(kindsOf(loggedErrors.filter(isUnexpected)).slice(1));
}

/** Names the node beside each process in a sentence, or in place of a list of them. */
export function nameNodes(sentence: string, run: Pick<RunResult, "nodes" | "concurrency">): string {
  if (run.nodes.length < 2) return sentence;
  return sentence.replaceAll(PROCESSES, (_, list: string) => {
    const entries = [...list.matchAll(/(\d+)(?: \((\d+)\))?/g)].map(([, process, count]) => ({
      process,
      node: nodeOf(run, Number(process)) ?? "",
      count: count === undefined ? undefined : Number(count),
    }));
    const [only] = entries;
    if (entries.length === 1 && only?.count === undefined) {
      return `process ${only?.process} (${only?.node})`;
    }
    const counts = new Map<string, number | undefined>();
    for (const { node, count } of entries) {
      counts.set(node, count === undefined ? undefined : (counts.get(node) ?? 0) + count);
    }
    return joinWords(
      [...counts].map(([node, count]) => count === undefined ? node : `${node} (${count})`),
    );
  });
}

const PROCESSES = /\bprocess (\d+(?: \(\d+\))?(?:(?:, | and )\d+(?: \(\d+\))?)*)/g;
