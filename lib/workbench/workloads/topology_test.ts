import { assertEquals, assertThrows } from "@std/assert";
import { findNeighbours, TOPOLOGY_NAMES } from "./topology.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

Deno.test("neighbours in a grid come below, above, right, left; the last row may be short", () => {
  assertEquals(findNeighbours("grid", names(5)), {
    n0: ["n3", "n1"],
    n1: ["n4", "n2", "n0"],
    n2: ["n1"],
    n3: ["n0", "n4"],
    n4: ["n1", "n3"],
  });
});

Deno.test("a line of one is sent as an empty map", () => {
  assertEquals(findNeighbours("line", names(1)), {});
  assertEquals(findNeighbours("line", names(3)), { n0: ["n1"], n1: ["n0", "n2"], n2: ["n1"] });
});

Deno.test("a tree fills tier by tier, parents first", () => {
  const tree = findNeighbours("tree4", names(25));
  assertEquals(tree["n0"], ["n1", "n2", "n3", "n4"]);
  assertEquals(tree["n4"], ["n0", "n17", "n18", "n19", "n20"]);
  assertEquals(tree["n5"], ["n1", "n21", "n22", "n23", "n24"]);
  assertEquals(tree["n24"], ["n5"]);
  assertEquals(findNeighbours("tree", names(6)), findNeighbours("tree2", names(6)));
});

Deno.test("in every topology, neighbours are mutual", () => {
  for (const name of TOPOLOGY_NAMES) {
    const topology = findNeighbours(name, names(25));
    for (const [node, neighbours] of Object.entries(topology)) {
      for (const other of neighbours) {
        assertEquals(topology[other]?.includes(node), true, `${name}: ${node} and ${other}`);
      }
    }
  }
});

Deno.test("the error for an unknown topology lists the known ones", () => {
  assertThrows(() => findNeighbours("star", names(3)), RangeError, "line, grid, total");
});
