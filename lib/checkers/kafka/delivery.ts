/**
 * Checks of the delivery of each message: lost, unseen, duplicated, or polled though its send failed.
 *
 * @module
 */
import { entriesInMapOrder, setOrder } from "../../history/clojure_order.ts";
import { compareEdn } from "../../history/compare.ts";
import { type Edn, type EdnObject, List } from "../../history/edn.ts";
import { type Analysis, sentByKey, tookEffect, type VersionOrder } from "./analysis.ts";
import { CheckerFailure, type Found, shownOp } from "./errors.ts";
import { type Completion, push } from "./messages.ts";

/** `G1a`: a poll returned a message whose send failed. */
export function abortedReads({ completions, writers }: Analysis): Found[] {
  const failed = sentByKey(completions, "fail");
  const found: Found[] = [];
  for (const reader of completions) {
    if (reader.op.type !== "ok") continue;
    for (const [key, messages] of reader.polls) {
      const ofKey = failed.get(key);
      if (ofKey === undefined) continue;
      for (const [, value] of messages) {
        if (!ofKey.has(value)) continue;
        const writer = shownOp(writers.get(key)?.get(value));
        found.push({ rank: 0, show: () => ({ key, value, writer, reader: shownOp(reader) }) });
      }
    }
  }
  return found;
}

/** `inconsistent-offsets`: two messages at one offset. */
export function inconsistentOffsets({ orders }: Analysis): Found[] {
  const found: Found[] = [];
  for (const [key, { log }] of orders) {
    for (const [index, { offset, values }] of log.entries()) {
      if (values.length < 2) continue;
      const sorted = () => new Set(values.toSorted(compareEdn));
      found.push({ rank: values.length, show: () => ({ key, offset, index, values: sorted() }) });
    }
  }
  return found;
}

/** `duplicate`: one message at two offsets. */
export function duplicates({ orders }: Analysis): Found[] {
  const found: Found[] = [];
  for (const [key, { log }] of orders) {
    const offsetsOf = new Map<Edn, number[]>();
    for (const { offset, values } of log) {
      for (const value of values) push(offsetsOf, value, offset);
    }
    for (const [value, offsets] of entriesInMapOrder(offsetsOf)) {
      const count = offsets.length;
      if (count > 1) found.push({ rank: count, show: () => ({ key, value, count, offsets }) });
    }
  }
  return found;
}

/**
 * `lost-write`: nobody polled a message that took effect, though somebody polled one at a higher index
 * of the same key.
 *
 * @throws {CheckerFailure} where Jepsen's check throws: on a key whose every poll came back empty, and
 * on a message in the log that nobody sent.
 */
export function lostWrites(analysis: Analysis): Found[] {
  const found: Found[] = [];
  for (const [key, read] of entriesInMapOrder(analysis.okReads)) {
    const { first, last } = appearances(analysis.orders.get(key));
    let bound = -1;
    for (const value of read.keys()) bound = Math.max(bound, first.get(value) ?? -1);
    // Jepsen looks up the message at the bound before it asks whether there is one.
    if (bound < 0) throw new CheckerFailure("java.lang.IndexOutOfBoundsException");
    if (first.keys().every((value) => read.has(value))) continue;
    const byLastIndex = invert(last);
    const [highest = null] = byLastIndex.get(bound) ?? [];
    const maxRead = analysis.readers.get(key)?.get(highest);
    const due = [...byLastIndex].filter(([index]) => index <= bound).flatMap(([, values]) =>
      values
    );
    for (const value of due) {
      if (read.has(value)) continue;
      const writer = writerOf(analysis, key, value);
      if (!tookEffect(writer, analysis.okReads)) continue;
      const index = first.get(value) ?? null;
      found.push({
        rank: 0,
        show: () => ({
          key,
          value,
          index,
          "max-read-index": bound,
          writer: shownOp(writer),
          "max-read": shownOp(maxRead),
        }),
      });
    }
  }
  return found;
}

function writerOf({ writers }: Analysis, key: Edn, value: Edn): Completion {
  const writer = writers.get(key)?.get(value);
  if (writer === undefined) throw CheckerFailure.thrown("no-writer-of", key, value);
  return writer;
}

/** The first and the last index of every message. */
function appearances(order: VersionOrder | undefined) {
  const first = new Map<Edn, number>();
  const last = new Map<Edn, number>();
  for (const [index, { values }] of (order?.log ?? []).entries()) {
    for (const value of values) {
      if (!first.has(value)) first.set(value, index);
      last.set(value, index);
    }
  }
  return { first, last };
}

/**
 * The values of each index, ascending; several at one index in Jepsen's order. Jepsen fills a vector
 * with sets as it walks the map, but an index that it skips at first becomes a list, newest first.
 */
function invert(indexes: ReadonlyMap<Edn, number>): Map<number, readonly Edn[]> {
  const sets = new Map<number, Edn[]>();
  const lists = new Map<number, Edn[]>();
  let length = 0;
  for (const [value, index] of entriesInMapOrder(indexes)) {
    const isList = index < length && !sets.has(index);
    push(isList ? lists : sets, index, value);
    length = Math.max(length, index + 1);
  }
  const ofSets = [...sets].map(([index, values]) => [index, setOrder(values)] as const);
  const ofLists = [...lists].map(([index, values]) => [index, values.reverse()] as const);
  return new Map([...ofSets, ...ofLists].sort(([a], [b]) => a - b));
}

/** How many messages of a key `unseen` lists. */
const UNSEEN_LIMIT = 32;

/** `unseen`: acknowledged messages that no poll had returned by the end; `undefined` if none. */
export function unseen(analysis: Analysis): EdnObject | undefined {
  const oks = analysis.completions.filter(({ op }) =>
    op.type === "ok" && (op.f === "send" || op.f === "poll")
  );
  const last = oks.at(-1);
  if (last === undefined) return undefined;
  const sent = sentByKey(oks, "ok");
  const left: [Edn, Edn[]][] = [];
  for (const [key, values] of sent) {
    const polled = analysis.okReads.get(key);
    left.push([key, [...values].filter((value) => !polled?.has(value))]);
  }
  // Jepsen also counts as unseen what the last operation polled of a key that had neither an
  // acknowledged send nor an earlier poll.
  for (const [key, messages] of last.polls) {
    if (sent.has(key) || oks.some((other) => other !== last && other.polls.has(key))) continue;
    left.push([key, [...new Set(messages.map(([, value]) => value))]]);
  }
  const missing = left.filter(([, values]) => values.length > 0);
  if (missing.length === 0) return undefined;
  const byKey = new Map(missing.sort(([a], [b]) => compareEdn(a, b)));
  return {
    time: last.op.time,
    unseen: new Map([...byKey].map(([key, values]) => [key, values.length])),
    messages: new Map(entriesInMapOrder(byKey).map(([key, values]) => [key, shownUnseen(values)])),
  };
}

function shownUnseen(values: readonly Edn[]): List {
  return new List(values.toSorted(compareEdn).slice(0, UNSEEN_LIMIT));
}
