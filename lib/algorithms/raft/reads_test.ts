import { assertEquals } from "@std/assert";
import { Reads } from "./reads.ts";

Deno.test("a round serves all reads that were asked for before it, and no later ones", () => {
  const reads = new Reads();
  reads.ask({ from: "n1", id: 1, index: 5 }, 3);
  reads.ask({ from: "n2", id: 1, index: 5 }, 3);
  reads.ask({ from: "n1", id: 2, index: 6 }, 4);
  assertEquals([reads.confirm(2), reads.lastRound], [[], 4]);
  assertEquals(reads.confirm(3).map(({ from }) => from), ["n1", "n2"]);
  assertEquals(reads.confirm(9).map(({ id }) => id), [2]);
  assertEquals([reads.confirm(9), reads.lastRound], [[], 0]);
});

Deno.test("no more reads wait than the bound says", () => {
  const reads = new Reads();
  const asked = Array.from(
    { length: 10_001 },
    (_, id) => reads.ask({ from: "n", id, index: 0 }, 1),
  );
  assertEquals(asked.filter((taken) => !taken).length, 1);
});
