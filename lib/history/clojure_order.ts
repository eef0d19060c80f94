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
import {
  BigInteger,
  type Decimal,
  type EdnNumber,
  Float,
  isEdnNumber,
  Ratio,
  withoutTrailingZeros,
} from "./numbers.ts";
import {
  Char,
  type Edn,
  entriesOf,
  isEdnObject,
  itemsOf,
  Keyword,
  splitName,
  Sym,
  Tagged,
} from "./values.ts";

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
    .map((item) => ({ item, rank: hashRank(keyOf(item)) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/**
 * Returns where a value stands in a hash set: its hash with the five-bit digits in reverse, so that
 * numeric order is the trie's order.
 */
export function hashRank(value: Edn): number {
  const hash = clojureHash(value);
  let rank = 0;
  for (let shift = 0; shift < 32; shift += 5) rank = rank * 32 + ((hash >>> shift) & 31);
  return rank;
}

/**
 * Returns Clojure's hash of a value, as a signed 32-bit integer. A tagged map is taken for a record,
 * such as an operation; any other tagged value has the hash 0, and so keeps its order of insertion.
 */
export function clojureHash(value: Edn): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return hashLong(value);
  if (typeof value === "string") return hashInt(javaStringHash(value));
  if (value === null) return 0;
  if (typeof value === "boolean") return value ? 1231 : 1237;
  if (value instanceof Keyword) return (hashName(value.name) + 0x9e3779b9) | 0;
  if (value instanceof Sym) return hashName(value.name);
  if (value instanceof Char) return value.unit.charCodeAt(0);
  if (isEdnNumber(value)) return hashNumber(value);
  if (value instanceof Tagged) {
    return isEdnObject(value.value) ? hashName(value.tag) ^ clojureHash(value.value) : 0;
  }
  if (value instanceof Set) return hashUnordered(itemsOf(value));
  if (value instanceof Map || isEdnObject(value)) return hashUnordered(entriesOf(value));
  return hashOrdered(itemsOf(value));
}

/** Returns Java's hash of a list, integer or string; of any other value, {@linkcode clojureHash}. */
export function javaHash(value: Edn): number {
  if (typeof value === "string") return javaStringHash(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    return (value | 0) ^ (Math.floor(value / 2 ** 32) | 0);
  }
  if (!Array.isArray(value)) return clojureHash(value);
  return value.reduce((hash: number, item: Edn) => (Math.imul(hash, 31) + javaHash(item)) | 0, 1);
}

function hashName(full: string): number {
  const [space, name] = splitName(full);
  return hashCombine(hashChars(name), javaStringHash(space));
}

function hashOrdered(items: readonly Edn[]): number {
  return hashCollection(
    items.reduce(
      (hash: number, item) => (Math.imul(hash, 31) + clojureHash(item)) | 0,
      1,
    ),
    items.length,
  );
}

function hashUnordered(items: readonly Edn[]): number {
  return hashCollection(
    items.reduce((hash: number, item) => (hash + clojureHash(item)) | 0, 0),
    items.length,
  );
}

function hashCollection(hash: number, size: number): number {
  return finish(mix(0, hash), size);
}

/** Integers that fit into 64 bits hash as longs, all other numbers as their Java classes do. */
function hashNumber(value: EdnNumber): number {
  if (typeof value === "number") return hashDouble(value);
  if (typeof value === "bigint") return hashInteger(value);
  if (value instanceof Float) return hashDouble(value.value);
  if (value instanceof BigInteger) return hashInteger(value.value);
  if (value instanceof Ratio) return hashBits(value.numerator) ^ hashBits(value.denominator);
  return hashDecimal(withoutTrailingZeros(value));
}

function hashInteger(value: bigint): number {
  if (BigInt.asIntN(64, value) !== value) return hashBits(value);
  return value === 0n ? 0 : hashHalves(Number(value & 0xffffffffn) | 0, Number(value >> 32n) | 0);
}

function hashDouble(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value === 0 ? 0 : value);
  return view.getInt32(0) ^ view.getInt32(4);
}

function hashDecimal({ unscaled, scale }: Decimal): number {
  return (Math.imul(31, hashBits(unscaled)) + scale) | 0;
}

/** The hash of Java's `BigInteger`: its magnitude in digits of 32 bits, the highest first. */
function hashBits(value: bigint): number {
  let hash = 0;
  let power = 1;
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 32n) {
    hash = (hash + Math.imul(Number(rest & 0xffffffffn) | 0, power)) | 0;
    power = Math.imul(power, 31);
  }
  return value < 0n ? -hash | 0 : hash;
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
  return hashHalves(value | 0, Math.floor(value / 2 ** 32) | 0);
}

function hashHalves(low: number, high: number): number {
  return finish(mix(mix(0, low), high), 8);
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
