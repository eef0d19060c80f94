/**
 * The order in which Bifurcan's hash maps yield operations, and keys.
 *
 * Of the many cycles of a component, Elle reports the first it finds, and it visits operations in
 * the order of an immutable hash map of the Bifurcan library (a CHAMP trie: Steindorfer and Vinju,
 * "Optimizing Hash-Array Mapped Tries", 2015): level by level by five bits of the hash, entries that
 * are alone in their slot first. To name the same cycle and the same anomaly as Maelstrom, the
 * search here follows that order. Jepsen's kafka checker lists keys in it.
 *
 * @module
 */
import { clojureHash, javaHash } from "../../history/clojure_order.ts";
import type { Edn } from "../../history/edn.ts";

const BITS = 5;
const SLOTS = 1 << BITS;

/**
 * Sorts items as a trie that holds just these items yields them.
 *
 * @param hashOf returns an item's hash, from {@linkcode bifurcanHash} or {@linkcode operationHash}.
 */
export function inBifurcanOrder<T>(items: readonly T[], hashOf: (item: T) => number): T[] {
  return itemsAtLevel(items, hashOf, 0);
}

function itemsAtLevel<T>(
  items: readonly T[],
  hashOf: (item: T) => number,
  shift: number,
): T[] {
  if (items.length < 2 || shift >= 32) return [...items];
  const slots: T[][] = Array.from({ length: SLOTS }, () => []);
  for (const item of items) slots[(hashOf(item) >>> shift) % SLOTS]?.push(item);
  const alone = slots.filter(({ length }) => length === 1).flat();
  const crowded = slots.filter(({ length }) => length > 1);
  return [...alone, ...crowded.flatMap((slot) => itemsAtLevel(slot, hashOf, shift + BITS))];
}

/** Bifurcan's hash of an operation, by its index: Clojure's, spread. */
export function operationHash(index: number): number {
  return spread(clojureHash(index));
}

/** Bifurcan's hash of a set of operations, by their indices. */
export function operationsHash(indices: readonly number[]): number {
  return spread(indices.reduce((sum, index) => (sum + clojureHash(index)) | 0, 0));
}

/** Bifurcan's hash of any other value: Java's, spread. */
export function bifurcanHash(value: Edn): number {
  return spread(javaHash(value));
}

/** Mixes the high bits of a hash into the low ones. */
function spread(hash: number): number {
  // Bifurcan widens the hash to 64 bits, a negative one with ones, before it folds the halves.
  const folded = hash < 0 ? ~hash : hash;
  const mixed = folded ^ (folded >>> 20) ^ (folded >>> 12);
  return mixed ^ (mixed >>> 7) ^ (mixed >>> 4);
}
