import { assert, assertEquals } from "@std/assert";
import type { Grudge } from "../network/network.ts";
import { Random } from "../random.ts";
import { describeGrudge, grudgeOf, oneWay, partial, type PartitionShape } from "./partitions.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

/** How many sources each node is cut off from, ascending. */
const cuts = (grudge: Grudge) =>
  Object.values(grudge).map(({ length }) => length).sort((a, b) => a - b);

const draw = (shape: PartitionShape, count: number, seed = 1) =>
  grudgeOf(shape, names(count), new Random(seed));

Deno.test("complete splits have Maelstrom's sizes, and are symmetric", () => {
  const sizes: [PartitionShape, number, number[]][] = [
    ["one", 3, [1, 1, 2]],
    ["one", 5, [1, 1, 1, 1, 4]],
    ["majority", 2, [1, 1]],
    ["majority", 5, [2, 2, 2, 3, 3]],
    ["minority-third", 3, [0, 0, 0]],
    ["minority-third", 5, [1, 1, 1, 1, 4]],
    ["one", 1, [0]],
  ];
  for (const [shape, count, expected] of sizes) {
    const grudge = draw(shape, count);
    assertEquals(cuts(grudge), expected, `${shape} of ${count}`);
    for (const [node, sources] of Object.entries(grudge)) {
      for (const source of sources) assert(grudge[source]?.includes(node));
    }
  }
  assertEquals(cuts(draw("minority-third", 25)).filter((size) => size === 17).length, 8);
});

Deno.test("a ring of three lets messages pass in one direction only", () => {
  const grudge = draw("majorities-ring", 3);
  assertEquals(cuts(grudge), [1, 1, 1]);
  for (const [node, sources] of Object.entries(grudge)) {
    for (const source of sources) assert(!grudge[source]?.includes(node));
  }
});

Deno.test("a ring of two cuts nothing; one of five leaves each node its two neighbours", () => {
  assertEquals(cuts(draw("majorities-ring", 2)), [0, 0]);
  const five = draw("majorities-ring", 5);
  assertEquals(cuts(five), [2, 2, 2, 2, 2]);
  for (const [node, sources] of Object.entries(five)) {
    for (const source of sources) assert(five[source]?.includes(node));
  }
});

Deno.test("in a large ring every node hears a majority, and no two the same one", () => {
  const grudge = draw("majorities-ring", 25);
  for (const sources of Object.values(grudge)) assert(sources.length <= 12);
  const heard = new Set(Object.values(grudge).map((sources) => [...sources].sort().join()));
  assert(heard.size > 20);
});

Deno.test("a one-way partition cuts no pair in both directions", () => {
  for (let seed = 0; seed < 20; seed++) {
    const grudge = oneWay(names(5), new Random(seed));
    assert(Object.keys(grudge).length > 0);
    for (const [node, sources] of Object.entries(grudge)) {
      assert(sources.length > 0);
      for (const source of sources) assert(!grudge[source]?.includes(node));
    }
  }
});

Deno.test("a partial partition cuts some links, not all, in both directions", () => {
  const cutLinks = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const grudge = partial(names(5), new Random(seed));
    const links = Object.entries(grudge).flatMap(([node, sources]) =>
      sources.map((source) => `${node} ${source}`)
    );
    const reversed = links.map((link) => link.split(" ").reverse().join(" "));
    assertEquals(reversed.sort(), links.toSorted());
    assert(links.length < 20, "some of the ten links are left");
    for (const link of links) cutLinks.add(link);
  }
  assertEquals(cutLinks.size, 20, "each link is cut once in a while");
});

Deno.test("a partition is told by its sides, or by who does not hear whom", () => {
  const sides = { n0: ["n2", "n1"], n1: ["n0"], n2: ["n0"] };
  assertEquals(describeGrudge(sides), "n0 | n1 n2");
  assertEquals(describeGrudge({ n0: ["n1"], n1: [], n2: ["n1"] }), "n0 n2 not hearing n1");
});
