/**
 * The order in which Clojure walks its maps and sets.
 *
 * Maelstrom's checkers list keys and errors in the order of Clojure's collections, and cut many of
 * those lists to the first few. To show the same ones, ours iterate in that order: a map of up to
 * eight entries in order of insertion, a larger one, and every set, along the branches of a hash trie
 * (32 ways a level, the lowest five bits of the hash first). The hash is 32-bit Murmur3
 * (Austin Appleby, public domain) as Clojure applies it to each kind of value.
 *
 * @module
 */
import { type Edn, Keyword } from "./edn.ts";

/** A map grows from an array into a hash trie with its ninth entry. */
const ARRAY_MAP_ENTRIES = 8;

/** Orders distinct keys, given in order of insertion, as a Clojure map does. */
export function mapOrder<K extends Edn>(keys: Iterable<K>): K[] {
  const inserted = [...keys];
  return inserted.length <= ARRAY_MAP_ENTRIES ? inserted : setOrder(inserted);
}

/** Orders the entries of a map as a Clojure map of the same insertions does. */
export function entriesInMapOrder<K extends Edn, V>(map: ReadonlyMap<K, V>): [K, V][] {
  const entries = [...map];
  return entries.length <= ARRAY_MAP_ENTRIES ? entries : inTrieOrder(entries, ([key]) => key);
}

/** Orders distinct values as a Clojure hash set does. */
export function setOrder<V extends Edn>(values: Iterable<V>): V[] {
  return inTrieOrder([...values], (value) => value);
}

function inTrieOrder<T>(items: T[], keyOf: (item: T) => Edn): T[] {
  if (items.length < 2) return items;
  return items
    .map((item) => ({ item, rank: trieRank(clojureHash(keyOf(item))) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** The hash with its five-bit digits in reverse, so that numeric order is the trie's order. */
function trieRank(hash: number): number {
  let rank = 0;
  for (let shift = 0; shift < 32; shift += 5) rank = rank * 32 + ((hash >>> shift) & 31);
  return rank;
}

/**
 * Returns Clojure's hash of an integer, a string or a keyword, as a signed 32-bit integer; 0 for any
 * other value, which then keeps its order of insertion.
 */
export function clojureHash(value: Edn): number {
  if (typeof value === "string") return hashInt(javaStringHash(value));
  if (typeof value === "number" && Number.isSafeInteger(value)) return hashLong(value);
  if (value instanceof Keyword) {
    return (hashCombine(hashChars(value.name), 0) + 0x9e3779b9) | 0;
  }
  return 0;
}

function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

function hashInt(value: number): number {
  return value === 0 ? 0 : finish(mix(0, value), 4);
}

function hashLong(value: number): number {
  if (value === 0) return 0;
  const high = Math.floor(value / 2 ** 32) | 0;
  return finish(mix(mix(0, value | 0), high), 8);
}

function hashChars(text: string): number {
  let hash = 0;
  for (let i = 1; i < text.length; i += 2) {
    hash = mix(hash, text.charCodeAt(i - 1) | (text.charCodeAt(i) << 16));
  }
  if (text.length % 2 === 1) hash ^= scramble(text.charCodeAt(text.length - 1));
  return finish(hash, 2 * text.length);
}

function hashCombine(seed: number, hash: number): number {
  return seed ^ ((hash + 0x9e3779b9 + (seed << 6) + (seed >> 2)) | 0);
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

function mix(hash: number, block: number): number {
  const h = hash ^ scramble(block);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, length: number): number {
  let h = hash ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
