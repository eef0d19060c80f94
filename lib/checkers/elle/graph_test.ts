import { assertEquals, assertThrows } from "@std/assert";
import { inBifurcanOrder, operationHash } from "./bifurcan_order.ts";
import { CLASSES, classify, type CycleClass } from "./cycle_classes.ts";
import { contradictedModels } from "./cycle_existence.ts";
import {
  EdgeList,
  edgesWithin,
  nontrivialComponents,
  REALTIME,
  RW,
  stronglyConnected,
  WR,
  WW,
} from "./graph.ts";
import { PathBudget, PathSearch, PathsExhausted } from "./path_search.ts";
import { WalkSearch } from "./walk_search.ts";

type Edge = [from: number, to: number, relations: number];

function graphOf(size: number, ...edges: Edge[]) {
  const list = new EdgeList();
  for (const edge of edges) list.link(...edge);
  return list.toGraph(size);
}

function classOf(type: string): CycleClass {
  const found = CLASSES.find((known) => known.type === type);
  if (found === undefined) throw new RangeError(`no class ${type}`);
  return found;
}

Deno.test("edges between the same two vertices merge into one with all their relations", () => {
  const graph = graphOf(3, [2, 0, WW], [0, 1, WW], [2, 0, RW], [2, 1, WR]);
  assertEquals([...graph.offsets], [0, 1, 1, 3]);
  assertEquals([...graph.targets], [1, 0, 1]);
  assertEquals([...graph.relations], [WW, WW | RW, WR]);
});

Deno.test("components are found over the given relations", () => {
  const graph = graphOf(6, [0, 1, WW], [1, 0, RW], [1, 2, WW], [3, 4, WW], [4, 5, WW], [5, 3, WW]);
  assertEquals(nontrivialComponents(stronglyConnected(graph, ~0)), [[0, 1], [3, 4, 5]]);
  assertEquals(nontrivialComponents(stronglyConnected(graph, WW)), [[3, 4, 5]]);
});

Deno.test("a cycle of a hundred thousand vertices does not overflow the stack", () => {
  const size = 100_000;
  const list = new EdgeList();
  for (let v = 0; v < size; v++) list.link(v, (v + 1) % size, WW);
  const [component = []] = nontrivialComponents(stronglyConnected(list.toGraph(size), WW));
  assertEquals(component.length, size);
});

Deno.test("a graph refuses edges beyond its bound", () => {
  const list = new EdgeList();
  assertThrows(
    () => {
      for (let i = 0; i <= 10_000_000; i++) list.link(0, 0, WW);
    },
    Error,
    "more than 10000000 dependencies",
  );
});

Deno.test("a subgraph keeps only the edges between its vertices", () => {
  const graph = graphOf(4, [0, 1, WW], [1, 3, WR], [3, 1, RW], [3, 2, WW]);
  const part = edgesWithin(graph, [1, 3], new Int32Array(4)).toGraph(2);
  assertEquals([...part.targets], [1, 0]);
  assertEquals([...part.relations], [WR, RW]);
});

Deno.test("a cycle's class follows from its relations", () => {
  assertEquals(classify([WW, WW]), "G0");
  assertEquals(classify([WW, WR]), "G1c");
  assertEquals(classify([RW, WR, WW]), "G-single-item");
  assertEquals(classify([RW, WR, RW, WR]), "G-nonadjacent-item");
  assertEquals(classify([RW, WR, RW]), "G2-item");
  assertEquals(classify([RW, RW]), "G2-item");
  assertEquals(classify([WW, 8]), "G0-process");
  assertEquals(classify([RW, 16, 8]), "G-single-item-realtime");
});

Deno.test("both searches find the cycle of a class and none where there is none", () => {
  // 0 to 3 form a long fork; 4 and 5 overwrite each other.
  const graph = graphOf(
    6,
    [0, 1, RW],
    [1, 2, WR],
    [2, 3, RW],
    [3, 0, WR],
    [3, 4, WW],
    [4, 5, WW],
    [5, 4, WW],
    [5, 0, WW],
  );
  const hashes = [0, 1, 2, 3, 4, 5].map(operationHash);
  const paths = new PathSearch(graph, hashes, new PathBudget());
  const walks = new WalkSearch(graph);
  const found: Record<string, number[]> = {
    "G0": [4, 5],
    "G-nonadjacent-item": [0, 1, 2, 3],
    "G2-item": [0, 1, 2, 3],
  };
  for (const type of ["G0", "G1c", "G-single-item", "G-nonadjacent-item"]) {
    const onCycle = (path: readonly number[] | undefined) => [...new Set(path)].sort();
    assertEquals(onCycle(paths.first(classOf(type))), found[type] ?? [], `paths, ${type}`);
    assertEquals(onCycle(walks.shortest(classOf(type))?.path), found[type] ?? [], `walks, ${type}`);
  }
});

Deno.test("the walk search returns a short cycle among long ones", () => {
  const ring = Array.from({ length: 50 }, (_, v): Edge => [v, (v + 1) % 50, WW]);
  const graph = graphOf(50, ...ring, [7, 3, RW], [40, 39, RW]);
  assertEquals(new WalkSearch(graph).shortest(classOf("G-single-item"))?.path, [40, 39, 40]);
});

Deno.test("the walk search passes over shorter cycles that lack a relation", () => {
  const graph = graphOf(3, [0, 1, WR], [1, 0, WW], [1, 2, REALTIME], [2, 0, WW]);
  const walks = new WalkSearch(graph);
  assertEquals(walks.shortest(classOf("G1c"))?.path, [0, 1, 0]);
  assertEquals(walks.shortest(classOf("G1c-realtime"))?.path, [0, 1, 2, 0]);
  assertEquals(walks.shortest(classOf("G0-realtime")), undefined);
});

Deno.test("the path search gives up after a million paths, and the walk search still answers", () => {
  // Layers of two, each linked to both of the next: 2^20 paths and a way back.
  const edges: Edge[] = [];
  for (let layer = 0; layer < 20; layer++) {
    for (const a of [0, 1]) {
      for (const b of [0, 1]) edges.push([2 * layer + a, 2 * (layer + 1) + b, WW]);
    }
  }
  const graph = graphOf(43, ...edges, [40, 42, WW], [41, 42, WW], [42, 0, RW], [42, 1, RW]);
  const search = new PathSearch(graph, [...Array(43).keys()], new PathBudget());
  assertThrows(() => search.first(classOf("G-nonadjacent-item")), PathsExhausted);
  assertEquals(new WalkSearch(graph).shortest(classOf("G-single-item"))?.path.length, 23);
});

Deno.test("the models that a component contradicts are known without finding a cycle", () => {
  const models = (graph: ReturnType<typeof graphOf>) =>
    contradictedModels(graph).map(({ type }) => type);
  assertEquals(models(graphOf(2, [0, 1, WW], [1, 0, WW])), ["PL-1-cycle-exists"]);
  assertEquals(models(graphOf(2, [0, 1, WW], [1, 0, WR])), ["PL-2-cycle-exists"]);
  assertEquals(models(graphOf(2, [0, 1, RW], [1, 0, WR])), [
    "PL-SI-cycle-exists",
    "PL-2.99-cycle-exists",
  ]);
  assertEquals(models(graphOf(2, [0, 1, RW], [1, 0, RW])), ["PL-2.99-cycle-exists"]);
});

Deno.test("integers come in the order of a Bifurcan map", () => {
  assertEquals(operationHash(0), 0);
  assertEquals(inBifurcanOrder([881, 883], operationHash), [883, 881]);
  assertEquals(inBifurcanOrder([153, 154, 155], operationHash), [155, 154, 153]);
  assertEquals(inBifurcanOrder([451, 453, 454], operationHash), [451, 454, 453]);
});
