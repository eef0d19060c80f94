/**
 * A spanning tree that nodes agree on by telling each other their paths to its root.
 *
 * The root is the reachable node of the lowest rank. Each node claims a path to the lowest root it
 * knows: `[]` if it is the root itself, `[root]` for a neighbour of the root, `[parent, …, root]` in
 * general. It takes the best of its neighbours' claims and puts that neighbour in front. Where all
 * links work this is a star; a node that cannot reach the root goes by way of one that can; where
 * the network falls apart, every part gets a root of its own.
 *
 * Choosing the lowest root and the shortest path to it is the spanning tree protocol of bridges
 * (Perlman, "An Algorithm for Distributed Computation of a Spanning Tree in an Extended LAN", 1985).
 * Claiming the whole path instead of its length is path-vector routing, as in BGP: a node that finds
 * itself in a claim does not follow it, so stale claims cannot send two nodes round in circles.
 *
 * Nodes that lose a root at one time would still believe each other's stale paths to it, ever longer
 * ones. So each claim carries a stamp, the root's clock when it sent what the claimant last heard
 * from it, and a lost root is believed in again only with a newer stamp than was known when it was
 * lost (as in DSDV: Perkins and Bhagwat, "Highly Dynamic Destination-Sequenced Distance-Vector
 * Routing", 1994).
 *
 * @module
 */

/** The path to a root: parent first, root last; empty at the root itself. */
export type Path = readonly string[];

/** What a neighbour says of its path, where the link to it works. */
export interface Claim {
  readonly neighbour: string;
  readonly path: Path;
  /** The root's clock, in milliseconds, when it sent what the neighbour last heard from it. */
  readonly stamp: number;
}

/** What a node chooses its path from. */
interface PathChoice {
  readonly id: string;
  /** All nodes in order of rank, lowest first; the same at every node. */
  readonly ids: readonly string[];
  /** The path it follows now. */
  readonly present: Path;
  readonly claims: Iterable<Claim>;
  /** For each root that this node has lost, the newest stamp of it that was known then. */
  readonly lost?: ReadonlyMap<string, number>;
}

/** The path that a node follows if every link works. */
export function idealPath(id: string, ids: readonly string[]): Path {
  const root = ids[0];
  return root === undefined || root === id ? [] : [root];
}

/** The root at the end of a node's path. */
export function rootOf(id: string, path: Path): string {
  return path.at(-1) ?? id;
}

/** Whether two paths are the same. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}

/** Whether a peer can have such a path: through nodes that exist, each once, and not itself. */
export function isPossiblePath(peer: string, path: Path, ids: readonly string[]): boolean {
  return new Set([peer, ...path]).size === path.length + 1 && path.every((id) => ids.includes(id));
}

/**
 * The best path for a node, given its neighbours' claims: to the lowest root, then the shortest,
 * then the present one, so that equals do not take turns.
 */
export function bestPath({ id, ids, present, claims, lost = new Map() }: PathChoice): Path {
  const rank = (node: string) => ids.indexOf(node);
  const preference = ([parent = id]: Path) => parent === present[0] ? -1 : rank(parent);
  const isBetter = (a: Path, b: Path): boolean => {
    const [rootA, rootB] = [rootOf(id, a), rootOf(id, b)];
    if (rootA !== rootB) return rank(rootA) < rank(rootB);
    return a.length !== b.length ? a.length < b.length : preference(a) < preference(b);
  };
  let best: Path = [];
  for (const { neighbour, path: claimed, stamp } of claims) {
    const path = [neighbour, ...claimed];
    const isCredible = stamp > (lost.get(rootOf(neighbour, claimed)) ?? -1);
    if (isCredible && !path.includes(id) && isBetter(path, best)) best = path;
  }
  return best;
}
