/**
 * Cycles of dependencies: the anomalies that only several transactions together show.
 *
 * If T1 must come before T2, T2 before T3 and T3 before T1, no order explains what was observed. How
 * bad that is depends on the relations around the cycle, after Adya's "Weak Consistency" (1999): only
 * write–write is a G0, with write–read a G1c, with a single read–write a G-single, with several that
 * never follow each other a G-nonadjacent (a long fork), with others a G2 (write skew); "item" says
 * that no predicate was involved. A cycle that also needs the order within a process or real time
 * carries that as a suffix.
 *
 * Each strongly connected component is searched for one cycle of each class, worst first, leaving
 * out classes that a found one implies. A search starts at an edge the class cannot do without and
 * walks breadth-first over pairs of a transaction and what of the class is still missing, so it is
 * polynomial where enumerating paths is not. A walk may pass a transaction twice and then is no
 * cycle; but that happens only where the component also holds a cycle of a worse class.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword, List } from "../../edn.ts";
import { taggedOp } from "../../history.ts";
import {
  at,
  EdgeList,
  type Graph,
  nontrivialComponents,
  PROCESS,
  REALTIME,
  type Relations,
  RW,
  stronglyConnected,
  subgraph,
  WR,
  WW,
} from "./graph.ts";
import {
  anomaliesForbiddenBy,
  type Anomaly,
  friendlyName,
  impliedAnomalies,
  type Model,
  modelsImplying,
} from "./models.ts";
import type { Transaction } from "./transaction.ts";

/** Anomalies by type, each a list of cases in the shape of Maelstrom's results. */
export type Anomalies = Map<Anomaly, Edn>;

/** A graph of transactions and the means to justify its edges. */
export interface Dependencies {
  readonly transactions: readonly Transaction[];
  readonly graph: Graph;
  /** Which relation an edge goes by that has several: the first of these. */
  readonly precedence: readonly Relations[];
  /** The step of a cycle from one transaction to the next, by the relation it goes by. */
  readonly step: (from: Transaction, to: Transaction, relation: Relations) => EdnObject;
}

/** A class of cycles. */
interface CycleClass {
  readonly type: Anomaly;
  /** Relations that may occur any number of times. */
  readonly free: Relations;
  /** How read–write edges occur: not at all, once, twice or more but never in a row, or at will. */
  readonly readWrite: "never" | "once" | "apart" | "often";
  /** Relations that must occur besides. */
  readonly needs: Relations;
}

const BASE_CLASSES: readonly CycleClass[] = [
  { type: "G0", free: WW, readWrite: "never", needs: 0 },
  { type: "G1c", free: WW | WR, readWrite: "never", needs: WR },
  { type: "G-single-item", free: WW | WR, readWrite: "once", needs: 0 },
  { type: "G-nonadjacent-item", free: WW | WR, readWrite: "apart", needs: 0 },
  { type: "G2-item", free: WW | WR, readWrite: "often", needs: 0 },
];

function variant(base: CycleClass, suffix: string, relation: Relations): CycleClass {
  const { type, free, needs } = base;
  return { ...base, type: `${type}${suffix}`, free: free | relation, needs: needs | relation };
}

const CLASSES: ReadonlyMap<Anomaly, CycleClass> = new Map(
  BASE_CLASSES.flatMap((base) => [
    base,
    variant(base, "-process", PROCESS),
    variant(base, "-realtime", REALTIME),
  ]).map((cycleClass) => [cycleClass.type, cycleClass]),
);

/** Every type of cycle. */
export const CYCLE_TYPES: readonly Anomaly[] = [...CLASSES.keys()];

/** The order of the search: what is implied by more, and is less severe, comes later. */
const SEARCH_ORDER: readonly Anomaly[] = [
  "G-single-item",
  "G0",
  "G-nonadjacent-item",
  "G-single-item-process",
  "G1c",
  "G-nonadjacent-item-process",
  "G-single-item-realtime",
  "G2-item",
  "G-nonadjacent-item-realtime",
  "G0-process",
  "G1c-process",
  "G2-item-process",
  "G0-realtime",
  "G1c-realtime",
  "G2-item-realtime",
];

/** Edges that the search of one component may follow before it gives up. */
const SEARCH_BUDGET = 20_000_000;

/** Cycles of a class to compare before the shortest is taken. */
const CANDIDATES = 16;

/** Every class of cycle in a graph, one case for each component it occurs in. */
export function cyclesIn(dependencies: Dependencies): Map<Anomaly, Edn[]> {
  const { graph } = dependencies;
  const anomalies = new Map<Anomaly, Edn[]>();
  const place = new Int32Array(graph.size);
  for (const vertices of nontrivialComponents(stronglyConnected(graph, ~0))) {
    const component = subgraph(graph, vertices, place);
    for (const { type, found } of cyclesInComponent(dependencies, component, vertices)) {
      const known = anomalies.get(type);
      if (known === undefined) anomalies.set(type, [found]);
      else known.push(found);
    }
  }
  return anomalies;
}

interface Case {
  readonly type: Anomaly;
  readonly found: EdnObject;
}

function cyclesInComponent(
  dependencies: Dependencies,
  component: Graph,
  vertices: readonly number[],
): Case[] {
  const cases = cyclesKnownToExist(component, (v) => transactionAt(dependencies, vertices, v));
  const skipped = cyclesThatCannotExist(cases);
  const search = new ComponentSearch(component, dependencies.precedence);
  for (const type of SEARCH_ORDER) {
    const cycleClass = CLASSES.get(type);
    if (cycleClass === undefined || skipped.has(type)) continue;
    const cycle = search.shortest(cycleClass);
    if (cycle !== undefined) {
      cases.push(cycleCase(dependencies, vertices, cycle));
      for (const implied of impliedAnomalies([type])) skipped.add(implied);
    }
    if (search.isExhausted) {
      cases.push(timeoutCase(type, component.size));
      if (cycle === undefined) cases.push(cycleCase(dependencies, vertices, search.any()));
      break;
    }
  }
  return cases.map(({ type, found }) => ({ type, found: { ...found, type: keyword(type) } }));
}

function transactionAt(
  { transactions }: Dependencies,
  vertices: readonly number[],
  v: number,
): Transaction {
  const transaction = transactions[vertices[v] ?? -1];
  if (transaction === undefined) throw new RangeError(`no transaction at vertex ${v}`);
  return transaction;
}

function timeoutCase(type: Anomaly, size: number): Case {
  return {
    type: "cycle-search-timeout",
    found: { "anomaly-spec-type": keyword(type), "scc-size": size },
  };
}

function cycleCase(
  dependencies: Dependencies,
  vertices: readonly number[],
  { path, relations, type }: Cycle,
): Case {
  const cycle = path.map((v) => transactionAt(dependencies, vertices, v));
  const steps = relations.map((relation, i) => {
    const [from, to] = [cycle[i], cycle[i + 1]];
    if (from === undefined || to === undefined) throw new RangeError(`no step ${i}`);
    return dependencies.step(from, to, relation);
  });
  return {
    type,
    found: { cycle: cycle.map(({ op }) => taggedOp(op)), steps: new List(steps) },
  };
}

/** A cycle: its path ends where it begins, and has one relation between each vertex and the next. */
interface Cycle {
  readonly path: readonly number[];
  readonly relations: readonly Relations[];
  readonly type: Anomaly;
}

/** The class of a cycle with these relations around it. */
export function classify(relations: readonly Relations[]): Anomaly {
  const has = (relation: Relations) => relations.includes(relation);
  const readWrites = relations.filter((relation) => relation === RW).length;
  const adjacent = relations.some((r, i) => r === RW && relations.at(i - 1) === RW);
  const base = readWrites === 1
    ? "G-single-item"
    : readWrites > 1
    ? (adjacent ? "G2-item" : "G-nonadjacent-item")
    : has(WR)
    ? "G1c"
    : "G0";
  return `${base}${has(REALTIME) ? "-realtime" : has(PROCESS) ? "-process" : ""}`;
}

// What a walk from its first edge has yet to do, or has just done, as bits of a state.
const LACKS_WR = 1;
const LACKS_ORDER = 2;
const LACKS_RW = 4;
const JUST_READ_WRITE = 8;
const STATES = 16;

/** Searches one component for cycles of a class. */
class ComponentSearch {
  readonly #graph: Graph;
  #edgesLeft = SEARCH_BUDGET;
  /** The step that first reached a vertex in a state, as the place it came from. */
  readonly #cameFrom: Int32Array;
  readonly #visited: Int32Array;
  #visit = 0;
  readonly #queue: Int32Array;
  readonly #components = new Map<Relations, Int32Array>();

  constructor(component: Graph, precedence: readonly Relations[]) {
    const relations = component.relations.map((several) =>
      precedence.find((relation) => (several & relation) !== 0) ?? 0
    );
    this.#graph = { ...component, relations };
    this.#cameFrom = new Int32Array(component.size * STATES);
    this.#visited = new Int32Array(component.size * STATES);
    this.#queue = new Int32Array(component.size * STATES);
  }

  /** Whether the budget is spent, so that what was not found may still be there. */
  get isExhausted(): boolean {
    return this.#edgesLeft <= 0;
  }

  /** A short cycle of a class. */
  shortest(cycleClass: CycleClass): Cycle | undefined {
    const { free, readWrite, needs } = cycleClass;
    const usable = readWrite === "never" ? free : free | RW;
    const seed = readWrite !== "never" ? RW : (needs & WR) || needs || WW;
    const components = this.#componentsOver(usable);
    let best: Cycle | undefined;
    let candidates = 0;
    const { size, offsets, targets, relations } = this.#graph;
    for (let u = 0; u < size; u++) {
      for (let edge = at(offsets, u); edge < at(offsets, u + 1); edge++) {
        const w = at(targets, edge);
        if (at(relations, edge) !== seed || components[u] !== components[w]) continue;
        const cycle = this.#through(u, w, seed, cycleClass);
        if (this.isExhausted) return best;
        if (cycle === undefined) continue;
        if (best === undefined || cycle.path.length < best.path.length) best = cycle;
        if (best.path.length <= 3 || ++candidates === CANDIDATES) return best;
      }
    }
    return best;
  }

  /** Some cycle, whatever its class. */
  any(): Cycle {
    const anyEdge = { type: "", free: ~RW, readWrite: "often", needs: 0 } as const;
    const w = at(this.#graph.targets, 0);
    const last = w === 0 ? -1 : this.#walk(0, w, 0, anyEdge) ?? -1;
    return this.#cycle([0, ...(last === -1 ? [0] : this.#pathTo(last))]);
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
    const start = (needs & WR && seed !== WR ? LACKS_WR : 0) |
      (needs & ~WR && seed !== (needs & ~WR) ? LACKS_ORDER : 0) |
      (readWrite === "apart" || readWrite === "often" ? LACKS_RW : 0) |
      (readWrite === "apart" ? JUST_READ_WRITE : 0);
    const last = u === w ? -1 : this.#walk(u, w, start, cycleClass);
    if (last === undefined) return undefined;
    const path = last === -1 ? [u] : this.#pathTo(last);
    const cycle = this.#cycle([u, ...path]);
    return cycle.type === type && isSimple(cycle.path) ? cycle : undefined;
  }

  /** Breadth-first from `w` to an accepting state at `u`; the place it was reached from. */
  #walk(u: number, w: number, start: number, cycleClass: CycleClass): number | undefined {
    const { offsets, targets, relations } = this.#graph;
    const visit = ++this.#visit;
    this.#visited[w * STATES + start] = visit;
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
        if (this.#visited[next] === visit) continue;
        this.#visited[next] = visit;
        this.#cameFrom[next] = place;
        if (at(targets, edge) === u) {
          if (state === 0) return next;
          continue;
        }
        this.#queue[tail++] = next;
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
    const relations = path.slice(1).map((to, i) => this.#relation(path[i] ?? 0, to));
    return { path, relations, type: classify(relations) };
  }

  #relation(from: number, to: number): Relations {
    const { offsets, targets, relations } = this.#graph;
    for (let edge = at(offsets, from); edge < at(offsets, from + 1); edge++) {
      if (targets[edge] === to) return at(relations, edge);
    }
    throw new RangeError(`no edge from ${from} to ${to}`);
  }
}

/** A walk's state after one more edge; undefined where its class does not allow that edge. */
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

function isSimple(path: readonly number[]): boolean {
  return new Set(path).size === path.length - 1;
}

/** A model that allows no cycle over some relations. */
interface AcyclicModel {
  readonly model: Model;
  readonly relations: Relations;
  /** Whether a read–write edge may join two others on the way round. */
  readonly withLoneReadWrites?: true;
}

const ACYCLIC_MODELS: readonly AcyclicModel[] = [
  { model: "PL-1", relations: WW },
  { model: "PL-2", relations: WW | WR },
  { model: "PL-SI", relations: WW | WR, withLoneReadWrites: true },
  { model: "PL-2.99", relations: WW | WR | RW },
  { model: "PL-3", relations: WW | WR | RW },
  { model: "strong-session-PL-1", relations: WW | PROCESS },
  { model: "strong-session-PL-2", relations: WW | WR | PROCESS },
  {
    model: "strong-session-snapshot-isolation",
    relations: WW | WR | PROCESS,
    withLoneReadWrites: true,
  },
  { model: "strong-session-serializable", relations: WW | WR | RW | PROCESS },
  { model: "strong-PL-1", relations: WW | REALTIME },
  { model: "strong-PL-2", relations: WW | WR | REALTIME },
  { model: "strong-snapshot-isolation", relations: WW | WR | REALTIME, withLoneReadWrites: true },
  { model: "PL-SS", relations: WW | WR | RW | REALTIME },
];

/** The anomaly which says that a cycle against a model exists, without showing one. */
function existenceType(model: Model): Anomaly {
  return `${model}-cycle-exists`;
}

/** Anomalies that only say a cycle exists, each with the model that alone makes it worth saying. */
export const EXISTENCE_TYPES: ReadonlyMap<Anomaly, Model> = new Map(
  ACYCLIC_MODELS.map(({ model }) => [existenceType(model), model]),
);

/**
 * Which models a component rules out, before any cycle is looked for: the relations of each must
 * form no strongly connected component. This takes linear time and spares most searches.
 */
function cyclesKnownToExist(component: Graph, transaction: (v: number) => Transaction): Case[] {
  const cases: Case[] = [];
  const ruledOut = new Set<Model>();
  for (const acyclic of ACYCLIC_MODELS) {
    if (ruledOut.has(acyclic.model)) continue;
    const smallest = smallestComponent(component, acyclic);
    if (smallest === undefined) continue;
    for (const model of modelsImplying([acyclic.model])) ruledOut.add(model);
    cases.push({
      type: existenceType(acyclic.model),
      found: {
        not: keyword(friendlyName(acyclic.model)),
        "scc-size": smallest.length,
        scc: new Set(smallest.map((v) => transaction(v).op.index).sort((a, b) => a - b)),
      },
    });
  }
  return cases;
}

function smallestComponent(
  graph: Graph,
  { relations, withLoneReadWrites }: AcyclicModel,
): number[] | undefined {
  if (!withLoneReadWrites) return smallest(graph, relations);
  const doubled = smallest(withReadWriteMemory(graph, relations), ~0);
  return doubled && [...new Set(doubled.map((place) => place >> 1))];
}

function smallest(graph: Graph, relations: Relations): number[] | undefined {
  const components = nontrivialComponents(stronglyConnected(graph, relations));
  const loop = loops(graph, relations)[0];
  if (loop !== undefined) return [loop];
  return components.sort((a, b) => a.length - b.length)[0];
}

/** Vertices with an edge to themselves. */
function loops({ size, offsets, targets, relations }: Graph, wanted: Relations): number[] {
  const found: number[] = [];
  for (let v = 0; v < size; v++) {
    for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
      if (targets[edge] === v && (at(relations, edge) & wanted) !== 0) found.push(v);
    }
  }
  return found;
}

/**
 * A graph whose vertices remember whether a read–write edge led to them (2v + 1) or not (2v), and
 * which has no two such edges in a row: its cycles are those that snapshot isolation forbids.
 */
function withReadWriteMemory(graph: Graph, free: Relations): Graph {
  const edges = new EdgeList();
  const { size, offsets, targets, relations } = graph;
  for (let v = 0; v < size; v++) {
    for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
      const to = 2 * at(targets, edge);
      if ((at(relations, edge) & free) !== 0) {
        edges.link(2 * v, to, free);
        edges.link(2 * v + 1, to, free);
      }
      if ((at(relations, edge) & RW) !== 0) edges.link(2 * v, to + 1, RW);
    }
  }
  return edges.toGraph(2 * size);
}

/** The types of cycles that models rule out which the component does not contradict. */
function cyclesThatCannotExist(existing: readonly Case[]): Set<Anomaly> {
  const impossible = modelsImplying(
    existing.flatMap(({ type }) => EXISTENCE_TYPES.get(type) ?? []),
  );
  const possible = ACYCLIC_MODELS.map(({ model }) => model)
    .filter((model) => !impossible.has(model));
  return anomaliesForbiddenBy(possible);
}
