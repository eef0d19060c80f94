/**
 * The order in which Bifurcan's hash maps yield integers.
 *
 * Of the many cycles of a component, Elle reports the first it finds, and it visits operations in
 * the order of an immutable hash map of the Bifurcan library (a CHAMP trie: Steindorfer and Vinju,
 * "Optimizing Hash-Array Mapped Tries", 2015): level by level by five bits of the hash, entries that
 * are alone in their slot first. To name the same cycle and the same anomaly as Maelstrom, the
 * search here follows that order.
 *
 * @module
 */
import { clojureHash } from "../../history/clojure_order.ts";

const BITS = 5;
const SLOTS = 1 << BITS;

/**
 * Sorts items as a trie that holds just these items yields them.
 *
 * @param hashOf returns an item's hash, from {@linkcode bifurcanHash}.
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

/** Bifurcan's hash of an integer: Clojure's, with its high bits mixed into the low ones. */
export function bifurcanHash(integer: number): number {
  const hash = clojureHash(integer);
  // Bifurcan widens the hash to 64 bits, a negative one with ones, before it folds the halves.
  const folded = hash < 0 ? ~hash : hash;
  const spread = folded ^ (folded >>> 20) ^ (folded >>> 12);
  return spread ^ (spread >>> 7) ^ (spread >>> 4);
}
