/**
 * The order in which a hash trie yields integers.
 *
 * Of the many cycles of a component Elle reports the first it comes upon, and it goes through
 * operations in the order of an immutable hash map (Steindorfer and Vinju, "Optimizing Hash-Array
 * Mapped Tries", 2015): level by level by five bits of the hash, what is alone in its slot first.
 * To name the same cycle and the same anomaly as Maelstrom, the search here follows that order.
 *
 * @module
 */

const BITS = 5;
const SLOTS = 1 << BITS;

/**
 * Sorts items by the place their numbers' hashes have in a trie that holds just these items.
 *
 * @param hashOf an item's hash, from {@linkcode trieHash}.
 */
export function inTrieOrder<T>(items: readonly T[], hashOf: (item: T) => number): T[] {
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

/** The hash of a number in [0, 2³¹): 32-bit MurmurHash3 (Appleby) of it as a long, spread out. */
export function trieHash(number: number): number {
  const murmur = number === 0 ? 0 : finish(mix(mix(0, number), 0) ^ 8);
  // A negative hash is widened to 64 bits with ones before its halves are folded together.
  const folded = murmur < 0 ? ~murmur : murmur;
  const spread = folded ^ (folded >>> 20) ^ (folded >>> 12);
  return spread ^ (spread >>> 7) ^ (spread >>> 4);
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotateLeft(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
