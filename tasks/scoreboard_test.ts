import { assertEquals } from "@std/assert";
import { tableOf } from "./scoreboard.ts";

Deno.test("a row has the median of each figure, and the spread where there is one", () => {
  const table = tableOf([
    {
      id: "3d",
      options: "-w broadcast",
      engine: "workbench",
      runs: 3,
      passed: 3,
      figures: { serverMessagesPerOp: [2.06, 2.01, 2.1], stableMaxMs: [205, 205, 205] },
    },
    { id: "6b", options: "-w x", engine: "workbench", runs: 1, passed: 0, figures: {} },
  ]);
  const [, , row = "", other = ""] = table.split("\n");
  assertEquals(row.split(" | ").slice(0, 5), [
    "| **3d**",
    "Efficient broadcast, part 1",
    "workbench",
    "3 of 3",
    "2.06 (2.01 – 2.10)",
  ]);
  assertEquals(row.includes("205 ms |"), true);
  assertEquals(other.includes("Read-uncommitted transactions, no partition"), true);
});
