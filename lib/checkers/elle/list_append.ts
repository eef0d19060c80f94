/**
 * The checker of transactions over lists, whose writes append.
 *
 * A list shows its own history: a read of `[1 2 3]` shows that 1 was appended before 2 and 2 before
 * 3. So the longest read of a key is the order of its versions, as long as every other read is a
 * prefix of it, and each transaction has its place: after those whose appends it followed (ww) or
 * saw (wr), before those whose appends it did not see (rw). Appends that nobody read come after all
 * others. A cycle of such dependencies is an anomaly; so are a read that contradicts its own
 * transaction, a failed append that shows, an append seen twice, and reads in incompatible orders.
 *
 * After Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations"
 * (2020), as implemented in Elle 0.2.2.
 *
 * @module
 */
import { setOrder } from "../../history/clojure_order.ts";
import {
  type Edn,
  type EdnObject,
  Keyword,
  keyword,
  List,
  printEdn,
  Sym,
} from "../../history/edn.ts";
import { type Key, keyOf, sameEdn } from "../../history/equality.ts";
import { taggedOp } from "../../history/operations.ts";
import type { Check, Result } from "../checker.ts";
import { type Anomalies, type Dependencies, findCycles } from "./cycles.ts";
import { EdgeList, PROCESS, REALTIME, type Relations, RW, WR, WW } from "./graph.ts";
import type { Anomaly } from "./models.ts";
import { isOrderedByTime, linkProcesses, temporalStep } from "./temporal_order.ts";
import {
  checkOrUnknown,
  failedWrites,
  indexOfMicroOp,
  intermediateWrites,
  lostUpdates,
  type MicroOp,
  type Transaction,
  transactions,
  UncheckableError,
} from "./transaction.ts";
import { DEFAULT_MODELS, forbiddenAnomalies, orderNeeded, verdict } from "./verdict.ts";

/** The version of a key before its first append. */
const INITIAL: Keyword = keyword("elle.list-append/init");

/** Stands in an expected list for elements that the transaction cannot know. */
const UNKNOWN_PREFIX = new Sym("...");

/**
 * Checks a history of `:txn` operations over lists against `options.consistencyModels`, by default
 * strict serializability.
 *
 * The result has the shape of Maelstrom's `:workload`: `{:valid? true}`, or `:valid?`,
 * `:anomaly-types`, `:anomalies`, `:not` and `:also-not`. `:valid?` is unknown with an `:error` where
 * the history cannot be judged or a model is not known.
 *
 * @example
 * ```ts
 * import { checkListAppend } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :txn, :value [[:append 1 1] [:r 1 nil]]}
 *   {:time 5, :type :ok, :process 0, :f :txn, :value [[:append 1 1] [:r 1 []]]}
 * `);
 * assertEquals(checkListAppend(history)["valid?"], false);
 * ```
 */
export const checkListAppend: Check = (history, options = {}): Result =>
  checkOrUnknown(() => {
    const forbidden = forbiddenAnomalies(options.consistencyModels ?? DEFAULT_MODELS);
    const all = transactions(history, "append");
    requireUniqueAppends(all);
    // What this gathers and what the keys do need not be in memory at once.
    const lost = lostUpdates(all);
    const keys = keyHistories(all);
    const anomalies: Anomalies = new Map();
    const report = (type: string, cases: readonly Edn[]) => {
      if (cases.length > 0) anomalies.set(type, cases);
    };
    const dirty = dirtyUpdates(all, keys);
    if (dirty.length > 0) anomalies.set("dirty-update", new List(dirty));
    for (const [type, cases] of findTransactionCycles(all, keys, forbidden)) {
      anomalies.set(type, cases);
    }
    report("duplicate-elements", duplicateElements(all));
    report("incompatible-order", incompatibleOrders(keys));
    report("internal", committed(all).flatMap(internalCase));
    report("future-read", committed(all).flatMap(futureReadCase));
    report("G1a", abortedReads(all));
    report("G1b", intermediateReads(all));
    report("lost-update", lost);
    return verdict(anomalies, forbidden);
  });

/** Returns the elements a read saw; none where it saw nothing or its outcome is unknown. */
function elements({ value }: MicroOp): readonly Edn[] {
  if (value === null) return [];
  if (!Array.isArray(value)) {
    throw new UncheckableError(`a read saw ${printEdn(value)}, which is not a list`);
  }
  return value;
}

function committed(all: readonly Transaction[]): Transaction[] {
  return all.filter(({ type }) => type === "ok");
}

/** Returns the transactions that took place or may have. */
function possible(all: readonly Transaction[]): Transaction[] {
  return all.filter(({ type }) => type !== "fail");
}

function requireUniqueAppends(all: readonly Transaction[]): void {
  const appended = new Map<Key, Set<Key>>();
  for (const { mops } of all) {
    for (const { isRead, key, k, value } of mops) {
      if (isRead) continue;
      let ofKey = appended.get(k);
      if (ofKey === undefined) appended.set(k, ofKey = new Set());
      if (ofKey.has(keyOf(value))) {
        throw new UncheckableError(
          `value ${printEdn(value)} appended to key ${printEdn(key)} multiple times!`,
        );
      }
      ofKey.add(keyOf(value));
    }
  }
}

/** What a history says about one key. */
interface KeyHistory {
  readonly key: Edn;
  /** Every distinct list that was read, except the empty one: by length, then in a set's order. */
  readonly observed: (readonly Edn[])[];
  /** The last of them, without repetitions: the order of versions. */
  readonly order: readonly Edn[];
  readonly position: ReadonlyMap<Key, number>;
  /** Who appended an element, or may have. */
  readonly appenders: ReadonlyMap<Key, Transaction>;
  /** Who read a version; its key is its last element or {@linkcode INITIAL}. */
  readonly readers: ReadonlyMap<Key, readonly Transaction[]>;
}

type KeyHistories = ReadonlyMap<Key, KeyHistory>;

/** Gathers one key's history. */
class KeyHistoryBuilder {
  /** The first list that was read of each length, and others that differ from it. */
  readonly #observed: (readonly Edn[])[] = [];
  readonly #others: (readonly Edn[])[][] = [];
  readonly #appenders = new Map<Key, Transaction>();
  readonly #readers = new Map<Key, Transaction[]>();

  constructor(readonly key: Edn) {}

  append(value: Edn, by: Transaction): void {
    this.#appenders.set(keyOf(value), by);
  }

  read(list: readonly Edn[], by: Transaction): void {
    const version = list.length === 0 ? INITIAL : keyOf(list.at(-1) ?? null);
    const readers = this.#readers.get(version);
    if (readers === undefined) this.#readers.set(version, [by]);
    else if (readers.at(-1) !== by) readers.push(by);
    if (list.length > 0) this.#observe(list);
  }

  #observe(list: readonly Edn[]): void {
    const first = this.#observed[list.length];
    if (first === undefined) this.#observed[list.length] = list;
    else if (!isPrefix(first, list)) {
      const others = this.#others[list.length] ??= [];
      if (!others.some((other) => isPrefix(other, list))) others.push(list);
    }
  }

  build(): KeyHistory {
    // Lengths of which no list was read are skipped.
    const observed = this.#observed.flatMap((first, length) =>
      setOrder([first, ...this.#others[length] ?? []])
    );
    const distinct = new Map((observed.at(-1) ?? []).map((element) => [keyOf(element), element]));
    return {
      key: this.key,
      observed,
      order: [...distinct.values()],
      position: new Map([...distinct.keys()].map((element, i) => [element, i])),
      appenders: this.#appenders,
      readers: this.#readers,
    };
  }
}

function isPrefix(shorter: readonly Edn[], longer: readonly Edn[]): boolean {
  return shorter.length <= longer.length &&
    shorter.every((element, i) => sameEdn(element, longer[i] ?? null));
}

function keyHistories(all: readonly Transaction[]): KeyHistories {
  const builders = new Map<Key, KeyHistoryBuilder>();
  for (const transaction of possible(all)) {
    for (const mop of transaction.mops) {
      let builder = builders.get(mop.k);
      if (builder === undefined) builders.set(mop.k, builder = new KeyHistoryBuilder(mop.key));
      if (!mop.isRead) builder.append(mop.value, transaction);
      else if (transaction.type === "ok" || mop.value !== null) {
        builder.read(elements(mop), transaction);
      }
    }
  }
  return new Map([...builders].map(([k, builder]) => [k, builder.build()]));
}

/** Returns the element directly before an append, as far as is known, or {@linkcode INITIAL}. */
function versionBefore({ order, position }: KeyHistory, appended: Edn): Edn {
  const place = position.get(keyOf(appended)) ?? order.length;
  return order[place - 1] ?? INITIAL;
}

// Dependencies between transactions.

function findTransactionCycles(
  all: readonly Transaction[],
  keys: KeyHistories,
  forbidden: ReadonlySet<Anomaly>,
): Anomalies {
  const edges = new EdgeList();
  const order = orderNeeded(forbidden);
  for (const transaction of possible(all)) {
    for (const mop of transaction.mops) linkMicroOp(edges, transaction, mop, keys);
  }
  if (order === "process") linkProcesses(all, edges);
  const isRealtime = order === "realtime";
  if (edges.length === 0 && !(isRealtime && isOrderedByTime(all))) {
    return new Map([["empty-transaction-graph", true]]);
  }
  return findCycles({
    transactions: all,
    edges,
    isRealtime,
    precedence: [WW, WR, RW, PROCESS, REALTIME],
    step: stepBetween(keys),
  });
}

function linkMicroOp(
  edges: EdgeList,
  transaction: Transaction,
  mop: MicroOp,
  keys: KeyHistories,
): void {
  const ofKey = keys.get(mop.k);
  if (ofKey === undefined) return;
  const link = (from: Transaction | undefined, relation: Relations) => {
    if (from !== undefined && from !== transaction) edges.link(from.id, transaction.id, relation);
  };
  if (mop.isRead) {
    const last = elements(mop).at(-1);
    if (last !== undefined) link(ofKey.appenders.get(keyOf(last)), WR);
    return;
  }
  const before = versionBefore(ofKey, mop.value);
  link(ofKey.appenders.get(keyOf(before)), WW);
  for (const reader of ofKey.readers.get(keyOf(before)) ?? []) link(reader, RW);
}

/** Justifies an edge: by which key and elements one transaction precedes another. */
function stepBetween(keys: KeyHistories): Dependencies["step"] {
  return (from, to, relation) => {
    if (relation === PROCESS || relation === REALTIME) return temporalStep(from, to, relation);
    for (const mop of to.mops) {
      const ofKey = keys.get(mop.k);
      const step = ofKey && dataStep(from, to, mop, ofKey, relation);
      if (step !== undefined) return step;
    }
    throw new RangeError(`nothing orders transaction ${from.op.index} before ${to.op.index}`);
  };
}

function dataStep(
  from: Transaction,
  to: Transaction,
  mop: MicroOp,
  ofKey: KeyHistory,
  relation: Relations,
): EdnObject | undefined {
  if (mop.isRead !== (relation === WR)) return undefined;
  const version = mop.isRead ? elements(mop).at(-1) : versionBefore(ofKey, mop.value);
  if (version === undefined) return undefined;
  const readsVersion = (other: MicroOp) =>
    other.isRead && other.k === mop.k &&
    keyOf(elements(other).at(-1) ?? INITIAL) === keyOf(version);
  const appendsVersion = (other: MicroOp) =>
    !other.isRead && other.k === mop.k && keyOf(other.value) === keyOf(version);
  const source = indexOfMicroOp(from, relation === RW ? readsVersion : appendsVersion);
  if (source < 0) return undefined;
  const print = printEdn(mop.edn);
  return {
    type: keyword(relation === WW ? "ww" : relation === WR ? "wr" : "rw"),
    key: mop.key,
    value: version,
    ...(mop.isRead ? {} : { "value'": mop.value }),
    "a-mop-index": source,
    "b-mop-index": indexOfMicroOp(to, (other) => printEdn(other.edn) === print),
  };
}

// Anomalies that a single read or key shows.

/**
 * Reads that contradict what their transaction read or appended before: at most one each. As in Elle
 * 0.2.2, which Maelstrom ships, a read of `nil` says nothing of later ones; Elle's main branch also
 * reports `[:r 1 nil] [:r 1 [2]]`.
 */
function internalCase({ op, mops }: Transaction): Edn[] {
  const expected = new Map<Key, Edn>();
  for (const { isRead, k, value, edn } of mops) {
    const known = expected.get(k);
    if (!isRead) {
      const list = Array.isArray(known) ? known : known === null ? [] : [UNKNOWN_PREFIX];
      expected.set(k, [...list, value]);
    } else if (known !== undefined && known !== null && !agrees(known, value)) {
      return [{ op: taggedOp(op), mop: edn, expected: known }];
    } else expected.set(k, value);
  }
  return [];
}

function agrees(expected: Edn, value: Edn): boolean {
  if (!Array.isArray(expected)) return false;
  if (expected[0] !== UNKNOWN_PREFIX) return printEdn(expected) === printEdn(value);
  const suffix = expected.slice(1);
  const list = Array.isArray(value) ? value : [];
  return list.length >= suffix.length && isPrefix(suffix, list.slice(list.length - suffix.length));
}

/** Reads of an element that their transaction appends only later: at most one each. */
function futureReadCase({ op, mops }: Transaction): Edn[] {
  for (const [i, { isRead, k, value }] of mops.entries()) {
    if (isRead) continue;
    const read = mops.slice(0, i).find((mop) =>
      mop.isRead && mop.k === k && elements(mop).some((element) => sameEdn(element, value))
    );
    if (read !== undefined) return [{ op: taggedOp(op), mop: read.edn, element: value }];
  }
  return [];
}

/** G1a: reads that show an element whose transaction failed. */
function abortedReads(all: readonly Transaction[]): Edn[] {
  const failed = failedWrites(all);
  const suspects = readsOf(committed(all)).filter(({ mop }) => failed.has(mop.k));
  return suspects.flatMap(({ op, mop }) =>
    elements(mop).flatMap((element): Edn[] => {
      const writer = failed.get(mop.k, element);
      return writer === undefined
        ? []
        : [{ op: taggedOp(op), mop: mop.edn, writer: taggedOp(writer.op), element }];
    })
  ).toArray();
}

/** G1b: reads that end between two appends of another transaction. */
function intermediateReads(all: readonly Transaction[]): Edn[] {
  const intermediate = intermediateWrites(all);
  return readsOf(committed(all)).flatMap(({ op, mop }): Edn[] => {
    const element = elements(mop).at(-1);
    const writer = element === undefined ? undefined : intermediate.get(mop.k, element);
    if (element === undefined || writer === undefined || writer.op === op) return [];
    return [{ op: taggedOp(op), mop: mop.edn, writer: taggedOp(writer.op), element }];
  }).toArray();
}

function duplicateElements(all: readonly Transaction[]): Edn[] {
  return readsOf(possible(all)).flatMap(({ op, mop }): Edn[] => {
    const list = elements(mop);
    if (isAscending(list) || new Set(list.map(keyOf)).size === list.length) return [];
    const counts = new Map<Edn, number>();
    for (const element of list) counts.set(element, (counts.get(element) ?? 0) + 1);
    const duplicates = new Map([...counts].filter(([, count]) => count > 1));
    return [{ op: taggedOp(op), mop: mop.edn, duplicates }];
  }).toArray();
}

/** The usual case, in which no element can occur twice. */
function isAscending(list: readonly Edn[]): boolean {
  let previous = -Infinity;
  return list.every((element) => {
    const ascends = typeof element === "number" && element > previous;
    if (ascends) previous = element;
    return ascends;
  });
}

function* readsOf(
  all: readonly Transaction[],
): Generator<{ readonly op: Transaction["op"]; readonly mop: MicroOp }> {
  for (const { op, mops } of all) {
    for (const mop of mops) if (mop.isRead) yield { op, mop };
  }
}

/** Keys two of whose reads cannot both be prefixes of one list: the first such pair of each. */
function incompatibleOrders(keys: KeyHistories): Edn[] {
  return [...keys.values()].flatMap(({ key, observed }) => {
    const second = observed.findIndex((list, i) => i > 0 && !isPrefix(observed[i - 1] ?? [], list));
    return second < 0 ? [] : [{ key, values: observed.slice(second - 1, second + 1) }];
  });
}

/**
 * Committed appends that follow a failed one in a key's order, and so preserve it.
 *
 * @throws {UncheckableError} at an element that nobody appended, as Maelstrom's analysis does.
 */
function dirtyUpdates(all: readonly Transaction[], keys: KeyHistories): Edn[] {
  const failed = failedWrites(all);
  return [...keys].flatMap(([k, { key, order, appenders }]) => {
    const cases: Edn[] = [];
    /** The latest append of certain outcome, if it failed, and the elements since. */
    let aborted: Transaction | undefined;
    let values: Edn[] = [];
    for (const element of order) {
      const writer = appenders.get(keyOf(element)) ?? failed.get(k, element);
      if (writer === undefined) {
        throw new UncheckableError(
          `Assert failed: No transaction wrote ${printEdn(key)} ${printEdn(element)}\nt2`,
        );
      }
      values.push(element);
      if (writer.type === "info") continue;
      if (writer.type === "ok" && aborted !== undefined) {
        const txns = [taggedOp(aborted.op), UNKNOWN_PREFIX, taggedOp(writer.op)];
        cases.push({ key, values, txns });
      }
      if (writer.type === "fail" && aborted !== undefined) continue;
      aborted = writer.type === "fail" ? writer : undefined;
      values = [element];
    }
    return cases;
  });
}
