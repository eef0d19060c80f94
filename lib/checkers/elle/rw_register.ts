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

/** One version of a key. */
interface Version {
  readonly key: Edn;
  readonly value: Edn;
  /** Its place among the key's versions. */
  readonly number: number;
  /** Committed transactions whose first read of the key saw it. */
  readonly readers: Transaction[];
  /** Committed transactions whose last write of the key it is. */
  readonly writers: Transaction[];
  /** The versions known to come directly after it. */
  readonly next: Set<Version>;
}

/** Versions by key and value. */
export type KeyHistories = Map<Key, Map<Key, Version>>;

function versionOf(keys: KeyHistories, { key, k }: MicroOp, value: Edn): Version {
  let versions = keys.get(k);
  if (versions === undefined) keys.set(k, versions = new Map());
  let version = versions.get(keyOf(value));
  if (version === undefined) {
    const number = versions.size;
    version = { key, value, number, readers: [], writers: [], next: new Set() };
    versions.set(keyOf(value), version);
  }
  return version;
}

/**
 * Collects the versions of each key, with `nil` before all others, and orders them by "writes follow
 * reads". If the versions of any key then form a cycle, it drops all of these orders and returns the
 * cycles.
 */
export function keyHistories(all: readonly Transaction[]): { keys: KeyHistories; cyclic: Edn[] } {
  const keys: KeyHistories = new Map();
  const pairs: [Version, Version][] = [];
  for (const transaction of all) {
    if (transaction.type === "fail") continue;
    const isCommitted = transaction.type === "ok";
    const collect = (mop: MicroOp | undefined) => {
      if (mop === undefined) return undefined;
      const version = versionOf(keys, mop, mop.value);
      if (mop.value !== null) versionOf(keys, mop, null).next.add(version);
      if (isCommitted) (mop.isRead ? version.readers : version.writers).push(transaction);
      return version;
    };
    for (const { read, write } of externals(transaction).values()) {
      const later = collect(write);
      const earlier = isCommitted ? collect(read) : undefined;
      if (earlier === undefined || later === undefined || earlier.value === null) continue;
      pairs.push([earlier, later]);
    }
  }
  for (const [earlier, later] of pairs) earlier.next.add(later);
  const cyclic = [...keys.values()].flatMap(cyclicVersions);
  if (cyclic.length > 0) { for (const [earlier, later] of pairs) earlier.next.delete(later); }
  return { keys, cyclic };
}

function cyclicVersions(ofKey: ReadonlyMap<Key, Version>): Edn[] {
  const versions = [...ofKey.values()];
  if (versions.every(isBeforeItsNext)) return [];
  const edges = new EdgeList();
  for (const { number, next } of versions) {
    for (const later of next) edges.link(number, later.number, WW);
  }
  const components = nontrivialComponents(stronglyConnected(edges.toGraph(versions.length), WW));
  return components.map((members) => ({
    key: versions[0]?.key ?? null,
    scc: new Set(members.map((number) => versions[number]?.value ?? null)),
    sources: ["initial-state", "wfr-keys"].map(keyword),
  }));
}

/**
 * Whether a version has a lower number than each that comes after it. Where all have, there is no
 * cycle. As `nil` comes before all others, it has none either while no other comes before it.
 */
function isBeforeItsNext({ number, value, next }: Version): boolean {
  if (value === null) return true;
  for (const later of next) if (later.value === null || later.number <= number) return false;
  return true;
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
  for (const versions of keys.values()) {
    for (const version of versions.values()) {
      linkVersion(edges, version);
      const { readers, writers, next } = version;
      if (readers.length + writers.length > 0) {
        relates ||= [...next].some((later) => later.writers.length > 0);
      }
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

function linkVersion(edges: EdgeList, { key, value, readers, writers, next }: Version): void {
  if (writers.length > 1 && readers.length > 0) {
    const by = writers.map(({ op }) => op.index).join(", ");
    throw new UncheckableError(
      `Key ${printEdn(key)} had value ${printEdn(value)} written by more than one op: ${by}`,
    );
  }
  const [writer] = writers;
  if (writer !== undefined) {
    // A transaction that reads what it writes only later depends on itself: a cycle of one.
    for (const reader of readers) edges.link(writer.id, reader.id, WR);
  }
  for (const later of next) {
    for (const overwriter of later.writers) {
      const linkFrom = (earlier: Transaction, relation: Relations) => {
        if (earlier !== overwriter) edges.link(earlier.id, overwriter.id, relation);
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
      const version = versionOf(keys, earlier, earlier.value);
      const next = versionOf(keys, later, later.value);
      if (relation === WR ? version !== next : !version.next.has(next)) continue;
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
