/**
 * The checker of transactions over registers, whose writes replace.
 *
 * A register shows only its newest value, so little is known about the order of its versions: `nil`
 * comes before every other version, and where a transaction reads one version and then writes another,
 * the second comes after the first. The versions imply ww and rw dependencies, reads of unique values
 * wr dependencies, and a cycle of those is an anomaly. Two writes that nobody read are in no known
 * order, so this checker misses most of what goes wrong between writers; `final_state.ts` sees more
 * where the final states are known.
 *
 * After Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations"
 * (2020), as implemented in Elle 0.2.2, called with `:wfr-keys?` as Maelstrom calls it.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword, List, printEdn } from "../../history/edn.ts";
import { type Key, keyOf } from "../../history/equality.ts";
import { taggedOp } from "../../history/operations.ts";
import type { Check, ElleVersion, Result } from "../checker.ts";
import { type Anomalies, type Dependencies, findCycles } from "./cycles.ts";
import {
  EdgeList,
  nontrivialComponents,
  PROCESS,
  REALTIME,
  type Relations,
  RW,
  stronglyConnected,
  WR,
  WW,
} from "./graph.ts";
import { IntLists } from "./int_lists.ts";
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

/**
 * Checks a history of `:txn` operations over registers against `options.consistencyModels`, by default
 * strict serializability.
 *
 * The result has the shape of Maelstrom's `:workload`: always `:valid?`, `:anomaly-types` and
 * `:anomalies`, with `:not` and `:also-not` where anomalies were found. As there, a search that timed
 * out is left out and an empty history is not valid. `:valid?` is unknown with an `:error`
 * where the history cannot be judged or a model is not known.
 *
 * @example
 * ```ts
 * import { checkRwRegister } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :txn, :value [[:w 1 1] [:r 1 nil]]}
 *   {:time 5, :type :ok, :process 0, :f :txn, :value [[:w 1 1] [:r 1 2]]}
 * `);
 * assertEquals(checkRwRegister(history)["valid?"], false);
 * ```
 */
export const checkRwRegister: Check = (history, options = {}): Result =>
  checkOrUnknown(() => {
    const forbidden = forbiddenAnomalies(options.consistencyModels ?? DEFAULT_MODELS);
    const all = transactions(history, "w");
    const anomalies = anomaliesIn(all, forbidden, options.elle ?? "0.2.2");
    return asMaelstromReports(verdict(anomalies, forbidden));
  });

/** Drops time-outs of the search and judges by what is left, as Maelstrom does. */
function asMaelstromReports(result: Result): Result {
  const { anomalies: found, ...rest } = result;
  const anomalies = Object.entries(found ?? {})
    .filter(([type]) => type !== "cycle-search-timeout");
  return {
    "valid?": anomalies.length === 0,
    "anomaly-types": new List(anomalies.map(([type]) => keyword(type))),
    anomalies: found === undefined ? null : Object.fromEntries(anomalies),
    not: rest.not,
    "also-not": rest["also-not"],
  };
}

function anomaliesIn(
  all: readonly Transaction[],
  forbidden: ReadonlySet<Anomaly>,
  elle: ElleVersion,
): Anomalies {
  const { keys, cyclic } = keyHistories(all);
  const anomalies = findTransactionCycles(all, keys, forbidden);
  const report = (type: string, cases: readonly Edn[]) => {
    if (cases.length > 0) anomalies.set(type, new List(cases));
  };
  if (cyclic.length > 0) anomalies.set("cyclic-versions", cyclic);
  report("internal", all.flatMap((one) => internalCase(one, elle)));
  report("G1a", readsOfWrites(all, failedWrites(all)));
  report("G1b", readsOfWrites(all, intermediateWrites(all)));
  const lost = lostUpdates(all);
  if (lost.length > 0) anomalies.set("lost-update", lost);
  return anomalies;
}

/** What a transaction shows of a key to others: its first read and its last write. */
interface External {
  readonly read?: MicroOp;
  write?: MicroOp;
}

function externals({ mops }: Transaction): ReadonlyMap<Key, External> {
  const byKey = new Map<Key, External>();
  for (const mop of mops) {
    const known = byKey.get(mop.k);
    if (known === undefined) byKey.set(mop.k, mop.isRead ? { read: mop } : { write: mop });
    else if (!mop.isRead) known.write = mop;
  }
  return byKey;
}

/** The versions of every key. A version is a number; those of a key ascend as they were first seen. */
export class KeyHistories {
  /** For each version, the committed transactions whose first read of its key saw it. */
  readonly readers = new IntLists();
  /** For each version, the committed transactions whose last write of its key it is. */
  readonly writers = new IntLists();
  readonly #byKey = new Map<Key, Map<Key, number>>();
  readonly #keys: Edn[] = [];
  readonly #values: Edn[] = [];
  #next = new IntLists();
  /** Whether a version is known to come after one other than `nil`. */
  #follows: boolean[] = [];

  /** Returns the version that a micro-operation read or wrote; a new one comes after `nil`. */
  note({ key, k, value }: MicroOp): number {
    let versions = this.#byKey.get(k);
    if (versions === undefined) this.#byKey.set(k, versions = new Map());
    const known = versions.get(keyOf(value));
    if (known !== undefined) return known;
    const version = this.#make(versions, key, value);
    if (value === null) return version;
    const initial = versions.get(null) ?? this.#make(versions, key, null);
    this.#next.add(initial, version);
    return version;
  }

  #make(versions: Map<Key, number>, key: Edn, value: Edn): number {
    const version = this.#keys.length;
    this.#keys.push(key);
    this.#values.push(value);
    this.#follows.push(false);
    versions.set(keyOf(value), version);
    return version;
  }

  /** The versions of each key, by value. */
  byKey(): Iterable<ReadonlyMap<Key, number>> {
    return this.#byKey.values();
  }

  /** The versions of a key, by value. */
  ofKey(k: Key): ReadonlyMap<Key, number> | undefined {
    return this.#byKey.get(k);
  }

  /** The version of a micro-operation, which has been noted. */
  versionOf({ k, value }: MicroOp): number {
    return this.#byKey.get(k)?.get(keyOf(value)) ?? -1;
  }

  keyOf(version: number): Edn {
    return this.#keys[version] ?? null;
  }

  valueOf(version: number): Edn {
    return this.#values[version] ?? null;
  }

  /** The versions known to come directly after one. */
  next(version: number): readonly number[] {
    return this.#next.of(version);
  }

  /** Notes that a version comes directly after another. */
  link(earlier: number, later: number): void {
    if (this.#follows[later] && this.next(earlier).includes(later)) return;
    this.#follows[later] = true;
    this.#next.add(earlier, later);
  }

  /** Forgets all order but that `nil` comes first. */
  unlink(): void {
    this.#next = new IntLists();
    this.#follows = this.#follows.map(() => false);
    for (const versions of this.#byKey.values()) {
      const initial = versions.get(null) ?? -1;
      for (const version of versions.values()) {
        if (version !== initial) this.#next.add(initial, version);
      }
    }
  }
}

/**
 * Collects the versions of each key, with `nil` before all others, and orders them by "writes follow
 * reads". If the versions of any key then form a cycle, it drops all of these orders and returns the
 * cycles.
 */
export function keyHistories(all: readonly Transaction[]): { keys: KeyHistories; cyclic: Edn[] } {
  const keys = new KeyHistories();
  for (const transaction of all) {
    if (transaction.type === "fail") continue;
    const isCommitted = transaction.type === "ok";
    const note = (mop: MicroOp | undefined) => {
      if (mop === undefined) return undefined;
      const version = keys.note(mop);
      if (isCommitted) (mop.isRead ? keys.readers : keys.writers).add(version, transaction.id);
      return version;
    };
    for (const { read, write } of externals(transaction).values()) {
      const later = note(write);
      const earlier = isCommitted ? note(read) : undefined;
      if (earlier === undefined || later === undefined || read?.value === null) continue;
      keys.link(earlier, later);
    }
  }
  const cyclic = [...keys.byKey()].flatMap((versions) => cyclicVersions(keys, versions));
  if (cyclic.length > 0) keys.unlink();
  return { keys, cyclic };
}

function cyclicVersions(keys: KeyHistories, ofKey: ReadonlyMap<Key, number>): Edn[] {
  const versions = [...ofKey.values()];
  const initial = ofKey.get(null);
  // Where the initial version comes first, and each other before its next, there is no cycle.
  const isInOrder = versions.every((version) =>
    version === initial || keys.next(version).every((later) => later !== initial && later > version)
  );
  if (isInOrder) return [];
  const places = new Map(versions.map((version, place) => [version, place]));
  const edges = new EdgeList();
  for (const [place, version] of versions.entries()) {
    for (const later of keys.next(version)) edges.link(place, places.get(later) ?? 0, WW);
  }
  const components = nontrivialComponents(stronglyConnected(edges.toGraph(versions.length), WW));
  return components.map((members) => ({
    key: keys.keyOf(versions[0] ?? -1),
    scc: new Set(members.map((place) => keys.valueOf(versions[place] ?? -1))),
    sources: ["initial-state", "wfr-keys"].map(keyword),
  }));
}

// Dependencies between transactions.

/** Finds the cycles of dependencies that versions, and real time or processes, imply. */
export function findTransactionCycles(
  all: readonly Transaction[],
  keys: KeyHistories,
  forbidden: ReadonlySet<Anomaly>,
): Anomalies {
  const order = orderNeeded(forbidden);
  const edges = new EdgeList();
  let relates = false;
  for (const versions of keys.byKey()) {
    for (const version of versions.values()) {
      linkVersion(edges, all, keys, version);
      if (relates || keys.readers.isEmpty(version) && keys.writers.isEmpty(version)) continue;
      relates = keys.next(version).some((later) => !keys.writers.isEmpty(later));
    }
  }
  if (order === "process") linkProcesses(all, edges);
  const isRealtime = order === "realtime";
  if (edges.length === 0 && !relates && !(isRealtime && isOrderedByTime(all))) {
    return new Map([["empty-transaction-graph", true]]);
  }
  return findCycles({
    transactions: all,
    edges,
    isRealtime,
    precedence: [WR, WW, RW, PROCESS, REALTIME],
    step: stepBetween(keys),
  });
}

function linkVersion(
  edges: EdgeList,
  all: readonly Transaction[],
  keys: KeyHistories,
  version: number,
): void {
  const [readers, writers] = [keys.readers.of(version), keys.writers.of(version)];
  if (writers.length > 1 && readers.length > 0) {
    const by = writers.map((writer) => all[writer]?.op.index).join(", ");
    const [key, value] = [keys.keyOf(version), keys.valueOf(version)].map(printEdn);
    throw new UncheckableError(
      `Key ${key} had value ${value} written by more than one op: ${by}`,
    );
  }
  const [writer] = writers;
  if (writer !== undefined) {
    // A transaction that reads what it writes only later depends on itself: a cycle of one.
    for (const reader of readers) edges.link(writer, reader, WR);
  }
  for (const later of keys.next(version)) {
    for (const overwriter of keys.writers.of(later)) {
      const linkFrom = (earlier: number, relation: Relations) => {
        if (earlier !== overwriter) edges.link(earlier, overwriter, relation);
      };
      for (const earlier of writers) linkFrom(earlier, WW);
      for (const reader of readers) linkFrom(reader, RW);
    }
  }
}

/** Justifies an edge: by which key and versions one transaction precedes another. */
function stepBetween(keys: KeyHistories): Dependencies["step"] {
  return (from, to, relation) => {
    if (relation === PROCESS || relation === REALTIME) return temporalStep(from, to, relation);
    const ofTo = externals(to);
    for (const [k, ofFrom] of externals(from)) {
      const earlier = relation === RW ? ofFrom.read : ofFrom.write;
      const later = relation === WR ? ofTo.get(k)?.read : ofTo.get(k)?.write;
      if (earlier === undefined || later === undefined) continue;
      const [version, next] = [keys.versionOf(earlier), keys.versionOf(later)];
      if (relation === WR ? version !== next : !keys.next(version).includes(next)) continue;
      return dataStep(from, earlier, to, later, relation);
    }
    throw new RangeError(`nothing orders transaction ${from.op.index} before ${to.op.index}`);
  };
}

function dataStep(
  from: Transaction,
  earlier: MicroOp,
  to: Transaction,
  later: MicroOp,
  relation: Relations,
): EdnObject {
  const indexOf = (transaction: Transaction, sought: MicroOp) =>
    indexOfMicroOp(
      transaction,
      ({ isRead, k, value }) =>
        isRead === sought.isRead && k === sought.k && keyOf(value) === keyOf(sought.value),
    );
  const indices = { "a-mop-index": indexOf(from, earlier), "b-mop-index": indexOf(to, later) };
  const { key, value } = earlier;
  return relation === WR ? { type: keyword("wr"), key, value, ...indices } : {
    key,
    value,
    "value'": later.value,
    type: keyword(relation === WW ? "ww" : "rw"),
    ...indices,
  };
}

// Anomalies that a single read shows.

/**
 * Reads that contradict what their transaction read or wrote before: at most one each. In Elle 0.2.2
 * a read of nil expects nothing of later ones; in Elle's main branch `[:r 1 nil] [:r 1 2]` is a
 * contradiction, too.
 */
function internalCase({ type, op, mops }: Transaction, elle: ElleVersion): Edn[] {
  if (type !== "ok") return [];
  const expected = new Map<Key, Edn>();
  for (const { isRead, k, value, edn } of mops) {
    const known = expected.get(k);
    const expects = known !== undefined && (known !== null || elle === "main");
    if (isRead && expects && keyOf(known) !== keyOf(value)) {
      return [{ op: taggedOp(op), mop: edn, expected: known }];
    }
    expected.set(k, value);
  }
  return [];
}

/** Committed reads that saw one of `writes`, unless by their own transaction. */
function readsOfWrites(
  all: readonly Transaction[],
  writes: ReturnType<typeof failedWrites>,
): Edn[] {
  return all.filter(({ type }) => type === "ok").flatMap((transaction) =>
    transaction.mops.flatMap(({ isRead, k, value, edn }) => {
      const writer = isRead ? writes.get(k, value) : undefined;
      if (writer === undefined || writer === transaction) return [];
      return [{ op: taggedOp(transaction.op), mop: edn, writer: taggedOp(writer.op) }];
    })
  );
}
