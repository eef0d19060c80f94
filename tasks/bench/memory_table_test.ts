import { assertEquals, assertStringIncludes } from "@std/assert";
import { CHALLENGES } from "../shared/challenges.ts";
import { KEEPS, renderMemory } from "./memory_table.ts";

Deno.test("the table says of every challenge what its node must keep", () => {
  assertEquals(Object.keys(KEEPS).toSorted(), CHALLENGES.map(({ id }) => id).toSorted());
});

Deno.test("memory is shown in MiB, and where its figures come from", () => {
  const row = {
    id: "1",
    nodes: 3,
    operations: 1_000_000,
    tookS: 9,
    startHeapBytes: 2 ** 20,
    heapBytes: 2.5 * 2 ** 20,
    rssBytes: 64 * 2 ** 20,
    growthBytes: 1.5,
    keeps: "nothing",
    commit: "abc",
    date: "2026-01-02",
    machine: "2 cores",
    load: 0.25,
  };
  const text = renderMemory([row, { ...row, id: "2", commit: "def" }]);
  assertStringIncludes(text, "| 1 | nothing | 3 | 1,000,000 | 1.0 | 2.5 | 1.50 | 64.0 |");
  assertStringIncludes(text, "at commit `abc`, 2 cores, load before 0.3; on 2026-01-02 at commit");
});
