/**
 * What every kafka check builds on: who wrote and read each message, and the version orders.
 *
 * The version order of a key is its messages by offset without the holes, so that the indexes of
 * neighbours differ by one whatever their offsets. It is inferred from polls and from sends that
 * certainly took effect. Where a broken log gives an offset to two messages, or a message two offsets,
 * the order is ambiguous; then it holds the first message of an offset, at that message's last offset,
 * as in Jepsen's kafka workload, the model of these checks.
 *
 * @module
 */
import { mapOrder, setOrder } from "../../history/clojure_order.ts";
import type { Edn } from "../../history/edn.ts";
import { bifurcanHash, inBifurcanOrder } from "../elle/bifurcan_order.ts";
import { type Completion, getOrMake, type MessagesByKey, push } from "./messages.ts";

/** An offset of a key and the messages seen there; several only if the log is broken. */
interface LogEntry {
  readonly offset: number;
  readonly values: readonly Edn[];
}

/** The messages of one key in the order of the log. */
export interface VersionOrder {
  /** The offsets at which some client saw a message, ascending. */
  readonly log: readonly LogEntry[];
  /** The message at each index; of several, the first. */
  readonly byIndex: readonly Edn[];
  /** The last index of each message that is in `byIndex`. */
  readonly byValue: ReadonlyMap<Edn, number>;
}

/** Sets of messages by key. */
type ValuesByKey = ReadonlyMap<Edn, ReadonlySet<Edn>>;

/** A history prepared for the checks. */
export interface Analysis {
  readonly completions: readonly Completion[];
  /** The completion of the last send of each message, whatever its type. */
  readonly writers: ReadonlyMap<Edn, ReadonlyMap<Edn, Completion>>;
  /** The polls that returned each message. */
  readonly readers: ReadonlyMap<Edn, ReadonlyMap<Edn, readonly Completion[]>>;
  /** What `ok` polls returned; a key that came back empty has an empty set. */
  readonly okReads: ValuesByKey;
  readonly orders: ReadonlyMap<Edn, VersionOrder>;
}

/** Prepares completions, given in order, for the checks. */
export function analyse(completions: readonly Completion[]): Analysis {
  const writers = new Map<Edn, Map<Edn, Completion>>();
  const readers = new Map<Edn, Map<Edn, Completion[]>>();
  for (const completion of completions) {
    for (const [key, messages] of completion.sends) {
      const ofKey = getOrMake(writers, key, () => new Map());
      for (const { value } of messages) ofKey.set(value, completion);
    }
    for (const [key, messages] of completion.polls) {
      if (messages.length === 0) continue;
      const ofKey = getOrMake(readers, key, () => new Map<Edn, Completion[]>());
      for (const { value } of messages) push(ofKey, value, completion);
    }
  }
  const okReads = valuesByKey(completions, "ok", (completion) => completion.polls);
  return { completions, writers, readers, okReads, orders: versionOrders(completions, okReads) };
}

/** Collects every message that completions of one type sent, or polled. */
export function valuesByKey(
  completions: readonly Completion[],
  type: Completion["op"]["type"],
  messagesOf: (completion: Completion) => MessagesByKey,
): Map<Edn, Set<Edn>> {
  const values = new Map<Edn, Set<Edn>>();
  for (const completion of completions) {
    if (completion.op.type !== type) continue;
    for (const [key, messages] of messagesOf(completion)) {
      const ofKey = getOrMake(values, key, () => new Set());
      for (const { value } of messages) ofKey.add(value);
    }
  }
  return values;
}

/** Returns whether a send took effect: it was acknowledged, or one of its messages was polled. */
export function tookEffect({ op, sends }: Completion, okReads: ValuesByKey): boolean {
  if (op.type === "ok") return true;
  if (op.type !== "info") return false;
  for (const [key, messages] of sends) {
    if (messages.some(({ value }) => okReads.get(key)?.has(value))) return true;
  }
  return false;
}

function versionOrders(
  completions: readonly Completion[],
  okReads: ValuesByKey,
): Map<Edn, VersionOrder> {
  const logs = new Map<Edn, Map<number, Set<Edn>>>();
  const record = (byKey: MessagesByKey) => {
    for (const [key, messages] of byKey) {
      for (const { offset, value } of messages) {
        if (offset === undefined || offset < 0) continue;
        const log = getOrMake(logs, key, () => new Map());
        getOrMake(log, offset, () => new Set()).add(value);
      }
    }
  };
  for (const completion of completions) {
    record(completion.polls);
    if (tookEffect(completion, okReads)) record(completion.sends);
  }
  // Jepsen collects the logs in a map of Bifurcan, and copies that into one of Clojure.
  const keys = mapOrder(inBifurcanOrder([...logs.keys()], bifurcanHash));
  return new Map(keys.map((key) => [key, versionOrder(logs.get(key) ?? new Map())]));
}

function versionOrder(seen: ReadonlyMap<number, ReadonlySet<Edn>>): VersionOrder {
  const log = [...seen]
    .map(([offset, values]) => ({ offset, values: setOrder(values) }))
    .sort((a, b) => a.offset - b.offset);
  const byIndex = log.map(({ values: [first = null] }) => first);
  return { log, byIndex, byValue: new Map(byIndex.map((value, index) => [value, index])) };
}

/**
 * Returns how far `to` is after `from` in a version order: 1 where it follows directly, and where the
 * index of either is unknown.
 */
export function delta(order: VersionOrder | undefined, from: Edn, to: Edn): number {
  const start = order?.byValue.get(from);
  const end = order?.byValue.get(to);
  return start === undefined || end === undefined ? 1 : end - start;
}

/** Returns the messages between two others in a version order. */
export function between(order: VersionOrder | undefined, from: Edn, to: Edn): readonly Edn[] {
  const start = order?.byValue.get(from);
  const end = order?.byValue.get(to);
  if (order === undefined || start === undefined || end === undefined) return [];
  return order.byIndex.slice(start + 1, end);
}
