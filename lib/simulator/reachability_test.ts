import { assertEquals } from "@std/assert";
import { split } from "../workbench/faults/faults.ts";
import { type Change, earliestArrivals } from "./reachability.ts";

const nodes = ["a", "b", "c"];
const healed = new Map<string, Set<string>>();

function arrivals(changes: Change[], origin = "a", startMs = 0): Record<string, number> {
  const network = { nodes, changes, latencyMs: 10 };
  return Object.fromEntries(earliestArrivals(network, origin, startMs));
}

Deno.test("in a whole network everyone is one message away", () => {
  assertEquals(arrivals([], "b", 5), { a: 15, b: 5, c: 15 });
});

Deno.test("the other side of a split hears one message after it heals", () => {
  const changes = [{ atMs: 0, grudge: split(["a", "b", "c"], 2) }, { atMs: 100, grudge: healed }];
  assertEquals(arrivals(changes), { a: 0, b: 10, c: 110 });
});

Deno.test("a split that never heals is never overcome", () => {
  assertEquals(arrivals([{ atMs: 0, grudge: split(nodes, 1) }]), {
    a: 0,
    b: Infinity,
    c: Infinity,
  });
});

Deno.test("a message that is on its way when a link is cut still arrives", () => {
  assertEquals(arrivals([{ atMs: 5, grudge: split(nodes, 1) }]), { a: 0, b: 10, c: 10 });
});

Deno.test("where a direct link is cut, the way leads over others", () => {
  const grudge = new Map([["b", new Set(["c"])], ["c", new Set(["a"])], ["a", new Set(["b"])]]);
  assertEquals(arrivals([{ atMs: 0, grudge }]), { a: 0, b: 10, c: 20 });
  assertEquals(arrivals([{ atMs: 0, grudge }], "b"), { a: 20, b: 0, c: 10 });
});

Deno.test("a value is carried by who was reached before, from one partition into the next", () => {
  const changes = [
    { atMs: 0, grudge: split(["c", "a", "b"], 1) }, // a and b
    { atMs: 50, grudge: split(["a", "b", "c"], 1) }, // b and c
  ];
  assertEquals(arrivals(changes), { a: 0, b: 10, c: 60 });
});

Deno.test("a link that has failed before the path gets there is of no use", () => {
  const changes = [
    { atMs: 0, grudge: split(["a", "b", "c"], 1) }, // b and c
    { atMs: 50, grudge: split(["c", "a", "b"], 1) }, // a and b
  ];
  assertEquals(arrivals(changes), { a: 0, b: 60, c: Infinity });
});
