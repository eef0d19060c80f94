/**
 * Random transactions over a pool of keys, as Elle makes them for the transactional workloads and,
 * one micro-operation long, for the logs.
 *
 * The pool has a fixed number of places. Each place is twice as likely as the one before, so the last
 * takes half of all operations: a few keys are contended, the rest live long. The writes to a key are
 * 1, 2, 3, …, so that a value identifies its write; once a key has had its maximum of writes, a new
 * key takes its place. Source: `wr-txns` of jepsen-io/elle.
 *
 * @module
 */
import type { Random } from "../random.ts";

/** A read of a key, or the write of a value to it. */
export interface MicroOp {
  readonly f: "read" | "write";
  readonly key: number;
  /** The value of a write: the number of writes to the key, this one included. Null for a read. */
  readonly value: number | null;
}

/** The shape of transactions, under the names of Maelstrom's options. */
interface TxnOptions {
  /** Keys in use at a time, at least 1. */
  readonly keyCount: number;
  /** Most micro-operations in a transaction, at least 1; lengths are uniform. */
  readonly maxTxnLength: number;
  /** Writes to a key before another takes its place, at least 1. */
  readonly maxWritesPerKey: number;
}

/** Makes an endless supply of transactions: every call returns the next. */
export function generateTransactions(options: TxnOptions, random: Random): () => MicroOp[] {
  const pool = new KeyPool(options, random);
  return () => {
    const length = 1 + random.int(options.maxTxnLength);
    return Array.from({ length }, () => pool.draw());
  };
}

/** The keys in use, each with its number of writes. */
class KeyPool {
  readonly #maxWritesPerKey: number;
  readonly #random: Random;
  readonly #keys: number[];
  readonly #writes = new Map<number, number>();
  #newest: number;

  constructor({ keyCount, maxWritesPerKey }: TxnOptions, random: Random) {
    this.#maxWritesPerKey = maxWritesPerKey;
    this.#random = random;
    this.#keys = Array.from({ length: keyCount }, (_, key) => key);
    this.#newest = keyCount - 1;
  }

  draw(): MicroOp {
    for (;;) {
      const f = this.#random.chance(0.5) ? "write" : "read";
      const place = this.#place();
      const key = this.#keys[place] ?? 0;
      if (f === "read") return { f, key, value: null };
      const value = (this.#writes.get(key) ?? 0) + 1;
      if (value <= this.#maxWritesPerKey) {
        this.#writes.set(key, value);
        return { f, key, value };
      }
      // A new key takes the place, but the draw starts over: a retired key makes reads likelier.
      this.#writes.delete(key);
      this.#keys[place] = ++this.#newest;
    }
  }

  /** Draws a place in the pool: i with probability 2^i / (2^places − 1). */
  #place(): number {
    const places = this.#keys.length;
    const point = 1 + this.#random.fraction() * (2 ** places - 1);
    return Math.min(Math.floor(Math.log2(point)), places - 1);
  }
}
