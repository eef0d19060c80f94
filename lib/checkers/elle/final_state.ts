/**
 * A check of registers that sees more than Maelstrom's, where every node's final state is known.
 *
 * Maelstrom sees only what clients saw. A node that keeps its writes to itself, or answers `nil` to
 * every read, passes its check of weak models, since registers reveal so little of their order. The
 * states of all nodes, once the network has healed and come to rest, reveal more:
 *
 * - replicas must hold the same value for a key;
 * - that value must be the last that some transaction wrote to the key, and that transaction must not
 *   have failed;
 * - a committed write may be gone only if the surviving one may come later. It cannot where the lost
 *   write causally follows the survivor: the same process executed one after the other, or one
 *   transaction read what the other wrote, in any chain of these. A design that promises more is held
 *   against real time instead: no write may be gone that began after the survivor was acknowledged;
 * - the surviving value is the last version of its key. So every other writer of the key comes before
 *   the survivor's, which reveals a G0 that Maelstrom cannot see: of two transactions that wrote the
 *   same two keys, each survives on one;
 * - a process that wrote a key must not find it empty later.
 *
 * The result is reported beside Maelstrom's verdict and is no part of it.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword, List } from "../../history/edn.ts";
import { type Key, keyOf } from "../../history/equality.ts";
import { type Op, taggedOp } from "../../history/operations.ts";
import { type CheckOptions, type Result, UNKNOWN } from "../checker.ts";
import { causality, reachableFrom } from "./causality.ts";
import type { Anomalies } from "./cycles.ts";
import { findTransactionCycles, type KeyHistories, keyHistories } from "./rw_register.ts";
import {
  checkOrUnknown,
  failedWrites,
  intermediateWrites,
  type MicroOp,
  type Transaction,
  transactions,
  WriteIndex,
} from "./transaction.ts";
import { forbiddenAnomalies, verdict } from "./verdict.ts";

/** Each node's registers at the end, by node and key. */
export type FinalStates = ReadonlyMap<string, ReadonlyMap<Edn, Edn>>;

/** What a design promises beyond convergence. */
interface FinalStateOptions extends CheckOptions {
  /** Models whose cycles are sought, given the last versions. Default: `read-committed`. */
  readonly consistencyModels?: readonly string[];
  /** In which order a write must survive an earlier one. Default: `causal`. */
  readonly order?: "causal" | "realtime";
  /** The node a process talks to. Default: processes take turns, as in Maelstrom. */
  readonly nodeOf?: (process: number) => string | undefined;
}

/** Cases of one kind that a result lists; all are counted. */
const CASES_LIMIT = 16;

/**
 * Compares a history of `:txn` operations over registers with the final states it led to.
 *
 * The states must be taken when replication has had time to finish. The result has `:valid?`, unknown
 * where no state is given; `:divergent`, `:lost`, `:wrong-values` and `:forgotten`, each with the first
 * cases and a `…-count`; `:never-replicates`, nodes that took nothing from others though they differ;
 * `:replication`, how many keys' values each node received from others or sent to them;
 * `:anomaly-types` and `:anomalies` for cycles, in Maelstrom's shape; and `:overtaken-count`, for
 * information where a design promises only causality: keys on which a write survived that completed
 * before a lost one began.
 */
export function checkFinalState(
  history: readonly Op[],
  finalStates: FinalStates,
  options: FinalStateOptions = {},
): Result {
  return checkOrUnknown(() => {
    if (finalStates.size === 0) return { "valid?": UNKNOWN, error: { cause: "no final state" } };
    const forbidden = forbiddenAnomalies(options.consistencyModels ?? ["read-committed"]);
    const end = new FinalState(transactions(history, "w"), finalStates);
    const divergent = end.divergentKeys();
    const wrong = end.wrongValues();
    const lost = [...end.missing(), ...end.lostWrites(options.order ?? "causal")];
    const overtaken = options.order === "realtime" ? [] : end.lostWrites("realtime");
    const forgotten = end.forgottenWrites();
    const replication = end.replication(options.nodeOf ?? takeTurns([...finalStates.keys()]));
    const cycles = verdict(end.cycles(forbidden), forbidden);
    const violations = [divergent, wrong, lost, forgotten].flat();
    return {
      "valid?": violations.length > 0 ? false : cycles["valid?"],
      "key-count": end.keyCount,
      ...limitCases("divergent", divergent),
      "never-replicates": replication.flatMap(({ node, isIsolated }) => isIsolated ? [node] : []),
      replication: new Map(replication.map(({ node, figures }) => [node, figures])),
      ...limitCases("lost", lost),
      ...limitCases("wrong-values", wrong),
      ...limitCases("forgotten", forgotten),
      "overtaken-count": new Set(overtaken.map(({ key }) => keyOf(key ?? null))).size,
      "anomaly-types": cycles["anomaly-types"] ?? new List(),
      anomalies: cycles.anomalies ?? null,
    };
  });
}

function limitCases(name: string, cases: readonly EdnObject[]): EdnObject {
  return { [`${name}-count`]: cases.length, [name]: cases.slice(0, CASES_LIMIT) };
}

function takeTurns(nodes: readonly string[]): (process: number) => string | undefined {
  return (process) => nodes[process % nodes.length];
}

/** A committed transaction's last write to a key. */
interface Write {
  readonly value: Edn;
  readonly writer: Transaction;
}

/** A value that a node holds in its final state. */
interface Holding {
  readonly node: string;
  readonly key: Edn;
  readonly k: Key;
  readonly value: Edn;
}

/** A history together with the final states it led to. */
class FinalState {
  readonly #all: readonly Transaction[];
  readonly #states: ReadonlyMap<string, ReadonlyMap<Key, Edn>>;
  readonly #keys = new Map<Key, Edn>();
  /** What each node holds for each key; `null` where it holds nothing. */
  readonly #holdings: readonly Holding[];
  /** The committed last writes of each key. */
  readonly #committed = new Map<Key, Write[]>();
  /** The writers of every last write that took place or may have. */
  readonly #writers = new WriteIndex();

  constructor(all: readonly Transaction[], finalStates: FinalStates) {
    this.#all = all;
    for (const transaction of all) {
      for (const { key, k, value } of lastWrites(transaction)) {
        this.#keys.set(k, key);
        if (transaction.type !== "fail") this.#writers.add(k, value, transaction);
        if (transaction.type !== "ok") continue;
        const writes = this.#committed.get(k) ?? [];
        writes.push({ value, writer: transaction });
        this.#committed.set(k, writes);
      }
    }
    for (const state of finalStates.values()) {
      for (const key of state.keys()) this.#keys.set(keyOf(key), key);
    }
    this.#states = new Map([...finalStates].map(([node, state]) => [
      node,
      new Map([...state].map(([key, value]) => [keyOf(key), value])),
    ]));
    this.#holdings = [...this.#keys].flatMap(([k, key]) =>
      [...this.#states].map(([node, state]) => ({ node, key, k, value: state.get(k) ?? null }))
    );
  }

  get keyCount(): number {
    return this.#keys.size;
  }

  #valuesOf(k: Key): Map<string, Edn> {
    return new Map([...this.#states].map(([node, state]) => [node, state.get(k) ?? null]));
  }

  #agrees(k: Key): boolean {
    return new Set([...this.#valuesOf(k).values()].map(keyOf)).size === 1;
  }

  divergentKeys(): EdnObject[] {
    return [...this.#keys].filter(([k]) => !this.#agrees(k))
      .map(([k, key]) => ({ key, values: this.#valuesOf(k) }));
  }

  /** Values that are nobody's last write, or that a failed transaction wrote. */
  wrongValues(): EdnObject[] {
    const unknown = this.#holdings.filter(({ k, value }) =>
      value !== null && this.#writers.get(k, value) === undefined
    );
    if (unknown.length === 0) return [];
    const [failed, intermediate] = [failedWrites(this.#all), intermediateWrites(this.#all)];
    return unknown.map(({ node, key, k, value }) => {
      const [aborted, replaced] = [failed.get(k, value), intermediate.get(k, value)];
      const why = aborted ? "aborted" : replaced ? "intermediate" : "never-written";
      const writer = aborted ?? replaced;
      return {
        node,
        key,
        value,
        why: keyword(why),
        ...(writer && { writer: taggedOp(writer.op) }),
      };
    });
  }

  /** Keys for which a node holds nothing, though a write to them committed. */
  missing(): EdnObject[] {
    return this.#holdings.flatMap(({ node, key, k, value }) => {
      const [write] = this.#committed.get(k) ?? [];
      if (value !== null || write === undefined) return [];
      return [{ node, key, why: keyword("missing"), ...lostWrite(write) }];
    });
  }

  /** Values that survived a committed write that comes later in an order. */
  lostWrites(order: "causal" | "realtime"): EdnObject[] {
    const isLater = order === "realtime" ? laterInRealTime : this.#laterByCause();
    const known = new Map<Transaction, Map<Key, Write | undefined>>();
    return this.#holdings.flatMap(({ node, key, k, value }) => {
      const survivor = value === null ? undefined : this.#writers.get(k, value);
      if (survivor === undefined) return [];
      const ofSurvivor = known.get(survivor) ?? new Map<Key, Write | undefined>();
      known.set(survivor, ofSurvivor);
      if (!ofSurvivor.has(k)) {
        const others = (this.#committed.get(k) ?? []).filter(({ writer }) => writer !== survivor);
        ofSurvivor.set(k, isLater(survivor, others));
      }
      const later = ofSurvivor.get(k);
      if (later === undefined) return [];
      const kept = { value, survivor: taggedOp(survivor.op) };
      return [{ node, key, why: keyword(order), ...kept, ...lostWrite(later) }];
    });
  }

  #laterByCause(): (survivor: Transaction, others: readonly Write[]) => Write | undefined {
    let causes: ReturnType<typeof causality> | undefined;
    return (survivor, others) => {
      // A follower completes after the survivor began. So most survivors have no candidates, and
      // every chain from a survivor to a candidate began before the last candidate completed.
      const later = others.filter(({ writer }) => writer.op.index > survivor.invocation.index);
      if (later.length === 0) return undefined;
      causes ??= causality(this.#all);
      const horizon = later.reduce((latest, { writer }) => Math.max(latest, writer.op.index), -1);
      const isNear = (v: number) => (this.#all[v]?.invocation.index ?? Infinity) < horizon;
      const followers = reachableFrom(causes, survivor.id, isNear);
      return later.find(({ writer }) => followers.has(writer.id));
    };
  }

  /** Reads that found nothing where their own process had written before. */
  forgottenWrites(): EdnObject[] {
    const written = new Map<Op["process"], Map<Key, Write>>();
    const cases: EdnObject[] = [];
    for (const transaction of this.#all) {
      const { type, op, mops } = transaction;
      if (type !== "ok") continue;
      const ofProcess = written.get(op.process) ?? new Map<Key, Write>();
      written.set(op.process, ofProcess);
      for (const { isRead, key, k, value } of mops) {
        const earlier = isRead && value === null ? ofProcess.get(k) : undefined;
        if (earlier !== undefined) cases.push({ key, op: taggedOp(op), ...lostWrite(earlier) });
      }
      for (const { k, value } of lastWrites(transaction)) {
        ofProcess.set(k, { value, writer: transaction });
      }
    }
    return cases;
  }

  /** Counts which nodes took values from which. */
  replication(nodeOf: (process: number) => string | undefined) {
    const origin = ({ op }: Transaction) =>
      typeof op.process === "number" ? nodeOf(op.process) : undefined;
    const holdings = this.#holdings.flatMap(({ node, k, value }) => {
      const writer = value === null ? undefined : this.#writers.get(k, value);
      return writer === undefined ? [] : [{ node, from: origin(writer) }];
    });
    const origins = [...this.#committed.values()].flat().map(({ writer }) => origin(writer));
    const differs = (node: string) =>
      [...this.#keys.keys()].some((k) => {
        const values = this.#valuesOf(k);
        return [...values.values()].some((other) =>
          keyOf(other) !== keyOf(values.get(node) ?? null)
        );
      });
    return [...this.#states.keys()].map((node) => {
      const received = holdings.filter((held) => held.node === node && held.from !== node).length;
      const sent = holdings.filter((held) => held.node !== node && held.from === node).length;
      const own = origins.filter((from) => from === node).length;
      const elsewhere = origins.length - own;
      const isIsolated = received === 0 && elsewhere > 0 && differs(node);
      return { node, isIsolated, figures: { "own-writes": own, received, sent } };
    });
  }

  /** Finds cycles, given that a value that survived everywhere is the last version of its key. */
  cycles(forbidden: ReadonlySet<string>): Anomalies {
    const { keys } = keyHistories(this.#all);
    for (const k of this.#keys.keys()) if (this.#agrees(k)) this.#endWithSurvivor(keys, k);
    const anomalies = findTransactionCycles(this.#all, keys, forbidden);
    anomalies.delete("empty-transaction-graph");
    return anomalies;
  }

  #endWithSurvivor(keys: KeyHistories, k: Key): void {
    const versions = keys.ofKey(k);
    const [value = null] = this.#valuesOf(k).values();
    const last = versions?.get(keyOf(value));
    // A survivor that other versions are known to follow shows a lost write, not an order.
    if (versions === undefined || last === undefined || value === null) return;
    if (keys.next(last).length > 0) return;
    const initial = versions.get(null); // which comes before all others as it is
    for (const version of versions.values()) {
      if (version !== last && version !== initial) keys.link(version, last);
    }
  }
}

function lostWrite({ value, writer }: Write): EdnObject {
  return { "lost-value": value, "lost-op": taggedOp(writer.op) };
}

/** Returns a transaction's last write to each key. */
function lastWrites({ mops }: Transaction): Iterable<MicroOp> {
  const last = new Map<Key, MicroOp>();
  for (const mop of mops) if (!mop.isRead) last.set(mop.k, mop);
  return last.values();
}

function laterInRealTime(survivor: Transaction, others: readonly Write[]): Write | undefined {
  if (survivor.type !== "ok") return undefined;
  return others.find(({ writer }) => writer.invocation.index > survivor.op.index);
}
