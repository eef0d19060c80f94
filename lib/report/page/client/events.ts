/**
 * What a stretch of time holds, and how operations and messages belong together.
 *
 * @module
 */
import { FATES, OUTCOMES, US_PER_S } from "../scene.ts";
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
const SET_UP: readonly string[] = ["init", "init_ok", "topology", "topology_ok"];

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
  if (who !== "" && who !== scene.lanes[lane[row] ?? -1]?.id) return false;
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
  if (!withSetUp && type === "" && SET_UP.includes(name)) return false;
  const ends = [src[row], dest[row]].map((lane) => scene.lanes[lane ?? 0]?.id);
  if (who !== "" && !ends.includes(who)) return false;
  if (type !== "" && type !== name) return false;
  return mentions(texts[row] ?? "", text);
}

function fitsLog({ scene }: Decoded, row: number, { who, text }: Filter): boolean {
  const { lane, text: texts } = scene.logs;
  if (who !== "" && who !== scene.lanes[lane[row] ?? 0]?.id) return false;
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

/**
 * The messages of an operation: those of its client while it was under way, and those that its
 * requests' receivers sent until they had answered.
 */
export function messagesOf({ scene, startUs, sentUs }: Decoded, row: number): number[] {
  const { operations: { lane, tookUs }, messages: { src, dest, answers, fate } } = scene;
  const client = lane[row] ?? -1;
  const from = startUs[row] ?? 0;
  const took = tookUs[row] ?? -1;
  const to = took < 0 ? Infinity : from + took;
  const own: number[] = [];
  const servers = new Set<number>();
  for (let one = firstAt(sentUs, from); one < sentUs.length; one++) {
    if ((sentUs[one] ?? 0) > to) break;
    if (client >= 0 && src[one] === client) servers.add(dest[one] ?? -1);
    const isOwn = client >= 0 && (src[one] === client || dest[one] === client);
    const isCall = servers.has(src[one] ?? -1) && scene.lanes[dest[one] ?? 0]?.kind !== "client";
    const request = (answers[one] ?? 0) > 0 ? one - (answers[one] ?? 0) : -1;
    if (isOwn || isCall || own.includes(request)) own.push(one);
    if (own.length > 200 || fate[one] === undefined) break;
  }
  return own;
}

/** The operation that a client's message belongs to; -1 where there is none. */
export function operationOf({ scene, startUs, sentUs }: Decoded, row: number): number {
  const { operations: { lane, tookUs }, messages: { src, dest } } = scene;
  const atUs = sentUs[row] ?? 0;
  for (let one = firstAt(startUs, atUs + 1) - 1; one >= 0; one--) {
    const client = lane[one] ?? -1;
    if (client < 0 || (client !== src[row] && client !== dest[row])) continue;
    const took = tookUs[one] ?? -1;
    return took < 0 || (startUs[one] ?? 0) + took >= atUs ? one : -1;
  }
  return -1;
}

/** The request that a message answers, or the answer to it; -1 where there is none. */
export function counterpartOf({ scene: { messages: { answers } } }: Decoded, row: number): number {
  const back = answers[row] ?? 0;
  if (back > 0) return row - back;
  for (let one = row + 1; one < Math.min(answers.length, row + 50_000); one++) {
    if ((answers[one] ?? 0) > 0 && one - (answers[one] ?? 0) === row) return one;
  }
  return -1;
}

const FATE_WORDS: Readonly<Record<typeof FATES[number], string>> = {
  "recv": "received",
  "cut": "cut by the partition",
  "lost": "lost",
  "discarded": "discarded: its receiver ended",
  "under way": "under way when the run ended",
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
  const after = name === "under way" ? "" : ` after ${durationOf(tookUs[row] ?? 0)}`;
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
