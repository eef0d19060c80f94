import { assertEquals } from "@std/assert";
import { bestPath, idealPath, isPossiblePath, type Path, rootOf, samePath } from "./path.ts";

const ids = ["n0", "n1", "n2", "n3", "n4"];

function best(id: string, claims: Record<string, Path>, present: Path = []): Path {
  return bestPath({
    id,
    ids,
    present,
    claims: Object.entries(claims).map(([neighbour, path]) => ({ neighbour, path, stamp: 0 })),
  });
}

Deno.test("where every link works the tree is a star around the lowest node", () => {
  assertEquals(ids.map((id) => idealPath(id, ids)), [[], ["n0"], ["n0"], ["n0"], ["n0"]]);
  assertEquals(best("n3", { n0: [], n1: ["n0"], n2: ["n0"] }), ["n0"]);
});

Deno.test("a node without neighbours is its own root", () => {
  assertEquals(best("n3", {}), []);
  assertEquals(rootOf("n3", []), "n3");
  assertEquals(rootOf("n3", ["n2", "n0"]), "n0");
});

Deno.test("a node follows the lowest root, even by a longer way", () => {
  assertEquals(best("n4", { n1: [], n3: ["n0"] }), ["n3", "n0"]);
});

Deno.test("a node lower than every root it hears of is one itself", () => {
  assertEquals(best("n1", { n2: [], n3: ["n2"] }), []);
});

Deno.test("of two ways to the same root the shorter one is taken", () => {
  assertEquals(best("n4", { n1: ["n2", "n0"], n3: ["n0"] }), ["n3", "n0"]);
});

Deno.test("of two ways of one length the present one is kept, else that by the lower node", () => {
  const claims = { n3: ["n0"], n2: ["n0"] };
  assertEquals(best("n4", claims), ["n2", "n0"]);
  assertEquals(best("n4", claims, ["n3", "n0"]), ["n3", "n0"]);
});

Deno.test("a path that leads through the node itself is not followed", () => {
  assertEquals(best("n2", { n3: ["n4", "n2", "n0"] }), []);
});

Deno.test("rank is the place among all nodes, not the name", () => {
  const claims = ["n10", "n2"].map((neighbour) => ({ neighbour, path: [], stamp: 0 }));
  const path = bestPath({ id: "n20", ids: ["n2", "n10", "n20"], present: [], claims });
  assertEquals(path, ["n2"]);
});

Deno.test("paths are the same if all on the way are", () => {
  assertEquals(samePath(["n1", "n0"], ["n1", "n0"]), true);
  assertEquals(samePath([], []), true);
  assertEquals(samePath(["n1"], ["n1", "n0"]), false);
  assertEquals(samePath(["n1", "n0"], ["n2", "n0"]), false);
});

Deno.test("a lost root is believed in again only with a newer stamp", () => {
  const follow = (stamp: number) =>
    bestPath({
      id: "n3",
      ids,
      present: [],
      claims: [{ neighbour: "n2", path: ["n0"], stamp }],
      lost: new Map([["n0", 100]]),
    });
  assertEquals([follow(100), follow(101)], [[], ["n2", "n0"]]);
});

Deno.test("a path leads through nodes that exist, each once, and not through its own node", () => {
  const isPossible = (path: Path) => isPossiblePath("n3", path, ids);
  assertEquals([[], ["n0"], ["n1", "n0"]].map(isPossible), [true, true, true]);
  assertEquals([["ghost"], ["n1", "n0", "n1"], ["n3"], ["n1", "n3"]].map(isPossible), [
    false,
    false,
    false,
    false,
  ]);
});
