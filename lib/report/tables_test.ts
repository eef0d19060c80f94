import { assertEquals } from "@std/assert";
import { agreementOf, type Row, scoreboardOf } from "./tables.ts";

const ROW: Row = {
  id: "3d",
  options: "-w broadcast",
  engine: "workbench",
  runs: 3,
  passed: 3,
  figures: { serverMessagesPerOp: [2.06, 2.01, 2.1], stableMaxMs: [205, 205, 205] },
};

Deno.test("a row has the median of each figure, and the spread where there is one", () => {
  const table = scoreboardOf([
    ROW,
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

Deno.test("engines are compared with the first, and marked where they are too far off", () => {
  const of = (engine: string, messages: number, medianMs: number): Row => ({
    ...ROW,
    engine,
    figures: {
      serverMessagesPerOp: [messages, messages, messages],
      stableMedianMs: [medianMs, medianMs, medianMs],
    },
  });
  const rows = [of("simulator", 2, 100), of("workbench", 2.05, 108), of("maelstrom", 2.1, 85)];
  const alone: Row = { ...ROW, id: "3e" };
  const lines = agreementOf([...rows, alone], ["simulator", "workbench", "maelstrom"]).split("\n");
  assertEquals(lines.slice(2), [
    "| **3d** Efficient broadcast, part 1 | passed | 3 of 3 | 3 of 3 | 3 of 3 |",
    "|  | messages per op | 2 | 2.05 +2.5 % | 2.10 +5.0 % ✗ |",
    "|  | stable, median | 100 ms | 108 ms +8.0 % | 85 ms −15.0 % ✗ |",
  ]);
});
