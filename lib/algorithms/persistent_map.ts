/**
 * A map from whole numbers to values, kept in pieces that never change.
 *
 * It is a B+ tree with path copying: leaves hold entries in the order of their keys, inner pieces hold
 * their children's names and smallest keys. A change makes new pieces for the leaves concerned and for
 * the path from each up to the top; all others are shared between the old map and the new. So a map is
 * the name of its top piece. Whoever knows that name sees that map, whatever happens later; and a
 * piece, once read, can be kept for ever. (Driscoll, Sarnak, Sleator, Tarjan: *Making Data Structures
 * Persistent*, 1989.)
 *
 * A piece has at most {@linkcode MAX_ENTRIES} entries, so that neither reading nor changing a key costs
 * more than the logarithm of the number of keys. Nothing is ever removed.
 *
 * This module knows neither where pieces are kept nor what values are.
 *
 * @module
 */

/** The values of some keys. */
export type Entry<V> = [key: number, value: V];

/** A child's smallest key and its name. */
export type Child = [first: number, name: string];

/** A piece of a map: entries, or children, in the order of keys; never empty. */
export type Piece<V> = { leaf: Entry<V>[] } | { inner: Child[] };

/** Most entries or children of a piece. One that gets more is divided evenly. */
export const MAX_ENTRIES = 32;

/** Where pieces are kept. */
export interface Pieces<V> {
  /** The piece of that name. */
  load(name: string): Promise<Piece<V>>;
  /** Keeps a new piece, at once or soon; returns its name. */
  keep(piece: Piece<V>): string;
}

/** A change of a key's value: from what it was, `undefined` if nothing, to what it will be. */
export type Change<V> = (before: V | undefined, by: V) => V;

/** The value of a key; `undefined` if it has none. */
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
 * The map with some keys changed.
 *
 * @param changes At least one, no key twice, in any order.
 * @returns The name of its top piece.
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

/** What takes a piece's place: itself changed, or the parts it was divided into. */
async function changedPiece<V>(
  pieces: Pieces<V>,
  name: string,
  changes: readonly Entry<V>[],
  change: Change<V>,
): Promise<Child[]> {
  const piece = await pieces.load(name);
  if ("leaf" in piece) return leaves(pieces, mergedEntries(piece.leaf, changes, change));
  const children = await Promise.all(piece.inner.map((child, i) => {
    const from = i === 0 ? -Infinity : child[0]; // what is smaller than all goes to the first
    const to = piece.inner[i + 1]?.[0] ?? Infinity;
    const concerning = changes.filter(([key]) => from <= key && key < to);
    if (concerning.length === 0) return [child];
    return changedPiece(pieces, child[1], concerning, change);
  }));
  return inners(pieces, children.flat());
}

/** Both in the order of keys, and so is the result. */
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

/** As few parts as may be, all but equally long. */
function parts<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / MAX_ENTRIES);
  const cut = (part: number) => Math.round(part * items.length / count);
  return Array.from({ length: count }, (_, part) => items.slice(cut(part), cut(part + 1)));
}
