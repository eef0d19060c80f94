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
import type { WorkloadOptions } from "./workload.ts";

/** A read of a key, or the write of a value to it. */
export interface MicroOp {
  readonly f: "read" | "write";
  readonly key: number;
  /** The value of a write: the number of writes to the key, this one included. Null for a read. */
  readonly value: number | null;
}

/** Makes an endless supply of transactions: every call returns the next. Lengths are uniform. */
export function generateTransactions(
  { keyCount, maxTxnLength, maxWritesPerKey }: Pick<
    WorkloadOptions,
    "keyCount" | "maxTxnLength" | "maxWritesPerKey"
  >,
  random: Random,
): () => MicroOp[] {
  /** The key in each place of the pool. */
  const keys = Array.from({ length: keyCount }, (_, key) => key);
  const writes = new Map<number, number>();
  let newest = keyCount - 1;

  /** Draws a place: i with probability 2^i / (2^places − 1). */
  function drawPlace(): number {
    const point = 1 + random.fraction() * (2 ** keyCount - 1);
    return Math.min(Math.floor(Math.log2(point)), keyCount - 1);
  }

  function draw(): MicroOp {
    for (;;) {
      const f = random.chance(0.5) ? "write" : "read";
      const place = drawPlace();
      const key = keys[place] ?? 0;
      if (f === "read") return { f, key, value: null };
      const value = (writes.get(key) ?? 0) + 1;
      if (value <= maxWritesPerKey) {
        writes.set(key, value);
        return { f, key, value };
      }
      // A new key takes the place, but the draw starts over: a retired key makes reads likelier.
      writes.delete(key);
      keys[place] = ++newest;
    }
  }

  return () => Array.from({ length: 1 + random.int(maxTxnLength) }, draw);
}
