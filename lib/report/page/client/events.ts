/**
 * What a stretch of time holds, and how operations and messages belong together.
 *
 * @module
 */
import { FATES, isSetUp, OUTCOMES, US_PER_S } from "../scene.ts";
import { type Decoded, firstAt } from "./decode.ts";
import type { Filter, Selected, View } from "./view.ts";

/** Rows of operations, messages and log lines. */
export interface Shown {
  readonly operations: readonly number[];
  readonly messages: readonly number[];
  readonly logs: readonly number[];
  /** How many there are, beyond those that are shown. */
  readonly operationCount: number;
  readonly messageCount: number;
}

/** Operations and messages that are drawn at a time. */
const MOST_OPERATIONS = 3_000;
const MOST_MESSAGES = 3_000;

/** Finds what a view shows. */
export function findShown(data: Decoded, view: View, longestUs: Longest): Shown {
  const { scene, startUs, sentUs, logUs } = data;
  const { fromUs, toUs, filter } = view;
  const operations: number[] = [];
  let operationCount = 0;
  const { tookUs } = scene.operations;
  for (let row = firstAt(startUs, fromUs - longestUs.operation); row < startUs.length; row++) {
    const start = startUs[row] ?? 0;
    if (start > toUs) break;
    const took = tookUs[row] ?? -1;
    if ((took < 0 || start + took >= fromUs) && fitsOperation(data, row, filter)) {
      if (++operationCount <= MOST_OPERATIONS) operations.push(row);
    }
  }
  const messages: number[] = [];
  let messageCount = 0;
  for (let row = firstAt(sentUs, fromUs - longestUs.message); row < sentUs.length; row++) {
    const sent = sentUs[row] ?? 0;
    if (sent > toUs) break;
    if (sent + (scene.messages.tookUs[row] ?? 0) < fromUs || !fitsMessage(data, row, filter)) {
      continue;
    }
    if (++messageCount <= MOST_MESSAGES) messages.push(row);
  }
  const logs: number[] = [];
  for (let row = firstAt(logUs, fromUs); row < logUs.length && (logUs[row] ?? 0) <= toUs; row++) {
    if (fitsLog(data, row, filter)) logs.push(row);
  }
  return { operations, messages, logs, operationCount, messageCount };
}

/** How long the longest operation and the longest message take. */
export interface Longest {
  readonly operation: number;
  readonly message: number;
}

export function findLongest({ scene: { operations, messages } }: Decoded): Longest {
  const longest = (took: readonly number[]) => took.reduce((a, b) => Math.max(a, b), 0);
  return { operation: longest(operations.tookUs), message: longest(messages.tookUs) };
}

function fitsOperation({ scene }: Decoded, row: number, { who, type, text }: Filter): boolean {
  const { kind, lane, text: texts } = scene.operations;
  const name = scene.kinds[kind[row] ?? 0] ?? "";
  if (who.length > 0 && !who.includes(lane[row] ?? -1)) return false;
  if (type !== "" && type !== name) return false;
  return mentions(texts[row] ?? "", text);
}

function fitsMessage(
  { scene }: Decoded,
  row: number,
  { who, type, text, withSetUp }: Filter,
): boolean {
  const { src, dest, type: types, text: texts } = scene.messages;
  const name = scene.types[types[row] ?? 0] ?? "";
  if (!withSetUp && type === "" && isSetUp(name)) return false;
  const isBetween = who.includes(src[row] ?? -1) || who.includes(dest[row] ?? -1);
  if (who.length > 0 && !isBetween) return false;
  if (type !== "" && type !== name) return false;
  return mentions(texts[row] ?? "", text);
}

function fitsLog({ scene }: Decoded, row: number, { who, text }: Filter): boolean {
  const { lane, text: texts } = scene.logs;
  if (who.length > 0 && !who.includes(lane[row] ?? -1)) return false;
  return mentions(texts[row] ?? "", text);
}

/** Whether a text has a value, and not only as a part of a longer number or word. */
function mentions(text: string, value: string): boolean {
  for (let at = text.indexOf(value); value !== "" && at >= 0; at = text.indexOf(value, at + 1)) {
    const [before = "", after = ""] = [text[at - 1], text[at + value.length]];
    if (!/[\w.]/.test(before) && !/\w/.test(after)) return true;
  }
  return value === "";
}

/** The requests that an operation's client sent while it was under way: it has one at a time. */
function requestsOf({ scene, startUs, sentUs }: Decoded, row: number): number[] {
  const { operations: { lane, tookUs }, messages: { src } } = scene;
  const client = lane[row] ?? -1;
  const from = startUs[row] ?? 0;
  const took = tookUs[row] ?? -1;
  const to = took >= 0 ? from + took : nextStart(lane, startUs, row);
  const requests: number[] = [];
  for (let one = firstAt(sentUs, from); one < sentUs.length; one++) {
    if ((sentUs[one] ?? 0) > to || requests.length === MOST_REQUESTS) break;
    if (client >= 0 && src[one] === client) requests.push(one);
  }
  return requests;
}

/** No workload's client makes more of them for one operation. */
const MOST_REQUESTS = 20;

/** When a client begins its next operation. */
function nextStart(lane: readonly number[], startUs: Float64Array, row: number): number {
  const next = lane.indexOf(lane[row] ?? -1, row + 1);
  return next < 0 ? Infinity : (startUs[next] ?? 0) - 1;
}

/** The operation that a message goes back to; -1 where there is none. */
function operationOf({ scene, startUs, sentUs, links }: Decoded, row: number): number {
  const { operations: { lane, tookUs }, messages: { src } } = scene;
  const first = links.ancestorsOf(row).at(-1) ?? row;
  const atUs = sentUs[first] ?? 0;
  for (let one = firstAt(startUs, atUs + 1) - 1; one >= 0; one--) {
    const client = lane[one] ?? -1;
    if (client < 0 || client !== src[first]) continue;
    const took = tookUs[one] ?? -1;
    return took < 0 || (startUs[one] ?? 0) + took >= atUs ? one : -1;
  }
  return -1;
}

/** What goes with the selected operation or message, and how. */
interface Relation {
  readonly selected: Selected;
  readonly how: string;
  /** How deep in a tree of causes it is. */
  readonly depth: number;
}

/** Messages that are shown as related. */
const MOST_RELATED = 200;

/** What goes with what is selected: where it comes from, and what it led to. */
export function findRelated(data: Decoded, { kind, row }: Selected): Relation[] {
  const { links } = data;
  const relate = (kind: Selected["kind"], row = -1, how = "", depth = 0): Relation[] =>
    row < 0 ? [] : [{ selected: { kind, row }, how, depth }];
  const roots = kind === "operation" ? requestsOf(data, row) : [row];
  const tree = links.treesOf(roots, MOST_RELATED).flatMap(({ row, depth }) =>
    relate("message", row, depth === 0 ? "asks" : wordOf(data, row), depth)
  );
  if (kind === "operation") return tree;
  const answer = links.answers[row];
  const isShown = tree.some(({ selected }) => selected.row === answer);
  const [request, cause] = [links.requests[row], links.parents[row]];
  return [
    ...relate("operation", operationOf(data, row), "part of"),
    ...relate("message", request, "answers"),
    ...relate("message", cause === request ? -1 : cause, "because of"),
    ...tree.slice(1),
    ...relate("message", isShown ? -1 : answer, "answered"),
  ];
}

/** How a message follows from the one above it. */
function wordOf({ links }: Decoded, row: number): string {
  const { [row]: parent = -1 } = links.parents;
  return links.requests[row] === parent ? "answer" : "then";
}

const FATE_WORDS: Readonly<Record<typeof FATES[number], string>> = {
  "recv": "received",
  "cut": "cut by the partition",
  "lost": "lost",
  "discarded": "discarded: its receiver ended",
  "under way": "under way when the run ended",
  "missing": "never received",
};
const OUTCOME_WORDS: Readonly<Record<typeof OUTCOMES[number], string>> = {
  ok: "ok",
  fail: "failed",
  info: "outcome unknown",
  open: "never answered",
};

/** When something began: to the microsecond. */
function timeOf(us: number): string {
  return `${(us / US_PER_S).toFixed(6)} s`;
}

function durationOf(us: number): string {
  return us < 1_000 ? `${us} µs` : `${(us / 1_000).toFixed(us < 10_000 ? 2 : 1)} ms`;
}

export function describeOperation({ scene, startUs }: Decoded, row: number): string {
  const { kind, process, outcome, tookUs, text } = scene.operations;
  const took = tookUs[row] ?? -1;
  const after = took < 0 ? "" : ` after ${durationOf(took)}`;
  const ended = OUTCOME_WORDS[OUTCOMES[outcome[row] ?? 0] ?? "ok"];
  return `${timeOf(startUs[row] ?? 0)}  process ${process[row]}: ${scene.kinds[kind[row] ?? 0]} ` +
    `${text[row]} → ${ended}${after}`;
}

export function describeMessage({ scene, sentUs }: Decoded, row: number): string {
  const { src, dest, type, fate, tookUs, text } = scene.messages;
  const [from, to] = [src[row], dest[row]].map((lane) => scene.lanes[lane ?? 0]?.id);
  const name = FATES[fate[row] ?? 0] ?? "recv";
  const took = tookUs[row] ?? 0;
  const after = took === 0 ? "" : ` after ${durationOf(took)}`;
  return `${timeOf(sentUs[row] ?? 0)}  ${from} → ${to}: ${scene.types[type[row] ?? 0]} ` +
    `${text[row]} (${FATE_WORDS[name]}${after})`;
}

export function describeLog({ scene, logUs }: Decoded, row: number): string {
  const { lane, text } = scene.logs;
  return `${timeOf(logUs[row] ?? 0)}  ${scene.lanes[lane[row] ?? 0]?.id} logs: ${text[row]}`;
}

export function describeSelected(data: Decoded, { kind, row }: Selected): string {
  return kind === "operation" ? describeOperation(data, row) : describeMessage(data, row);
}
