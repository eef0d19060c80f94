/**
 * Cycles of dependencies: anomalies that only several transactions together show.
 *
 * A cycle can lie only inside a strongly connected component of the graph, so each component is
 * searched on its own for one cycle of each class, worst first, except classes that a cycle already
 * found implies and those that the component cannot contain. The search is Elle's, down to its order,
 * so that it names what Maelstrom names, first what Maelstrom names first. Where it exceeds its number of paths, it ends as Elle's does:
 * whatever class it was looking for, it reports a time-out, and any one cycle of the component. In a
 * component too large for Elle's search, the polynomial one of `walk_search.ts` takes its place.
 *
 * @module
 */
import { hashRank } from "../../history/clojure_order.ts";
import { type Edn, type EdnObject, keyword, List } from "../../history/edn.ts";
import { taggedOp } from "../../history/operations.ts";
import { inBifurcanOrder, operationHash, operationsHash } from "./bifurcan_order.ts";
import { CLASSES, classify, type Cycle, type CycleClass } from "./cycle_classes.ts";
import { contradictedModels, existenceCase, impossibleCycles } from "./cycle_existence.ts";
import {
  type EdgeList,
  edgesWithin,
  type Graph,
  nontrivialComponents,
  type Relations,
  shortCycle,
  stronglyConnected,
  TooManyEdgesError,
} from "./graph.ts";
import { type Anomaly, impliedAnomalies } from "./models.ts";
import { PathBudget, PathSearch, PathsExhausted } from "./path_search.ts";
import { linkMoments, linkRealtime } from "./temporal_order.ts";
import type { Transaction } from "./transaction.ts";
import { relationsAlong, WalkSearch } from "./walk_search.ts";

/** Anomalies by type, each a list of cases in the shape of Maelstrom's results. */
export type Anomalies = Map<Anomaly, Edn>;

/** A graph of transactions and the means to justify its edges. */
export interface Dependencies {
  readonly transactions: readonly Transaction[];
  /** Edges between transactions by their ids, except those of real time, which the search adds. */
  readonly edges: EdgeList;
  /** Whether real time orders them, too. */
  readonly isRealtime: boolean;
  /** Which relation explains an edge that has several: the first of these. */
  readonly precedence: readonly Relations[];
  /** The step of a cycle from one transaction to the next, by the relation that explains it. */
  readonly step: (from: Transaction, to: Transaction, relation: Relations) => EdnObject;
}

/**
 * Finds the cycles of dependencies by type, for each component at most one of a class.
 *
 * Real time takes part through moments. Edges between the transactions themselves, of which there can
 * be very many, are needed only inside of a component. Where these are too many as well, one short
 * cycle stands for the component.
 */
export function findCycles(dependencies: Dependencies): Map<Anomaly, Edn[]> {
  const { transactions, edges, isRealtime } = dependencies;
  const graph = edges.toGraph(transactions.length);
  const size = isRealtime ? linkMoments(transactions, edges) : transactions.length;
  const withMoments = edges.toGraph(size);
  const anomalies = new Map<Anomaly, Edn[]>();
  const place = new Int32Array(graph.size);
  const budget = new PathBudget();
  const componentOf = (vertices: readonly number[]) => {
    const within = edgesWithin(graph, vertices, place);
    if (isRealtime) linkRealtimeWithin(transactions, vertices, within);
    return new Component(dependencies, within.toGraph(vertices.length), vertices);
  };
  const isTransaction = (v: number) => v < transactions.length;
  const indexOf = (v: number) => transactions[v]?.op.index ?? -1;
  const components = inBifurcanOrder(
    nontrivialComponents(stronglyConnected(withMoments, ~0)),
    (members) => operationsHash(members.filter(isTransaction).map(indexOf)),
  );
  for (const members of components) {
    let component: Component;
    try {
      component = componentOf(members.filter(isTransaction));
    } catch (error) {
      if (!(error instanceof TooManyEdgesError)) throw error;
      const cycle = shortCycle(withMoments, new Set(members), isTransaction);
      component = componentOf(cycle.filter(isTransaction).sort((a, b) => a - b));
    }
    for (const { type, found } of component.cases(budget)) {
      const known = anomalies.get(type);
      if (known === undefined) anomalies.set(type, [found]);
      else known.push(found);
    }
  }
  return anomalies;
}

/** Adds the edges of real time between some transactions, which are numbered by their places. */
function linkRealtimeWithin(
  transactions: readonly Transaction[],
  vertices: readonly number[],
  edges: EdgeList,
): void {
  const members = vertices.flatMap((v) => transactions[v] ?? []);
  linkRealtime(members.map((transaction, id) => ({ ...transaction, id })), edges);
}

interface Case {
  readonly type: Anomaly;
  readonly found: EdnObject;
}

/** A strongly connected component; its vertices stand for some of the transactions. */
class Component {
  readonly #graph: Graph;
  /** The graph with each edge reduced to the relation that explains it. */
  readonly #explained: Graph;
  readonly #transactions: readonly Transaction[];
  readonly #step: Dependencies["step"];

  constructor(dependencies: Dependencies, graph: Graph, vertices: readonly number[]) {
    const { precedence, step, transactions } = dependencies;
    this.#graph = graph;
    this.#explained = {
      ...graph,
      relations: graph.relations.map((several) =>
        precedence.find((relation) => (several & relation) !== 0) ?? 0
      ),
    };
    this.#transactions = vertices.flatMap((v) => transactions[v] ?? []);
    this.#step = step;
  }

  /** Returns one case for each class found, and for each model contradicted. */
  cases(budget: PathBudget): Case[] {
    const existing = contradictedModels(this.#graph);
    const cases = existing.map((existence) => ({
      type: existence.type,
      found: existenceCase(existence, (v) => this.#transactions[v]?.op.index ?? -1),
    }));
    return [...cases, ...this.#search(impossibleCycles(existing), budget)];
  }

  #search(skipped: Set<Anomaly>, budget: PathBudget): Case[] {
    const hashes = this.#transactions.map(({ op }) => operationHash(op.index));
    const paths = new PathSearch(this.#graph, hashes, budget);
    const walks = paths.isFeasible ? undefined : new WalkSearch(this.#explained);
    const cycles: Cycle[] = [];
    const tried: Anomaly[] = [];
    for (const cycleClass of CLASSES) {
      const { type } = cycleClass;
      if (skipped.has(type)) continue;
      try {
        const cycle = walks === undefined
          ? this.#named(paths.first(cycleClass), cycleClass)
          : walks.shortest(cycleClass);
        tried.push(type);
        if (cycle === undefined) continue;
        cycles.push(cycle);
        for (const implied of impliedAnomalies([type])) skipped.add(implied);
      } catch (error) {
        if (!(error instanceof PathsExhausted)) throw error;
        const found = new Set(cycles.map((cycle) => cycle.type));
        const absent = tried.filter((name) => !found.has(name));
        const cases = [this.#classified(paths.any(this.#rankOf)), ...cycles].map((cycle) =>
          this.#case(cycle)
        );
        return [this.#timeout(type, absent), ...cases];
      }
    }
    return cycles.map((cycle) => this.#case(cycle));
  }

  readonly #rankOf = (v: number): number => {
    const op = this.#transactions[v]?.op;
    return op === undefined ? 0 : hashRank(taggedOp(op));
  };

  #classified(path: readonly number[]): Cycle {
    const relations = relationsAlong(this.#explained, path);
    return { path, relations, type: classify(relations) };
  }

  /** Classifies a path found; `undefined` if what explains its edges puts it in another class. */
  #named(path: readonly number[] | undefined, { type, readWrite }: CycleClass): Cycle | undefined {
    if (path === undefined) return undefined;
    const cycle = this.#classified(path);
    return readWrite === "never" || cycle.type === type ? cycle : undefined;
  }

  #timeout(type: Anomaly, absent: readonly Anomaly[]): Case {
    return {
      type: "cycle-search-timeout",
      found: {
        type: keyword("cycle-search-timeout"),
        "anomaly-spec-type": keyword(type),
        "does-not-contain": new List(absent.map((name) => keyword(name))),
        "scc-size": this.#graph.size,
      },
    };
  }

  #case({ path, relations, type }: Cycle): Case {
    const cycle = path.flatMap((v) => this.#transactions[v] ?? []);
    const steps = relations.flatMap((relation, i) => {
      const [from, to] = cycle.slice(i, i + 2);
      return from === undefined || to === undefined ? [] : [this.#step(from, to, relation)];
    });
    return {
      type,
      found: {
        cycle: cycle.map(({ op }) => taggedOp(op)),
        steps: new List(steps),
        type: keyword(type),
      },
    };
  }
}
