import { assertEquals } from "@std/assert";
import { type Row, scoreboardFigures } from "./scoreboard.ts";

const ROW: Row = {
  id: "3d",
  options: "-w broadcast",
  engine: "workbench",
  runs: 3,
  passed: 3,
  figures: { serverMessagesPerOp: [2.06, 2.01, 2.1], stableMaxMs: [205, 202, 205] },
};

const table = (name: string, rows: readonly Row[]) =>
  new Map(scoreboardFigures(rows)).get(name) ?? "";

Deno.test("a challenge has one line, with the figures of its engines side by side", () => {
  const rows: Row[] = [
    ROW,
    { ...ROW, engine: "maelstrom", passed: 2, figures: { stableMaxMs: [300, 300, 300] } },
  ];
  const [, , ...lines] = table("scoreboard", rows).replaceAll("\u00a0", " ").replaceAll(
    "\u2060",
    "",
  )
    .split("\n");
  assertEquals(lines, [
    "| **3d** Efficient broadcast, part 1 | passed<br>messages per op<br>maximum, ms | –<br>–<br>– " +
    "| 3 of 3<br>2.06 (2.01–2.10)<br>205 (202–205) | 2 of 3<br>–<br>300 |",
  ]);
});

Deno.test("the two runs of 6b have names that tell them apart", () => {
  const rows: Row[] = [
    { ...ROW, id: "6b", options: "-w txn-rw-register" },
    { ...ROW, id: "6b", options: "-w txn-rw-register --nemesis partition", runs: 5 },
  ];
  const figures = new Map(scoreboardFigures(rows));
  assertEquals(figures.get("6b no partition workbench runs"), "3");
  assertEquals(figures.get("6b partition workbench runs"), "5");
  assertEquals(figures.get("6b partition workbench messages"), "2.06 (2.01 – 2.10)");
});

Deno.test("rows of kills have a table and names of their own", () => {
  const figures = { operations: [180, 180, 180], okFraction: [0.93, 0.93, 0.93] } as const;
  const killed: Row = { ...ROW, options: "-w broadcast --nemesis kill,partition", figures };
  assertEquals(table("kills", [ROW, killed]).split("\n").slice(2), [
    "| **3d** Efficient broadcast, part 1 | workbench | 3 of 3 | 180 | 93.00 % | – |",
  ]);
  assertEquals(table("scoreboard", [ROW, killed]), table("scoreboard", [ROW]));
  assertEquals(new Map(scoreboardFigures([ROW, killed])).get("3d kills workbench ok"), "93.00 %");
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
  const lines = table("agreement", [...rows, alone]).split("\n");
  const title = "**3d** Efficient broadcast, part 1";
  assertEquals(lines.slice(2), [
    `| ${title} | messages per op | 2 | +2.5 % | +5.0 % ✗ |`,
    `| ${title} | stable, median | 100 ms | +8.0 % | −15.0 % ✗ |`,
  ]);
});

Deno.test("it says where rows come from, and of old ones that nobody knows", () => {
  const stamp = { commit: "abc1234", date: "2026-01-02", machine: "2 cores", load: 0.25 };
  const rows: Row[] = [ROW, { ...ROW, id: "3e", stamp }, { ...ROW, id: "4", stamp }];
  assertEquals(table("scoreboard origin", rows).split("\n"), [
    "- workbench, commit not recorded: 3d",
    "- workbench: 2026-01-02, commit `abc1234`, 2 cores; load before a run at most 0.3: 3e, 4",
  ]);
});
