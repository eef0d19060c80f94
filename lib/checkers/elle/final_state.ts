/**
 * A check of registers that is stronger than Maelstrom's, where the state at the end is known.
 *
 * Maelstrom sees only what clients were told. A node that keeps its writes to itself, or answers
 * `nil` to every read, passes its check of weak models, since registers reveal so little order. But
 * when every node's state is known after the network healed and came to rest, more can be said:
 *
 * - replicas must hold the same value for a key;
 * - that value must be the last some transaction wrote to the key, and not of one that failed;
 * - a committed write may be gone only if the surviving one may come later. It may not where the
 *   lost write causally follows the survivor: the same process did one after the other, or one
 *   transaction read what another wrote, in any chain of these. Designs that promise more ask for
 *   real time instead: a write that began after the survivor was acknowledged;
 * - the surviving value ends the key's order of versions. That puts every other writer of the key
 *   before its writer, and reveals the G0 that Maelstrom cannot see: of two transactions that wrote
 *   two keys, each survived on one;
 * - a process that wrote a key must not find it empty later.
 *
 * Nothing here belongs to Maelstrom's verdict, and it is reported apart from it.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  itemsOf,
  keyword,
  List,
  printEdn,
} from "../../history/edn.ts";
import { type Op, opFromEdn, taggedOp } from "../../history/operations.ts";
import type { CheckOptions, Explain, Result } from "../checker.ts";
import { UNKNOWN } from "../checker.ts";
import type { Anomalies } from "./cycles.ts";
import { explainRwRegister } from "./explain.ts";
import { at, EdgeList, type Graph, WR } from "./graph.ts";
import { linkProcesses } from "./temporal_order.ts";
import { cyclesBetween, type KeyHistories, keyHistories, orderVersions } from "./rw_register.ts";
import {
  failedWrites,
  intermediateWrites,
  orUnknown,
  type Transaction,
  transactions,
  WriteIndex,
} from "./transaction.ts";
import { forbiddenAnomalies, verdict } from "./verdict.ts";
import { type Key, keyOf } from "../../history/equality.ts";

/** Each node's registers at the end, by node and key. */
export type FinalStates = ReadonlyMap<string, ReadonlyMap<Edn, Edn>>;

/** What a design promises, beyond convergence. */
export interface FinalStateOptions extends CheckOptions {
  /** Models whose cycles are looked for with the versions' order; `read-committed` by default. */
  readonly consistencyModels?: readonly string[];
  /** Whether a write must survive an earlier one in real time, or only causally, the default. */
  readonly order?: "causal" | "realtime";
  /** The node a process talks to; by default, as in Maelstrom, they take turns. */
  readonly nodeOf?: (process: number) => string | undefined;
}

/** Cases of one kind that a result lists; all are counted. */
const LISTED = 16;

/**
 * Holds a history of `:txn` operations over registers against the state it left behind.
 *
 * Call it only when replication has had time to finish. The result has `:valid?`, unknown where no
 * state is given; `:divergent`, `:lost`, `:wrong-values` and `:forgotten`, each with the first cases
 * and a `…-count`; `:never-replicates`, nodes that took nothing from others while they differ;
 * `:replication`, per node how many keys' values came from elsewhere or went elsewhere;
 * `:anomaly-types` and `:anomalies` for cycles, in Maelstrom's shape; and, for information where only
 * causality is promised, `:overtaken-count`, keys on which an earlier write in real time survived.
 */
export function checkFinalState(
  history: readonly Op[],
  finalStates: FinalStates,
  options: FinalStateOptions = {},
): Result {
  return orUnknown(() => {
    if (finalStates.size === 0) return { "valid?": UNKNOWN, error: { cause: "no final state" } };
    const forbidden = forbiddenAnomalies(options.consistencyModels ?? ["read-committed"]);
    const end = new FinalState(transactions(history, "w"), finalStates);
    const divergent = end.divergentKeys();
    const wrong = end.wrongValues();
    const lost = [...end.missing(), ...end.undone(options.order ?? "causal")];
    const overtaken = options.order === "realtime" ? [] : end.undone("realtime");
    const forgotten = end.forgottenWrites();
    const replication = end.replication(options.nodeOf ?? takingTurns([...finalStates.keys()]));
    const cycles = verdict(end.cycles(forbidden), forbidden);
    const violations = [divergent, wrong, lost, forgotten].flat();
    return {
      "valid?": violations.length > 0 ? false : cycles["valid?"],
      "key-count": end.keyCount,
      ...listed("divergent", divergent),
      "never-replicates": replication.filter(({ isStuck }) => isStuck).map(({ node }) => node),
      replication: new Map(replication.map(({ node, figures }) => [node, figures])),
      ...listed("lost", lost),
      ...listed("wrong-values", wrong),
      ...listed("forgotten", forgotten),
      "overtaken-count": new Set(overtaken.map(({ key }) => keyOf(key ?? null))).size,
      "anomaly-types": cycles["anomaly-types"] ?? new List(),
      anomalies: cycles.anomalies ?? null,
    };
  });
}

function listed(name: string, cases: readonly EdnObject[]): EdnObject {
  return { [`${name}-count`]: cases.length, [name]: cases.slice(0, LISTED) };
}

function takingTurns(nodes: readonly string[]): (process: number) => string | undefined {
  return (process) => nodes[process % nodes.length];
}

/** A committed transaction's last write to a key. */
interface Write {
  readonly value: Edn;
  readonly writer: Transaction;
}

/** A value that a node holds at the end. */
interface Holding {
  readonly node: string;
  readonly key: Edn;
  readonly k: Key;
  readonly value: Edn;
}

/** A history beside the state it ended in. */
class FinalState {
  readonly #all: readonly Transaction[];
  readonly #states: ReadonlyMap<string, ReadonlyMap<Key, Edn>>;
  readonly #keys = new Map<Key, Edn>();
  /** Committed last writes by key. */
  readonly #committed = new Map<Key, Write[]>();
  /** Writers of every last write that took place or may have. */
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
  }

  get keyCount(): number {
    return this.#keys.size;
  }

  /** What each node holds for each key; `null` where it holds nothing. */
  #holdings(): Holding[] {
    return [...this.#keys].flatMap(([k, key]) =>
      [...this.#states].map(([node, state]) => ({ node, key, k, value: state.get(k) ?? null }))
    );
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

  /** Values that are nobody's last write, or are of a transaction that failed. */
  wrongValues(): EdnObject[] {
    const [failed, intermediate] = [failedWrites(this.#all), intermediateWrites(this.#all)];
    return this.#holdings().flatMap(({ node, key, k, value }) => {
      if (value === null || this.#writers.get(k, value) !== undefined) return [];
      const [aborted, replaced] = [failed.get(k, value), intermediate.get(k, value)];
      const why = aborted ? "aborted" : replaced ? "intermediate" : "never-written";
      const writer = aborted ?? replaced;
      return [{
        node,
        key,
        value,
        why: keyword(why),
        ...(writer && { writer: taggedOp(writer.op) }),
      }];
    });
  }

  /** Keys that a node has nothing for, though a write to them committed. */
  missing(): EdnObject[] {
    return this.#holdings().flatMap(({ node, key, k, value }) => {
      const [write] = this.#committed.get(k) ?? [];
      if (value !== null || write === undefined) return [];
      return [{ node, key, why: keyword("missing"), ...lostWrite(write) }];
    });
  }

  /** Values that survived a committed write which comes later in an order. */
  undone(order: "causal" | "realtime"): EdnObject[] {
    const isLater = order === "realtime" ? laterInRealTime : this.#laterByCause();
    const known = new Map<Transaction, Map<Key, Write | undefined>>();
    return this.#holdings().flatMap(({ node, key, k, value }) => {
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
    const causes = causality(this.#all);
    return (survivor, others) => {
      // What follows something completes after that began. So most survivors have no candidates,
      // and between one and its candidates lies only what began before the last of them ended.
      const later = others.filter(({ writer }) => writer.op.index > survivor.invocation.index);
      const horizon = later.reduce((latest, { writer }) => Math.max(latest, writer.op.index), -1);
      const isNear = (v: number) => (this.#all[v]?.invocation.index ?? Infinity) < horizon;
      const followers = reachableFrom(causes, survivor.id, isNear);
      return later.find(({ writer }) => followers.has(writer.id));
    };
  }

  /** First reads of a key that found nothing after their own process had written it. */
  forgottenWrites(): EdnObject[] {
    const written = new Map<Op["process"], Map<Key, Write>>();
    return this.#all.filter(({ type }) => type === "ok").flatMap((transaction) => {
      const { op, mops } = transaction;
      const ofProcess = written.get(op.process) ?? new Map<Key, Write>();
      written.set(op.process, ofProcess);
      const cases = mops.flatMap(({ isRead, key, k, value }) => {
        const earlier = isRead && value === null ? ofProcess.get(k) : undefined;
        return earlier === undefined ? [] : [{ key, op: taggedOp(op), ...lostWrite(earlier) }];
      });
      for (const { k, value } of lastWrites(transaction)) {
        ofProcess.set(k, { value, writer: transaction });
      }
      return cases;
    });
  }

  /** Who took values from whom. */
  replication(nodeOf: (process: number) => string | undefined) {
    const origin = ({ op }: Transaction) =>
      typeof op.process === "number" ? nodeOf(op.process) : undefined;
    const holdings = this.#holdings().flatMap(({ node, k, value }) => {
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
      const isStuck = received === 0 && elsewhere > 0 && differs(node);
      return { node, isStuck, figures: { "own-writes": own, received, sent } };
    });
  }

  /** Cycles, given that what survived everywhere is the last version of its key. */
  cycles(forbidden: ReadonlySet<string>): Anomalies {
    const keys = keyHistories(this.#all);
    orderVersions(this.#all, keys);
    for (const k of this.#keys.keys()) if (this.#agrees(k)) this.#endWithSurvivor(keys, k);
    const anomalies = cyclesBetween(this.#all, keys, forbidden);
    anomalies.delete("empty-transaction-graph");
    return anomalies;
  }

  #endWithSurvivor(keys: KeyHistories, k: Key): void {
    const versions = keys.get(k);
    const [value = null] = this.#valuesOf(k).values();
    const last = versions?.get(keyOf(value));
    // A survivor that other versions are known to follow is a lost write, and proves no order.
    if (versions === undefined || last === undefined || value === null || last.next.size > 0) {
      return;
    }
    for (const version of versions.values()) if (version !== last) version.next.add(last);
  }
}

function lostWrite({ value, writer }: Write): EdnObject {
  return { "lost-value": value, "lost-op": taggedOp(writer.op) };
}

/** A transaction's last write to each key. */
function lastWrites({ mops }: Transaction) {
  return [...new Map(mops.filter(({ isRead }) => !isRead).map((mop) => [mop.k, mop])).values()];
}

function laterInRealTime(survivor: Transaction, others: readonly Write[]): Write | undefined {
  if (survivor.type !== "ok") return undefined;
  return others.find(({ writer }) => writer.invocation.index > survivor.op.index);
}

/** Process order, and who read whose writes. */
function causality(all: readonly Transaction[]): Graph {
  const edges = new EdgeList();
  linkProcesses(all, edges);
  const writers = new WriteIndex();
  for (const transaction of all) {
    for (const { isRead, k, value } of transaction.mops) {
      if (!isRead) writers.add(k, value, transaction);
    }
  }
  for (const reader of all) {
    if (reader.type !== "ok") continue;
    for (const { isRead, k, value } of reader.mops) {
      const writer = isRead && value !== null ? writers.get(k, value) : undefined;
      if (writer !== undefined && writer !== reader) edges.link(writer.id, reader.id, WR);
    }
  }
  return edges.toGraph(all.length);
}

/** The vertices that some path leads to from another, through those that satisfy a condition. */
function reachableFrom(
  { offsets, targets }: Graph,
  start: number,
  isNear: (vertex: number) => boolean,
): Set<number> {
  const seen = new Set<number>();
  const queue = [start];
  for (const v of queue) {
    for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
      const to = at(targets, edge);
      if (seen.has(to) || !isNear(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}

/** Says what {@linkcode checkFinalState} found, worst first. */
export const explainFinalState: Explain = (result) => {
  const cycles = explainRwRegister({ anomalies: result.anomalies, error: result.error });
  return [
    ...stuckInWords(result),
    ...section(result, "divergent", "the replicas disagree on # at the end", divergentInWords),
    ...section(result, "lost", "# lost without a newer one in its place", lostInWords, "write"),
    ...section(result, "wrong-values", "# at the end that no committed write left", wrongInWords),
    ...section(
      result,
      "forgotten",
      "# missed what its own process wrote",
      forgottenInWords,
      "read",
    ),
    ...cycles,
  ];
};

const print = (value: Edn | undefined) => printEdn(value ?? null);

function stuckInWords({ "never-replicates": stuck, replication }: EdnObject): string[] {
  return itemsOf(stuck).map((node) => {
    const figures = replication instanceof Map ? replication.get(node) : undefined;
    const sent = isEdnObject(figures) ? figures.sent : undefined;
    const both = sent === 0 ? " and none of its own reached another" : "";
    return `${String(node)} never replicates: no write of another node reached it${both}.`;
  });
}

function section(
  result: EdnObject,
  name: string,
  title: string,
  inWords: (entry: EdnObject) => string,
  noun = name === "divergent" ? "key" : "value",
): string[] {
  const count = Number(result[`${name}-count`] ?? 0);
  if (count === 0) return [];
  const told = itemsOf(result[name]).filter(isEdnObject).slice(0, 3);
  const rest = count - told.length;
  const counted = `${count} ${noun}${count === 1 ? "" : "s"}`;
  const sentence = title.replace("#", counted);
  return [
    `${sentence[0]?.toUpperCase() ?? ""}${sentence.slice(1)}.`,
    ...told.map((entry) => `  ${inWords(entry)}`),
    ...(rest > 0 ? [`  … and ${rest} more like it.`] : []),
  ];
}

function divergentInWords({ key, values }: EdnObject): string {
  const held = values instanceof Map ? [...values] : [];
  return `key ${print(key)}: ${
    held.map(([node, value]) => `${String(node)} has ${print(value)}`).join(", ")
  }.`;
}

function lostInWords(entry: EdnObject): string {
  const { node, key, value, survivor, why } = entry;
  const lost = `the ${print(entry["lost-value"])} that ${operation(entry["lost-op"])} wrote`;
  if (why === keyword("missing")) {
    return `${String(node)} has nothing for key ${print(key)}, not even ${lost}.`;
  }
  const later = why === keyword("causal")
    ? "which causally came first"
    : "which had completed before that began";
  return `${String(node)} has ${print(value)} for key ${print(key)}, by ${
    operation(survivor)
  }, ${later}; ${lost} is gone.`;
}

function wrongInWords({ node, key, value, why, writer }: EdnObject): string {
  const by = writer === undefined ? "" : `, by ${operation(writer)}`;
  return `${String(node)} has ${print(value)} for key ${print(key)}${by}: ${print(why).slice(1)}.`;
}

function forgottenInWords(entry: EdnObject): string {
  return `${operation(entry.op)} found nothing for key ${print(entry.key)}, where ${
    operation(entry["lost-op"])
  } had written ${print(entry["lost-value"])}.`;
}

function operation(op: Edn | undefined): string {
  const { process, index } = opFromEdn(op ?? null);
  return `process ${process}'s operation ${index}`;
}
