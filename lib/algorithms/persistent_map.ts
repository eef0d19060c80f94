/**
 * An immutable map from integers to values, kept in pieces.
 *
 * It is a B+ tree with path copying: leaves hold entries in the order of their keys, inner pieces
 * hold their children's names and smallest keys. A change makes new pieces for the leaves it
 * touches and for the path from each to the top; old and new map share all others. So a map is the
 * name of its top piece: that name denotes that map whatever happens later, and a piece, once read,
 * can be cached for ever. (Driscoll, Sarnak, Sleator and Tarjan, "Making Data Structures
 * Persistent", 1989.)
 *
 * A piece has at most {@linkcode MAX_ENTRIES} entries, so reading or changing a key takes time and
 * pieces in proportion to the logarithm of the number of keys. Keys are never removed.
 *
 * This module knows neither where pieces are stored nor what values are.
 *
 * @module
 */

/** A key and its value. */
export type Entry<V> = [key: number, value: V];

/** A child's smallest key and its name. */
type Child = [first: number, name: string];

/** A piece of a map: entries or children in the order of their keys, at least one. */
export type Piece<V> = { leaf: Entry<V>[] } | { inner: Child[] };

/** Bound on the entries or children of a piece. One that would get more is divided evenly. */
const MAX_ENTRIES = 32;

/** Where pieces are stored. */
export interface Pieces<V> {
  /** Loads a piece by its name. */
  load(name: string): Promise<Piece<V>>;
  /** Stores a new piece, now or soon; returns its name. */
  keep(piece: Piece<V>): string;
}

/** Computes a key's new value from its old one, `undefined` if it has none, and an operand. */
type Change<V> = (before: V | undefined, by: V) => V;

/** Looks up a key's value; `undefined` if it has none. */
export async function lookUp<V>(
  pieces: Pieces<V>,
  top: string | null,
  key: number,
): Promise<V | undefined> {
  for (let name = top; name !== null;) {
    const piece = await pieces.load(name);
    if ("leaf" in piece) return piece.leaf.find(([each]) => each === key)?.[1];
    name = piece.inner.findLast(([first]) => first <= key)?.[1] ?? null;
  }
  return undefined;
}

/**
 * Makes a map that differs in some keys.
 *
 * @param changes The keys and operands of the changes: at least one, no key twice, in any order.
 * @returns The name of the new map's top piece.
 * @throws {RangeError} if there is no change.
 */
export async function changed<V>(
  pieces: Pieces<V>,
  top: string | null,
  changes: readonly Entry<V>[],
  change: Change<V>,
): Promise<string> {
  const sorted = changes.toSorted(([a], [b]) => a - b);
  let tops = top === null
    ? leaves(pieces, mergedEntries([], sorted, change))
    : await changedPiece(pieces, top, sorted, change);
  while (tops.length > 1) tops = inners(pieces, tops);
  const [[, name] = []] = tops;
  if (name === undefined) throw new RangeError("a map cannot be changed by no changes");
  return name;
}

/** What replaces a piece: one changed piece, or the parts into which it was divided. */
async function changedPiece<V>(
  pieces: Pieces<V>,
  name: string,
  changes: readonly Entry<V>[],
  change: Change<V>,
): Promise<Child[]> {
  const piece = await pieces.load(name);
  if ("leaf" in piece) return leaves(pieces, mergedEntries(piece.leaf, changes, change));
  const children = await Promise.all(piece.inner.map((child, i) => {
    const from = i === 0 ? -Infinity : child[0]; // keys below all others go to the first child
    const to = piece.inner[i + 1]?.[0] ?? Infinity;
    const concerning = changes.filter(([key]) => from <= key && key < to);
    if (concerning.length === 0) return [child];
    return changedPiece(pieces, child[1], concerning, change);
  }));
  return inners(pieces, children.flat());
}

function mergedEntries<V>(
  entries: readonly Entry<V>[],
  changes: readonly Entry<V>[],
  change: Change<V>,
): Entry<V>[] {
  const values = new Map(entries);
  for (const [key, by] of changes) values.set(key, change(values.get(key), by));
  return [...values].sort(([a], [b]) => a - b);
}

function leaves<V>(pieces: Pieces<V>, entries: readonly Entry<V>[]): Child[] {
  return parts(entries).map((leaf) => [leaf[0]?.[0] ?? 0, pieces.keep({ leaf })]);
}

function inners<V>(pieces: Pieces<V>, children: readonly Child[]): Child[] {
  return parts(children).map((inner) => [inner[0]?.[0] ?? 0, pieces.keep({ inner })]);
}

/** Splits a list into as few parts as possible, of nearly equal length. */
function parts<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / MAX_ENTRIES);
  const cut = (part: number) => Math.round(part * items.length / count);
  return Array.from({ length: count }, (_, part) => items.slice(cut(part), cut(part + 1)));
}
