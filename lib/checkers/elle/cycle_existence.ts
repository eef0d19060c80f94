/**
 * Whether a cycle that contradicts a model exists at all.
 *
 * Finding a cycle of a class can be costly, but strongly connected components tell in linear time
 * whether some relations form any cycle. That spares most searches, and is evidence where no search
 * finds a cycle.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword } from "../../history/edn.ts";
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
  WR,
  WW,
} from "./graph.ts";
import {
  anomaliesForbiddenBy,
  type Anomaly,
  friendlyName,
  type Model,
  modelsImplying,
} from "./models.ts";

/** A model that allows no cycle over some relations. */
interface AcyclicModel {
  readonly model: Model;
  readonly relations: Relations;
  /** Whether the cycle may also contain read–write edges, no two of them adjacent. */
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

/** Anomalies that only say a cycle exists, each with the model it contradicts. */
export const EXISTENCE_TYPES: ReadonlyMap<Anomaly, Model> = new Map(
  ACYCLIC_MODELS.map(({ model }) => [`${model}-cycle-exists`, model]),
);

/** A model that a component contradicts, and the smallest set of transactions that does. */
interface CycleExistence {
  readonly type: Anomaly;
  readonly model: Model;
  readonly subgraph: Edn;
  readonly vertices: readonly number[];
}

/** Finds the weakest models that a component of the graph contradicts. */
export function contradictedModels(component: Graph): CycleExistence[] {
  const found: CycleExistence[] = [];
  const ruledOut = new Set<Model>();
  for (const acyclic of ACYCLIC_MODELS) {
    const { model } = acyclic;
    if (ruledOut.has(model)) continue;
    const vertices = fewestTransactions(component, acyclic);
    if (vertices === undefined) continue;
    for (const stronger of modelsImplying([model])) ruledOut.add(stronger);
    found.push({
      type: `${model}-cycle-exists`,
      model,
      subgraph: subgraphOf(acyclic),
      vertices,
    });
  }
  return found;
}

/** The relations of a model as Elle writes them, those over predicates (`p`) included. */
function subgraphOf({ model, relations, withLoneReadWrites }: AcyclicModel): Edn {
  const readWrites = model === "PL-2.99" ? ["rw"] : ["rw", "rwp"];
  const names: [Relations, string[]][] = [
    [WW, ["ww", "wwp"]],
    [WR, ["wr", "wrp"]],
    [RW, readWrites],
    [PROCESS, ["process"]],
    [REALTIME, ["realtime"]],
  ];
  const union = names.flatMap(([one, parts]) => (relations & one) === 0 ? [] : parts);
  const free = ["union", ...union].map(keyword);
  return withLoneReadWrites
    ? [keyword("extension"), free, ["union", ...readWrites].map(keyword)]
    : free;
}

/** Shows an existence as a case of a result; `indexOf` returns the index of a vertex's operation. */
export function existenceCase(
  { type, model, subgraph, vertices }: CycleExistence,
  indexOf: (vertex: number) => number,
): EdnObject {
  return {
    type: keyword(type),
    not: keyword(friendlyName(model)),
    subgraph,
    "scc-size": vertices.length,
    scc: new Set(vertices.map(indexOf).sort((a, b) => a - b)),
  };
}

/** Returns the types of cycles that a component that contradicts just these models cannot contain. */
export function impossibleCycles(existing: readonly CycleExistence[]): Set<Anomaly> {
  const contradicted = modelsImplying(existing.map(({ model }) => model));
  const models = ACYCLIC_MODELS.map(({ model }) => model);
  return anomaliesForbiddenBy(models.filter((model) => !contradicted.has(model)));
}

function fewestTransactions(
  graph: Graph,
  { relations, withLoneReadWrites }: AcyclicModel,
): number[] | undefined {
  if (!withLoneReadWrites) return smallestComponent(graph, relations);
  const doubled = smallestComponent(withReadWriteMemory(graph, relations), ~0);
  return doubled && [...new Set(doubled.map((place) => place >> 1))];
}

function smallestComponent(graph: Graph, relations: Relations): number[] | undefined {
  const loop = vertexWithLoop(graph, relations);
  if (loop !== undefined) return [loop];
  return nontrivialComponents(stronglyConnected(graph, relations))
    .sort((a, b) => a.length - b.length)[0];
}

/** The first vertex with an edge to itself. */
function vertexWithLoop({ size, offsets, targets, relations }: Graph, wanted: Relations) {
  for (let v = 0; v < size; v++) {
    for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
      if (targets[edge] === v && (at(relations, edge) & wanted) !== 0) return v;
    }
  }
  return undefined;
}

/**
 * Builds a graph whose vertices remember whether a read–write edge led to them (2v + 1) or not (2v),
 * and in which no two such edges are adjacent: its cycles are those that snapshot isolation forbids.
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
