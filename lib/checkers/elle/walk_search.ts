/**
 * A search for short cycles that takes polynomial time.
 *
 * It starts at an edge that the class requires and walks breadth-first over pairs of a transaction and
 * what the class still lacks. It visits each pair once, although there can be exponentially many
 * paths. A walk may visit a transaction twice and then is not a cycle; but that happens only where the
 * same transactions form a cycle of a worse class.
 *
 * @module
 */
import {
  classify,
  type Cycle,
  type CycleClass,
  isSimple,
  usableRelations,
} from "./cycle_classes.ts";
import { at, type Graph, type Relations, RW, stronglyConnected, WR, WW } from "./graph.ts";
import { PathsExhausted } from "./path_search.ts";

/** How many edges the search of one component may follow before it gives up. */
const EDGE_BUDGET = 20_000_000;

/** How many cycles of a class to compare before taking the shortest. */
const CANDIDATES = 16;

// What a walk still lacks, or has just done, as bits of a state.
const LACKS_WR = 1;
const LACKS_ORDER = 2;
const LACKS_RW = 4;
const JUST_READ_WRITE = 8;
const STATES = 16;

/** Searches one strongly connected graph, each of whose edges carries exactly one relation. */
export class WalkSearch {
  readonly #graph: Graph;
  #edgesLeft = EDGE_BUDGET;
  /** The place (a vertex in a state) from which the walk first reached another; -1 at the start. */
  readonly #cameFrom: Int32Array;
  /** The walk that last visited a place. */
  readonly #visited: Int32Array;
  #walks = 0;
  readonly #queue: Int32Array;
  readonly #components = new Map<Relations, Int32Array>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#cameFrom = new Int32Array(graph.size * STATES);
    this.#visited = new Int32Array(graph.size * STATES);
    this.#queue = new Int32Array(graph.size * STATES);
  }

  /**
   * Returns a short cycle of a class.
   *
   * @throws {PathsExhausted} if the search exceeds its budget before it finds one.
   */
  shortest(cycleClass: CycleClass): Cycle | undefined {
    const { readWrite, needs } = cycleClass;
    const seed = readWrite !== "never" ? RW : (needs & WR) || needs || WW;
    const components = this.#componentsOver(usableRelations(cycleClass));
    const { size, offsets, targets, relations } = this.#graph;
    let best: Cycle | undefined;
    let candidates = 0;
    for (let u = 0; u < size; u++) {
      for (let edge = at(offsets, u); edge < at(offsets, u + 1); edge++) {
        const w = at(targets, edge);
        if (at(relations, edge) !== seed || components[u] !== components[w]) continue;
        const cycle = this.#through(u, w, seed, cycleClass);
        if (cycle !== undefined && (best === undefined || cycle.path.length < best.path.length)) {
          best = cycle;
        }
        if (this.#edgesLeft <= 0) {
          if (best === undefined) throw new PathsExhausted();
          return best;
        }
        if (best === undefined || cycle === undefined) continue;
        if (best.path.length <= 3 || ++candidates === CANDIDATES) return best;
      }
    }
    return best;
  }

  #componentsOver(relations: Relations): Int32Array {
    let known = this.#components.get(relations);
    if (known === undefined) {
      this.#components.set(relations, known = stronglyConnected(this.#graph, relations).of);
    }
    return known;
  }

  /** The shortest cycle of a class that begins with one edge. */
  #through(u: number, w: number, seed: Relations, cycleClass: CycleClass): Cycle | undefined {
    const { readWrite, needs, type } = cycleClass;
    const start = (needs & WR & ~seed ? LACKS_WR : 0) |
      (needs & ~WR & ~seed ? LACKS_ORDER : 0) |
      (readWrite === "apart" || readWrite === "often" ? LACKS_RW : 0) |
      (readWrite === "apart" ? JUST_READ_WRITE : 0);
    const last = u === w ? -1 : this.#walk(u, w, start, cycleClass);
    if (last === undefined) return undefined;
    const cycle = this.#cycle([u, ...(last === -1 ? [u] : this.#pathTo(last))]);
    return cycle.type === type && isSimple(cycle.path) ? cycle : undefined;
  }

  /** Walks breadth-first from `w` to `u` until nothing is lacking; returns the place reached. */
  #walk(u: number, w: number, start: number, cycleClass: CycleClass): number | undefined {
    const { offsets, targets, relations } = this.#graph;
    const walk = ++this.#walks;
    this.#visited[w * STATES + start] = walk;
    this.#cameFrom[w * STATES + start] = -1;
    this.#queue[0] = w * STATES + start;
    for (let head = 0, tail = 1; head < tail; head++) {
      const place = at(this.#queue, head);
      const v = Math.floor(place / STATES);
      for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
        this.#edgesLeft--;
        const state = nextState(place % STATES, at(relations, edge), cycleClass);
        if (state === undefined) continue;
        const next = at(targets, edge) * STATES + state;
        if (this.#visited[next] === walk) continue;
        this.#visited[next] = walk;
        this.#cameFrom[next] = place;
        if (targets[edge] !== u) this.#queue[tail++] = next;
        else if (state === 0) return next;
      }
    }
    return undefined;
  }

  #pathTo(last: number): number[] {
    const path: number[] = [];
    for (let place = last; place !== -1; place = at(this.#cameFrom, place)) {
      path.push(Math.floor(place / STATES));
    }
    return path.reverse();
  }

  #cycle(path: readonly number[]): Cycle {
    const relations = relationsAlong(this.#graph, path);
    return { path, relations, type: classify(relations) };
  }
}

/** Returns a walk's state after one more edge; `undefined` where its class forbids that edge. */
function nextState(
  state: number,
  relation: Relations,
  { free, readWrite }: CycleClass,
): number | undefined {
  if (relation === RW) {
    if (readWrite === "often") return state & ~LACKS_RW;
    if (readWrite !== "apart" || (state & JUST_READ_WRITE) !== 0) return undefined;
    return (state & ~LACKS_RW) | JUST_READ_WRITE;
  }
  if ((relation & free) === 0) return undefined;
  const met = relation === WR ? LACKS_WR : relation === WW ? 0 : LACKS_ORDER;
  return state & ~met & ~JUST_READ_WRITE;
}

/** Returns the relations of the edges along a path. */
export function relationsAlong(graph: Graph, path: readonly number[]): Relations[] {
  return path.slice(1).map((to, i) => relationBetween(graph, path[i] ?? -1, to));
}

function relationBetween({ offsets, targets, relations }: Graph, from: number, to: number) {
  for (let edge = at(offsets, from); edge < at(offsets, from + 1); edge++) {
    if (targets[edge] === to) return at(relations, edge);
  }
  throw new RangeError(`no edge from ${from} to ${to}`);
}
