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
import { type Completion, getOrMake, type Message, type MessagesByKey } from "./messages.ts";

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

/** A poll for each message, by key. */
type Readers = ReadonlyMap<Edn, ReadonlyMap<Edn, Completion>>;

/** A history prepared for the checks. */
export interface Analysis {
  readonly completions: readonly Completion[];
  /** The completion of the last send of each message, whatever its type. */
  readonly writers: ReadonlyMap<Edn, ReadonlyMap<Edn, Completion>>;
  /** The first poll that returned each message. */
  readonly readers: Readers;
  /** The first `ok` poll that did; a key that came back empty has an empty map. */
  readonly okReads: Readers;
  readonly orders: ReadonlyMap<Edn, VersionOrder>;
}

/** Prepares completions, given in order, for the checks. */
export function analyse(completions: readonly Completion[]): Analysis {
  const writers = new Map<Edn, Map<Edn, Completion>>();
  const readers = new Map<Edn, Map<Edn, Completion>>();
  const okReads = new Map<Edn, Map<Edn, Completion>>();
  for (const completion of completions) {
    const noteReader = (first: Map<Edn, Completion>, messages: readonly Message[]) => {
      for (const [, value] of messages) if (!first.has(value)) first.set(value, completion);
    };
    for (const [key, messages] of completion.sends) {
      const ofKey = getOrMake(writers, key, () => new Map());
      for (const [, value] of messages) ofKey.set(value, completion);
    }
    for (const [key, messages] of completion.polls) {
      if (messages.length > 0) noteReader(getOrMake(readers, key, () => new Map()), messages);
      if (completion.op.type === "ok") {
        noteReader(getOrMake(okReads, key, () => new Map()), messages);
      }
    }
  }
  return { completions, writers, readers, okReads, orders: versionOrders(completions, okReads) };
}

/** Collects every message that completions of one type sent. */
export function sentByKey(
  completions: readonly Completion[],
  type: Completion["op"]["type"],
): Map<Edn, Set<Edn>> {
  const values = new Map<Edn, Set<Edn>>();
  for (const completion of completions) {
    if (completion.op.type !== type) continue;
    for (const [key, messages] of completion.sends) {
      const ofKey = getOrMake(values, key, () => new Set());
      for (const [, value] of messages) ofKey.add(value);
    }
  }
  return values;
}

/** Returns whether a send took effect: it was acknowledged, or one of its messages was polled. */
export function tookEffect(completion: Completion, okReads: Readers): boolean {
  const { type } = completion.op;
  if (type === "ok") return true;
  if (type !== "info") return false;
  for (const [key, messages] of completion.sends) {
    if (messages.some(([, value]) => okReads.get(key)?.has(value))) return true;
  }
  return false;
}

function versionOrders(
  completions: readonly Completion[],
  okReads: Readers,
): Map<Edn, VersionOrder> {
  const logs = new Map<Edn, SeenLog>();
  const record = (byKey: MessagesByKey) => {
    for (const [key, messages] of byKey) {
      for (const [offset, value] of messages) {
        if (offset === null || offset < 0) continue;
        const log = getOrMake(logs, key, () => ({ first: new Map(), several: new Map() }));
        const first = log.first.get(offset);
        if (first === undefined) log.first.set(offset, value);
        else if (first !== value) {
          getOrMake(log.several, offset, () => new Set([first])).add(value);
        }
      }
    }
  };
  for (const completion of completions) {
    record(completion.polls);
    if (tookEffect(completion, okReads)) record(completion.sends);
  }
  // Jepsen collects the logs in a map of Bifurcan, and copies that into one of Clojure.
  const keys = mapOrder(inBifurcanOrder([...logs.keys()], bifurcanHash));
  return new Map(keys.map((key) => [key, versionOrder(logs.get(key))]));
}

/** What was seen at each offset of a key: the first message, and all of them where they are several. */
interface SeenLog {
  readonly first: Map<number, Edn>;
  readonly several: Map<number, Set<Edn>>;
}

function versionOrder(seen: SeenLog | undefined): VersionOrder {
  const log = [...seen?.first ?? []].sort(([a], [b]) => a - b).map(([offset, first]) => ({
    offset,
    values: setOrder(seen?.several.get(offset) ?? [first]),
  }));
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
