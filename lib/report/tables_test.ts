import { assertEquals, assertThrows } from "@std/assert";
import { renderAgreementTable, renderScoreboardTable, replaceTable, type Row } from "./tables.ts";

const ROW: Row = {
  id: "3d",
  options: "-w broadcast",
  engine: "workbench",
  runs: 3,
  passed: 3,
  figures: { serverMessagesPerOp: [2.06, 2.01, 2.1], stableMaxMs: [205, 205, 205] },
};

const nameRow = ({ id }: Row) => `Challenge ${id}`;

Deno.test("a row has the median of each figure, and the spread where there is one", () => {
  const other: Row = { ...ROW, id: "6b", runs: 1, passed: 0, figures: {} };
  const table = renderScoreboardTable([ROW, other], nameRow);
  const [, , ...lines] = table.split("\n");
  assertEquals(lines, [
    "| **3d** | Challenge 3d | workbench | 3 of 3 | – | 2.06 (2.01 – 2.10) | – | – | 205 ms |",
    "| **6b** | Challenge 6b | workbench | 0 of 1 | – | – | – | – | – |",
  ]);
});

Deno.test("engines are compared with the first, and marked where they deviate too much", () => {
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
  const engines = ["simulator", "workbench", "maelstrom"];
  const lines = renderAgreementTable([...rows, alone], engines, nameRow).split("\n");
  assertEquals(lines.slice(2), [
    "| **3d** Challenge 3d | passed | 3 of 3 | 3 of 3 | 3 of 3 |",
    "|  | messages per op | 2 | 2.05 +2.5 % | 2.10 +5.0 % ✗ |",
    "|  | stable, median | 100 ms | 108 ms +8.0 % | 85 ms −15.0 % ✗ |",
  ]);
});

const PAGE = `above

<!-- scoreboard: begin, made by deno task scoreboard -->

| old |

<!-- scoreboard: end -->

below
`;

Deno.test("a new table takes the place of the old one, and the page around it stays", () => {
  assertEquals(
    replaceTable(PAGE, { name: "scoreboard", task: "scoreboard" }, "| new |"),
    PAGE.replace("| old |", "| new |"),
  );
});

Deno.test("a page without marks is left alone", () => {
  assertThrows(
    () => replaceTable(PAGE, { name: "agreement", task: "scoreboard" }, ""),
    Error,
    "lost the marks",
  );
});
