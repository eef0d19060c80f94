/**
 * Directed graphs over small integers, kept in flat arrays, and their strongly connected components.
 *
 * A vertex is a transaction's number. An edge says that one transaction must come before another,
 * and carries the set of relations that say so, as bits. A cycle can lie only inside a strongly
 * connected component, so components are found first, in linear time, and each is then searched as a
 * small graph of its own.
 *
 * @module
 */

/** A set of relations between two transactions: the sum of some of the bits below. */
export type Relations = number;

/** Write–write: the second installed the version after one that the first installed. */
export const WW = 1;
/** Write–read: the second read a version the first installed. */
export const WR = 2;
/** Read–write: the first read a version that the second overwrote. */
export const RW = 4;
/** The same process executed the first before the second. */
export const PROCESS = 8;
/** The first completed before the second was invoked. */
export const REALTIME = 16;

/** An immutable graph: vertex `v`'s edges are at `offsets[v]` to `offsets[v + 1]`. */
export interface Graph {
  readonly size: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** The relations of each edge, never empty; at most one edge leads from one vertex to another. */
  readonly relations: Uint8Array;
}

/** How many edges a graph may have, which bounds its memory to some 250 MB. */
const MAX_EDGES = 10_000_000;

/** Room that a list of edges begins with: there is one for each key, and most are short. */
const INITIAL_EDGES = 16;

/** Thrown where a history relates too many pairs of transactions to be judged. */
export class TooManyEdgesError extends Error {
  override name = "TooManyEdgesError";
}

/** Collects edges; {@linkcode EdgeList.toGraph} merges those between the same two vertices. */
export class EdgeList {
  #from = new Int32Array(INITIAL_EDGES);
  #to = new Int32Array(INITIAL_EDGES);
  #relations = new Int32Array(INITIAL_EDGES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @throws {TooManyEdgesError} beyond ten million edges. */
  link(from: number, to: number, relations: Relations): void {
    if (this.#length === MAX_EDGES) {
      throw new TooManyEdgesError(`more than ${MAX_EDGES} dependencies between transactions`);
    }
    if (this.#length === this.#from.length) {
      this.#from = doubled(this.#from);
      this.#to = doubled(this.#to);
      this.#relations = doubled(this.#relations);
    }
    this.#from[this.#length] = from;
    this.#to[this.#length] = to;
    this.#relations[this.#length++] = relations;
  }

  /** Builds the graph of these edges over the vertices 0 to `size - 1`, in linear time. */
  toGraph(size: number): Graph {
    const order = this.#edgesBySource(size);
    const offsets = new Int32Array(size + 1);
    const targets = new Int32Array(this.#length);
    const relations = new Uint8Array(this.#length);
    /** Where the current source's edge to a vertex lies, if at or after `start`. */
    const known = new Int32Array(size).fill(-1);
    let end = 0;
    let next = 0;
    for (let from = 0; from < size; from++) {
      const start = end;
      for (; next < order.length && at(this.#from, at(order, next)) === from; next++) {
        const edge = at(order, next);
        const to = at(this.#to, edge);
        let place = at(known, to);
        if (place < start) {
          place = known[to] = end++;
          targets[place] = to;
        }
        relations[place] = at(relations, place) | at(this.#relations, edge);
      }
      offsets[from + 1] = end;
    }
    return { size, offsets, targets: targets.slice(0, end), relations: relations.slice(0, end) };
  }

  /** Sorts the edges' numbers by source (a counting sort). */
  #edgesBySource(size: number): Int32Array {
    const places = new Int32Array(size + 1);
    for (let edge = 0; edge < this.#length; edge++) {
      const after = at(this.#from, edge) + 1;
      places[after] = at(places, after) + 1;
    }
    for (let v = 0; v < size; v++) places[v + 1] = at(places, v + 1) + at(places, v);
    const order = new Int32Array(this.#length);
    for (let edge = 0; edge < this.#length; edge++) {
      const from = at(this.#from, edge);
      const place = at(places, from);
      order[place] = edge;
      places[from] = place + 1;
    }
    return order;
  }
}

/** Returns an element that is known to exist. */
export function at(array: Int32Array | Uint8Array, index: number): number {
  return array[index] ?? 0;
}

/** Copies an array into one of twice its length. */
export function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** The strongly connected components of a graph. */
interface Components {
  readonly count: number;
  /** The number of each vertex's component. */
  readonly of: Int32Array;
}

/**
 * Finds the strongly connected components over the edges that carry at least one of `relations`, by
 * Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972) without recursion.
 */
export function stronglyConnected(graph: Graph, relations: Relations): Components {
  const { size, offsets, targets } = graph;
  const of = new Int32Array(size).fill(-1);
  /** When a vertex was first seen, from 1; 0 means not yet. */
  const seen = new Int32Array(size);
  /** The earliest vertex on the stack that each one reaches. */
  const low = new Int32Array(size);
  const cursor = offsets.slice(0, size);
  const path = new Int32Array(size);
  const stack = new Int32Array(size);
  let time = 0, count = 0, stackLength = 0;

  for (let root = 0; root < size; root++) {
    if (seen[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    while (depth >= 0) {
      const v = at(path, depth);
      if (seen[v] === 0) {
        seen[v] = low[v] = ++time;
        stack[stackLength++] = v;
      }
      const edge = at(cursor, v);
      if (edge < at(offsets, v + 1)) {
        cursor[v] = edge + 1;
        if ((at(graph.relations, edge) & relations) === 0) continue;
        const w = at(targets, edge);
        if (seen[w] === 0) path[++depth] = w;
        else if (of[w] === -1) low[v] = Math.min(at(low, v), at(seen, w));
        continue;
      }
      if (low[v] === seen[v]) {
        let w: number;
        do {
          w = at(stack, --stackLength);
          of[w] = count;
        } while (w !== v);
        count++;
      }
      if (--depth >= 0) {
        const parent = at(path, depth);
        low[parent] = Math.min(at(low, parent), at(low, v));
      }
    }
  }
  return { count, of };
}

/** Returns the vertices of every component of at least two, in ascending order. */
export function nontrivialComponents({ count, of }: Components): number[][] {
  if (count === of.length) return [];
  const sizes = new Int32Array(count);
  for (const component of of) sizes[component] = at(sizes, component) + 1;
  const members = new Map<number, number[]>();
  for (const [v, component] of of.entries()) {
    if (at(sizes, component) < 2) continue;
    const known = members.get(component);
    if (known === undefined) members.set(component, [v]);
    else known.push(v);
  }
  return [...members.values()];
}

/** Returns the edges between some vertices, renumbered by their place in `vertices`. */
export function edgesWithin(
  graph: Graph,
  vertices: readonly number[],
  place: Int32Array,
): EdgeList {
  const { offsets, targets, relations } = graph;
  for (const [i, v] of vertices.entries()) place[v] = i + 1;
  const edges = new EdgeList();
  for (const [i, v] of vertices.entries()) {
    for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
      const to = at(place, at(targets, edge));
      if (to > 0) edges.link(i, to - 1, at(relations, edge));
    }
  }
  for (const v of vertices) place[v] = 0;
  return edges;
}

/** How many cycles to compare before taking the shortest. */
const CANDIDATES = 16;

/**
 * Returns the vertices of a short cycle of a strongly connected component, which has an edge between
 * two of those that can `begin` it: of some such edges, the shortest way back.
 */
export function shortCycle(
  graph: Graph,
  members: ReadonlySet<number>,
  begins: (vertex: number) => boolean,
): number[] {
  let best: number[] | undefined;
  let candidates = 0;
  for (const u of members) {
    if (!begins(u)) continue;
    for (let edge = at(graph.offsets, u); edge < at(graph.offsets, u + 1); edge++) {
      const w = at(graph.targets, edge);
      if (!members.has(w) || !begins(w) || u === w) continue;
      const path = shortestPath(graph, w, u);
      if (best === undefined || path.length < best.length) best = path;
      if (++candidates === CANDIDATES) return best;
    }
  }
  return best ?? [];
}

/** Returns the vertices of a shortest path, found breadth-first; none if there is no path. */
function shortestPath({ size, offsets, targets }: Graph, from: number, to: number): number[] {
  const cameFrom = new Int32Array(size).fill(-1);
  cameFrom[from] = from;
  const queue = [from];
  for (const v of queue) {
    if (v === to) break;
    for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
      const next = at(targets, edge);
      if (cameFrom[next] !== -1) continue;
      cameFrom[next] = v;
      queue.push(next);
    }
  }
  if (cameFrom[to] === -1) return [];
  const path = [to];
  for (let v = to; v !== from; v = at(cameFrom, v)) path.push(at(cameFrom, v));
  return path.reverse();
}
