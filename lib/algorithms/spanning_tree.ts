/**
 * A spanning tree that nodes agree on by telling each other their paths to its root.
 *
 * The root is to be the node of the lowest rank that can be reached. Each node claims a path to the
 * lowest root it knows of: `[]` if that is itself, `[root]` for a neighbour of the root, `[parent,
 * …, root]` in general. It takes the best of what its neighbours claim and puts that neighbour in
 * front. Where all links work that is a star; where some do not, the nodes that can not reach the
 * root go by one that can; where the network falls apart, every part gets a root of its own.
 *
 * Choosing the lowest root and the shortest way to it is the spanning tree protocol of bridges
 * (Perlman, "An Algorithm for Distributed Computation of a Spanning Tree in an Extended LAN", 1985).
 * Claiming the whole path instead of its length is path-vector routing, as in BGP: a node that finds
 * itself in a claim does not follow it, so stale claims can not send two nodes round in circles.
 *
 * @module
 */

/** The way to a root: parent first, root last; empty at the root itself. */
export type Path = readonly string[];

/** The path that a node would claim if every link worked. */
export function idealPath(id: string, ids: readonly string[]): Path {
  const root = ids[0];
  return root === undefined || root === id ? [] : [root];
}

/** The root that a node with that path follows. */
export function rootOf(id: string, path: Path): string {
  return path.at(-1) ?? id;
}

/** Whether two paths go the same way. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}

/**
 * The best path for a node, given what its neighbours claim: to the lowest root, then the shortest,
 * then the present one, so that equals do not take turns.
 *
 * @param ids All nodes in order of rank, lowest first; the same at every node.
 * @param claims The paths of those neighbours to whom the link is known to work.
 */
export function bestPath(
  id: string,
  ids: readonly string[],
  present: Path,
  claims: Iterable<readonly [neighbour: string, path: Path]>,
): Path {
  const rank = (node: string) => ids.indexOf(node);
  const preference = ([parent = id]: Path) => parent === present[0] ? -1 : rank(parent);
  const isBetter = (a: Path, b: Path): boolean => {
    const [rootA, rootB] = [rootOf(id, a), rootOf(id, b)];
    if (rootA !== rootB) return rank(rootA) < rank(rootB);
    return a.length !== b.length ? a.length < b.length : preference(a) < preference(b);
  };
  let best: Path = [];
  for (const [neighbour, claim] of claims) {
    const path = [neighbour, ...claim];
    if (!path.includes(id) && isBetter(path, best)) best = path;
  }
  return best;
}
