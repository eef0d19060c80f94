/**
 * Elle's own search for a cycle: every path, breadth-first, from each transaction in turn.
 *
 * The search may take an edge for any of its relations, but a cycle is then classified by the first
 * relation that explains each edge; so a cycle found is not always of the class sought. There can be
 * exponentially many paths: Elle gives up after a second, this search after a number of paths, so that
 * the same history always yields the same result.
 *
 * @module
 */
import { inBifurcanOrder } from "./bifurcan_order.ts";
import { type CycleClass, usableRelations } from "./cycle_classes.ts";
import { at, doubled, type Graph, PROCESS, REALTIME, type Relations, RW, WR, WW } from "./graph.ts";

/** A component with more edges than this is not worth searching. */
const MAX_EDGES = 100_000;

/** How many paths all searches in one history may extend. */
const PATHS_PER_HISTORY = 3_000_000;

/** How many paths the search for one class may extend in one component. */
const PATHS_PER_SEARCH = PATHS_PER_HISTORY / 3;

/** Thrown by a search that has extended as many paths as it may. */
export class PathsExhausted extends Error {
  override name = "PathsExhausted";
}

/** Counts paths against both bounds. */
export class PathBudget {
  #ofHistory = PATHS_PER_HISTORY;
  #ofSearch = PATHS_PER_SEARCH;

  startSearch(): void {
    this.#ofSearch = Math.min(PATHS_PER_SEARCH, this.#ofHistory);
  }

  spend(): void {
    if (this.#ofSearch-- <= 0) throw new PathsExhausted();
    this.#ofHistory--;
  }
}

// What a path still has to take, packed in a number: the relations it needs, then how many read–write
// edges it still wants (two bits), then how it may take them (two bits).
const WANTED = 32;
const MODE = 4 * WANTED;
const STEPS_AT_WILL = 0;
const ONE_READ_WRITE = 1;
const READ_WRITE_FREE = 2;
const READ_WRITE_TAKEN = 3;

function initialState({ readWrite, needs }: CycleClass): number {
  const [wanted, mode] = {
    never: [0, STEPS_AT_WILL],
    once: [1, ONE_READ_WRITE],
    apart: [2, READ_WRITE_FREE],
    often: [2, STEPS_AT_WILL],
  }[readWrite];
  return needs + WANTED * (wanted ?? 0) + MODE * (mode ?? 0);
}

const needsOf = (state: number) => state % WANTED;
const wantedOf = (state: number) => Math.floor(state / WANTED) % 4;
const modeOf = (state: number) => Math.floor(state / MODE);

/** Returns whether a path in this state has all that its class requires. */
function isComplete(state: number): boolean {
  return needsOf(state) === 0 && wantedOf(state) === 0 && modeOf(state) !== READ_WRITE_TAKEN;
}

/** Returns the state after an edge taken for one relation; `undefined` if its class forbids that. */
function afterStep(state: number, relation: Relations, legal: Relations): number | undefined {
  const [needs, wanted, mode] = [needsOf(state) & ~relation, wantedOf(state), modeOf(state)];
  const fewer = relation === RW && wanted > 0 ? wanted - 1 : wanted;
  if ((relation & legal) !== 0) {
    const next = mode === READ_WRITE_TAKEN ? READ_WRITE_FREE : mode;
    return needs + WANTED * fewer + MODE * next;
  }
  if (mode === ONE_READ_WRITE) return needs + MODE * STEPS_AT_WILL;
  if (mode === READ_WRITE_FREE) return needs + WANTED * fewer + MODE * READ_WRITE_TAKEN;
  return undefined;
}

const BY_BIT: readonly Relations[] = [WW, WR, RW, PROCESS, REALTIME];

/**
 * Returns the states after an edge with these relations: one if it is taken as a read–write, one for
 * each relation the path still needs, and one for any other. A path begins with what its class needs.
 */
function statesAfter(
  state: number,
  relations: Relations,
  legal: Relations,
  isFirst: boolean,
): number[] {
  const mode = modeOf(state);
  const seeksReadWrite = wantedOf(state) > 0 || mode === ONE_READ_WRITE || mode === READ_WRITE_FREE;
  const asReadWrite = seeksReadWrite ? RW : 0;
  const asNeeded = needsOf(state) & ~asReadWrite;
  const otherwise = BY_BIT.find((bit) =>
    (bit & relations & legal & ~asReadWrite & ~asNeeded) !== 0
  );
  const steps = [asReadWrite & relations];
  if (!isFirst || wantedOf(state) === 0) {
    steps.push(...BY_BIT.filter((bit) => (bit & relations & asNeeded) !== 0));
    if (!isFirst || needsOf(state) === 0) steps.push(otherwise ?? 0);
  }
  return steps.flatMap((step) => step === 0 ? [] : afterStep(state, step, legal) ?? []);
}

/** {@linkcode statesAfter} for one class, computing each answer once. */
class Steps {
  readonly #known: (readonly number[])[] = [];
  readonly #legal: Relations;

  constructor({ free, readWrite }: CycleClass) {
    this.#legal = readWrite === "often" ? free | RW : free;
  }

  after(state: number, relations: Relations, isFirst: boolean): readonly number[] {
    const place = 2 * (state * WANTED + relations) + (isFirst ? 1 : 0);
    return this.#known[place] ??= statesAfter(state, relations, this.#legal, isFirst);
  }
}

/** Searches one component; `hashes` holds each vertex's {@linkcode operationHash}. */
export class PathSearch {
  readonly #component: Graph;
  readonly #hashes: readonly number[];
  readonly #budget: PathBudget;
  readonly #graphs = new Map<Relations, OrderedGraph>();
  readonly #steps = new Map<CycleClass, Steps>();

  constructor(component: Graph, hashes: readonly number[], budget: PathBudget) {
    this.#component = component;
    this.#hashes = hashes;
    this.#budget = budget;
  }

  /** Whether the component is small enough for this search. */
  get isFeasible(): boolean {
    return this.#component.targets.length <= MAX_EDGES;
  }

  /**
   * Returns the first cycle that can be taken for one of a class, as a path of vertices.
   *
   * @throws {PathsExhausted} if the search exceeds its budget.
   */
  first(cycleClass: CycleClass): number[] | undefined {
    this.#budget.startSearch();
    const graph = this.#graphOf(usableRelations(cycleClass));
    return this.#firstFrom(graph.starts(), graph, cycleClass);
  }

  /**
   * Returns some cycle, as Elle does where its search ends early: the first met in depth, where the
   * operations after one come in the order of a Clojure set.
   *
   * @param rankOf returns an operation's place in such a set, from `hashRank`.
   */
  any(rankOf: (vertex: number) => number): number[] {
    const graph = this.#graphOf(~0);
    const [start = 0] = graph.starts();
    const path = [start];
    const places = new Map([[start, 0]]);
    while (true) {
      const targets = graph.edgesFrom(path.at(-1) ?? start).map(({ target }) => target)
        .sort((a, b) => rankOf(a) - rankOf(b));
      const back = targets.find((target) => places.has(target));
      if (back !== undefined) return [...path.slice(places.get(back)), back];
      const [next] = targets;
      if (next === undefined) throw new RangeError("the component is not strongly connected");
      places.set(next, path.length);
      path.push(next);
    }
  }

  #graphOf(usable: Relations): OrderedGraph {
    let graph = this.#graphs.get(usable);
    if (graph === undefined) {
      graph = OrderedGraph.of(this.#component, usable, this.#hashes);
      this.#graphs.set(usable, graph);
    }
    return graph;
  }

  #firstFrom(
    starts: readonly number[],
    graph: OrderedGraph,
    cycleClass: CycleClass,
  ): number[] | undefined {
    for (const start of starts) {
      const cycle = this.#cycleFrom(start, graph, cycleClass);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  }

  /** Extends paths from one vertex until one closes. */
  #cycleFrom(
    start: number,
    graph: OrderedGraph,
    cycleClass: CycleClass,
  ): number[] | undefined {
    const steps = this.#stepsOf(cycleClass);
    const paths = new PathTree(start, initialState(cycleClass));
    for (let path = 0; path < paths.length; path++) {
      const [vertex, state] = [paths.vertex(path), paths.state(path)];
      if (paths.isLoop(path)) {
        if (!isComplete(state)) continue;
        const vertices = paths.vertices(path);
        const cycle = vertex === start ? vertices : this.#withoutTail(vertices, graph, cycleClass);
        if (cycle !== undefined) return cycle;
        continue;
      }
      for (const { target, relations } of graph.edgesFrom(vertex)) {
        for (const next of steps.after(state, relations, path === 0)) {
          this.#budget.spend();
          paths.extend(path, target, next);
        }
      }
    }
    return undefined;
  }

  #stepsOf(cycleClass: CycleClass): Steps {
    let steps = this.#steps.get(cycleClass);
    if (steps === undefined) this.#steps.set(cycleClass, steps = new Steps(cycleClass));
    return steps;
  }

  /** Searches for a cycle among the vertices of the loop in which a path ends. */
  #withoutTail(
    path: readonly number[],
    graph: OrderedGraph,
    cycleClass: CycleClass,
  ): number[] | undefined {
    const loop = path.slice(path.indexOf(path.at(-1) ?? -1));
    return this.#firstFrom(loop, graph.within(new Set(loop)), cycleClass);
  }
}

interface OutgoingEdge {
  readonly target: number;
  readonly relations: Relations;
}

/** Edges of some relations between some vertices, in the order of the search. */
class OrderedGraph {
  readonly #edges = new Map<number, readonly OutgoingEdge[]>();
  readonly #hashes: readonly number[];

  private constructor(hashes: readonly number[]) {
    this.#hashes = hashes;
  }

  static of(graph: Graph, usable: Relations, hashes: readonly number[]): OrderedGraph {
    const ordered = new OrderedGraph(hashes);
    for (let v = 0; v < graph.size; v++) {
      const edges: OutgoingEdge[] = [];
      for (let edge = at(graph.offsets, v); edge < at(graph.offsets, v + 1); edge++) {
        const relations = at(graph.relations, edge) & usable;
        if (relations !== 0) edges.push({ target: at(graph.targets, edge), relations });
      }
      ordered.#set(v, edges);
    }
    return ordered;
  }

  /** Returns the part between these vertices. */
  within(vertices: ReadonlySet<number>): OrderedGraph {
    const part = new OrderedGraph(this.#hashes);
    for (const v of vertices) {
      part.#set(v, this.edgesFrom(v).filter(({ target }) => vertices.has(target)));
    }
    return part;
  }

  #set(vertex: number, edges: readonly OutgoingEdge[]): void {
    this.#edges.set(vertex, inBifurcanOrder(edges, ({ target }) => this.#hashes[target] ?? 0));
  }

  edgesFrom(vertex: number): readonly OutgoingEdge[] {
    return this.#edges.get(vertex) ?? [];
  }

  /** Returns every vertex with an edge. */
  starts(): number[] {
    const vertices = new Set<number>();
    for (const [v, edges] of this.#edges) {
      for (const { target } of edges) vertices.add(v).add(target);
    }
    return inBifurcanOrder([...vertices], (v) => this.#hashes[v] ?? 0);
  }
}

/** Paths from one vertex, each an extension of another, numbered in order of length. */
class PathTree {
  #vertices = new Int32Array(256);
  #states = new Int32Array(256);
  #parents = new Int32Array(256);
  #length = 0;

  constructor(start: number, state: number) {
    this.extend(-1, start, state);
  }

  get length(): number {
    return this.#length;
  }

  extend(path: number, vertex: number, state: number): void {
    if (this.#length === this.#vertices.length) {
      this.#vertices = doubled(this.#vertices);
      this.#states = doubled(this.#states);
      this.#parents = doubled(this.#parents);
    }
    this.#vertices[this.#length] = vertex;
    this.#states[this.#length] = state;
    this.#parents[this.#length++] = path;
  }

  vertex(path: number): number {
    return at(this.#vertices, path);
  }

  state(path: number): number {
    return at(this.#states, path);
  }

  /** Returns whether a path ends at a vertex it visited before. */
  isLoop(path: number): boolean {
    const vertex = at(this.#vertices, path);
    let earlier = at(this.#parents, path);
    while (earlier >= 0 && this.#vertices[earlier] !== vertex) earlier = at(this.#parents, earlier);
    return earlier >= 0;
  }

  vertices(path: number): number[] {
    const vertices: number[] = [];
    for (let part = path; part >= 0; part = at(this.#parents, part)) {
      vertices.push(this.vertex(part));
    }
    return vertices.reverse();
  }
}
