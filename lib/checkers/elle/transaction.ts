/**
 * Histories of transactions, and the anomalies that need no graph.
 *
 * A transaction's value in a history is a list of micro-operations: `[:r 3 nil]` reads key 3,
 * `[:w 3 1]` writes a register, `[:append 3 1]` appends to a list. Only an `ok` completion shows what
 * a transaction read; its writes took place if it is `ok`, did not if it is `fail`, and may have if
 * it is `info` or never completed.
 *
 * @module
 */
import { type Edn, Keyword, printEdn } from "../../history/edn.ts";
import { type Key, keyOf } from "../../history/equality.ts";
import { type Op, type OpPair, pairs, taggedOp } from "../../history/operations.ts";
import { type Result, UNKNOWN } from "../checker.ts";
import { TooManyEdgesError } from "./graph.ts";

/** One read or write in a transaction. */
export interface MicroOp {
  readonly isRead: boolean;
  readonly key: Edn;
  /** The key in a form for a `Map`, from {@linkcode keyOf}. */
  readonly k: Key;
  /** What was read or written; `null` for a read whose value is unknown. */
  readonly value: Edn;
  /** The micro-operation as the history has it. */
  readonly edn: Edn;
}

/** A transaction: its invocation and completion. */
export interface Transaction {
  /** Its place among the history's transactions, by completion. */
  readonly id: number;
  readonly type: "ok" | "fail" | "info";
  readonly invocation: Op;
  /** Its completion, or the invocation where the history ends before it. */
  readonly op: Op;
  readonly mops: readonly MicroOp[];
}

/** Thrown where a history cannot be judged; says why. */
export class UncheckableError extends Error {
  override name = "UncheckableError";
}

/**
 * Runs a check; where it finds that it cannot judge, returns `:unknown` with the cause.
 *
 * @throws what the check throws for any other reason.
 */
export function checkOrUnknown(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (error instanceof UncheckableError || error instanceof TooManyEdgesError) {
      return { "valid?": UNKNOWN, error: { cause: error.message } };
    }
    throw error;
  }
}

/**
 * Reads a history's transactions, by completion; those that never completed come last.
 *
 * @param write the micro-operation that writes: `append` or `w`.
 * @throws {UncheckableError} that names an operation whose value is not a list of micro-operations.
 */
export function transactions(history: readonly Op[], write: "append" | "w"): Transaction[] {
  const completedAt = ({ completion }: OpPair) => completion?.index ?? Infinity;
  return pairs(history)
    // Of two that never completed, the difference is NaN, and the invocations decide.
    .sort((a, b) => completedAt(a) - completedAt(b) || a.invocation.index - b.invocation.index)
    .map(({ invocation, completion }, id) => {
      const op = completion ?? invocation;
      const type = op.type === "invoke" ? "info" : op.type;
      return { id, type, invocation, op, mops: parseMicroOps(op, write) };
    });
}

function parseMicroOps(op: Op, write: string): MicroOp[] {
  if (!Array.isArray(op.value)) throw malformed(op, "its value is not a list");
  return op.value.map((edn: Edn) => {
    const [f, key = null, value = null] = Array.isArray(edn) ? edn : [];
    if (!(f instanceof Keyword) || (f.name !== "r" && f.name !== write)) {
      throw malformed(op, `${printEdn(edn)} is neither a read nor :${write}`);
    }
    return { isRead: f.name === "r", key, k: keyOf(key), value, edn };
  });
}

function malformed(op: Op, reason: string): UncheckableError {
  return new UncheckableError(
    `history contained operations other than reads and writes: operation ${op.index}: ${reason}`,
  );
}

/** Transactions by the key and value they wrote. */
export class WriteIndex {
  readonly #writers = new Map<Key, Map<Key, Transaction>>();

  add(k: Key, value: Edn, writer: Transaction): void {
    let ofKey = this.#writers.get(k);
    if (ofKey === undefined) this.#writers.set(k, ofKey = new Map());
    ofKey.set(keyOf(value), writer);
  }

  get(k: Key, value: Edn): Transaction | undefined {
    return this.#writers.get(k)?.get(keyOf(value));
  }

  /** Returns whether any write to a key is known. */
  has(k: Key): boolean {
    return this.#writers.has(k);
  }
}

/** Indexes every write of a failed transaction. */
export function failedWrites(all: readonly Transaction[]): WriteIndex {
  const index = new WriteIndex();
  for (const transaction of all) {
    if (transaction.type !== "fail") continue;
    for (const { isRead, k, value } of transaction.mops) {
      if (!isRead) index.add(k, value, transaction);
    }
  }
  return index;
}

/** Indexes every write that its transaction followed with another to the same key. */
export function intermediateWrites(all: readonly Transaction[]): WriteIndex {
  const index = new WriteIndex();
  for (const transaction of all) {
    const latest = new Map<Key, Edn>();
    for (const { isRead, k, value } of transaction.mops) {
      if (isRead) continue;
      const earlier = latest.get(k);
      if (earlier !== undefined) index.add(k, earlier, transaction);
      latest.set(k, value);
    }
  }
  return index;
}

/**
 * Finds lost updates: two or more committed transactions that read the same version of a key before
 * they wrote the key. Whatever their order, one of them overwrote what it had not seen.
 */
export function lostUpdates(all: readonly Transaction[]): Edn[] {
  interface Group {
    key: Edn;
    value: Edn;
    writers: Transaction[];
  }
  const groups = new Map<Key, Map<Key, Group>>();
  for (const transaction of all) {
    if (transaction.type !== "ok") continue;
    const reads = new Map<Key, Edn>();
    const written = new Set<Key>();
    for (const { isRead, key, k, value } of transaction.mops) {
      const read = reads.get(k);
      if (isRead) {
        if (read === undefined) reads.set(k, value);
      } else if (read !== undefined && !written.has(k)) {
        written.add(k);
        let ofKey = groups.get(k);
        if (ofKey === undefined) groups.set(k, ofKey = new Map());
        const group = ofKey.get(keyOf(read));
        if (group === undefined) {
          ofKey.set(keyOf(read), { key, value: read, writers: [transaction] });
        } else group.writers.push(transaction);
      }
    }
  }
  return [...groups.values()].flatMap((ofKey) => [...ofKey.values()])
    .filter(({ writers }) => writers.length > 1)
    .map(({ key, value, writers }) => ({ key, value, txns: writers.map((t) => taggedOp(t.op)) }));
}

/** Returns the index of a transaction's first micro-operation that matches, or -1. */
export function indexOfMicroOp(
  { mops }: Transaction,
  matches: (mop: MicroOp) => boolean,
): number {
  return mops.findIndex(matches);
}
