import { assertEquals } from "@std/assert";
import { split } from "../workbench/faults/partitions.ts";
import { type Change, earliestArrivals } from "./reachability.ts";

const nodes = ["a", "b", "c"];
const healed = {};

function arrivals(changes: Change[], origin = "a", startMs = 0): Record<string, number> {
  const network = { nodes, changes, latencyMs: 10 };
  return Object.fromEntries(earliestArrivals(network, origin, startMs));
}

Deno.test("in a whole network every node is one message away", () => {
  assertEquals(arrivals([], "b", 5), { a: 15, b: 5, c: 15 });
});

Deno.test("the other side of a partition learns the value one message after it heals", () => {
  const changes = [{ atMs: 0, grudge: split(["a", "b", "c"], 2) }, { atMs: 100, grudge: healed }];
  assertEquals(arrivals(changes), { a: 0, b: 10, c: 110 });
});

Deno.test("a partition that never heals is never crossed", () => {
  assertEquals(arrivals([{ atMs: 0, grudge: split(nodes, 1) }]), {
    a: 0,
    b: Infinity,
    c: Infinity,
  });
});

Deno.test("a message on its way still arrives when the link is cut", () => {
  assertEquals(arrivals([{ atMs: 5, grudge: split(nodes, 1) }]), { a: 0, b: 10, c: 10 });
});

Deno.test("a path leads around a cut link", () => {
  const grudge = { b: ["c"], c: ["a"], a: ["b"] };
  assertEquals(arrivals([{ atMs: 0, grudge }]), { a: 0, b: 10, c: 20 });
  assertEquals(arrivals([{ atMs: 0, grudge }], "b"), { a: 20, b: 0, c: 10 });
});

Deno.test("a node reached in one partition carries the value into the next", () => {
  const changes = [
    { atMs: 0, grudge: split(["c", "a", "b"], 1) }, // a and b
    { atMs: 50, grudge: split(["a", "b", "c"], 1) }, // b and c
  ];
  assertEquals(arrivals(changes), { a: 0, b: 10, c: 60 });
});

Deno.test("a link that fails before the path reaches it does not help", () => {
  const changes = [
    { atMs: 0, grudge: split(["a", "b", "c"], 1) }, // b and c
    { atMs: 50, grudge: split(["c", "a", "b"], 1) }, // a and b
  ];
  assertEquals(arrivals(changes), { a: 0, b: 60, c: Infinity });
});
