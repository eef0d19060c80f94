/**
 * Random transactions over a pool of keys, as Elle makes them for the transactional workloads and,
 * one micro-operation long, for the logs.
 *
 * The pool has a fixed number of places. A later place is twice as likely as the one before, so that
 * the last takes half of all operations: a few keys are contended, the rest are long-lived. A key is
 * written 1, 2, 3, …, so that a value tells its write; once it has had as many writes as it may, a
 * key that is new takes its place. Source: `wr-txns` of jepsen-io/elle.
 *
 * @module
 */
import type { Random } from "../random.ts";

/** A read of a key, or the write of a value to it. */
export interface MicroOp {
  readonly f: "read" | "write";
  readonly key: number;
  /** What a write writes: how many writes of the key there were, this one included; else null. */
  readonly value: number | null;
}

/** What transactions look like, under the names of Maelstrom's options. */
export interface TxnOptions {
  /** Keys in use at a time, at least 1. */
  readonly keyCount: number;
  /** Most micro-operations in a transaction, at least 1; lengths are uniform. */
  readonly maxTxnLength: number;
  /** Writes to a key before another takes its place, at least 1. */
  readonly maxWritesPerKey: number;
}

/** An endless supply of transactions: every call makes the next. */
export function transactions(options: TxnOptions, random: Random): () => MicroOp[] {
  const pool = new KeyPool(options, random);
  return () => {
    const length = 1 + random.int(options.maxTxnLength);
    return Array.from({ length }, () => pool.draw());
  };
}

/** The keys in use, and how far each was written. */
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
      // Its place is filled, but what to do is drawn again: a retired key makes reads likelier.
      this.#writes.delete(key);
      this.#keys[place] = ++this.#newest;
    }
  }

  /** A place in the pool: i with probability 2^i / (2^places − 1). */
  #place(): number {
    const places = this.#keys.length;
    const point = 1 + this.#random.fraction() * (2 ** places - 1);
    return Math.min(Math.floor(Math.log2(point)), places - 1);
  }
}
