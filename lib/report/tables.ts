/**
 * Figures that were measured, as tables in Markdown: the scoreboard, and how far the engines agree.
 *
 * @module
 */
import { challengeOf } from "../../tasks/shared/challenges.ts";
import type { Metrics } from "./figures.ts";
import { brief, milliseconds } from "./text.ts";

/** Median and spread of a figure over some runs. */
export type Spread = readonly [median: number, least: number, greatest: number];

/** What an engine made of a challenge, in one run or more. */
export interface Row {
  readonly id: string;
  /** Options of the run, the challenge's own. */
  readonly options: string;
  readonly engine: string;
  readonly runs: number;
  readonly passed: number;
  readonly figures: Readonly<Partial<Record<keyof Metrics, Spread>>>;
}

interface Column {
  readonly key: keyof Metrics;
  readonly title: string;
  readonly print: (value: number) => string;
  /** How far two engines may be apart, as a fraction; absent where they are not compared by it. */
  readonly tolerance?: number;
}

/** The figures that are kept. */
export const COLUMNS: readonly Column[] = [
  { key: "serverMessagesPerOp", title: "messages per op", print: brief, tolerance: 0.03 },
  { key: "stableMedianMs", title: "stable, median", print: milliseconds, tolerance: 0.1 },
  { key: "stableP99Ms", title: "stable, 99 %", print: milliseconds, tolerance: 0.1 },
  { key: "stableMaxMs", title: "stable, maximum", print: milliseconds },
  { key: "okFraction", title: "ok", print: (f) => `${(Math.floor(f * 1e5) / 1e3)} %` },
];

/** The scoreboard: median, and in brackets the spread where there is one. */
export function scoreboardOf(rows: readonly Row[]): string {
  const head = ["", "challenge", "engine", "passed", ...COLUMNS.map(({ title }) => title)];
  const lines = rows.map((row) => [
    `**${row.id}**`,
    titleOf(row),
    row.engine,
    `${row.passed} of ${row.runs}`,
    ...COLUMNS.map(({ key, print }) => cell(row.figures[key], print)),
  ]);
  return table(head, lines, 3);
}

/**
 * How far engines agree: a line for each figure of a challenge, with the deviation of every engine's
 * median from that of the first, and a mark where it is beyond what is tolerated.
 *
 * @param engines Those to compare, the reference first.
 */
export function agreementOf(rows: readonly Row[], engines: readonly string[]): string {
  const byRun = Map.groupBy(rows, ({ id, options }) => `${id} ${options}`);
  const lines = [...byRun.values()].flatMap((same) => {
    const [first] = same;
    const found = engines.map((name) => same.find(({ engine }) => engine === name));
    if (first === undefined || found.filter((row) => row !== undefined).length < 2) return [];
    const passed = found.map((row) => row === undefined ? "–" : `${row.passed} of ${row.runs}`);
    const figures = COLUMNS.flatMap((column) =>
      column.tolerance === undefined || found.every((row) => row?.figures[column.key] === undefined)
        ? []
        : [["", column.title, ...compared(column, found)]]
    );
    return [[`**${first.id}** ${titleOf(first)}`, "passed", ...passed], ...figures];
  });
  return table(["challenge", "", ...engines], lines, 2);
}

function compared({ key, print, tolerance = 0 }: Column, rows: readonly (Row | undefined)[]) {
  const [reference] = rows.map((row) => row?.figures[key]?.[0]);
  return rows.map((row, i) => {
    const spread = row?.figures[key];
    const text = cell(spread, print);
    if (i === 0 || spread === undefined || !reference) return text;
    const off = spread[0] / reference - 1;
    const percent = `${off < 0 ? "−" : "+"}${(100 * Math.abs(off)).toFixed(1)} %`;
    return `${text} ${percent}${Math.abs(off) > tolerance ? " ✗" : ""}`;
  });
}

/** A challenge's title; tells its runs apart where it has several. */
function titleOf({ id, options }: Row): string {
  const { title, runs } = challengeOf(id);
  const plain = runs.length > 1 && !options.includes("--nemesis");
  return `${title}${plain ? ", no partition" : ""}`;
}

function cell(spread: Spread | undefined, print: (value: number) => string): string {
  if (spread === undefined) return "–";
  const [median, least, greatest] = spread.map(print);
  return least === greatest ? `${median}` : `${median} (${least} – ${greatest})`;
}

/** @param words Columns of text, at the left; those behind hold figures. */
function table(head: readonly string[], lines: readonly string[][], words: number): string {
  const rule = head.map((_, i) => i < words ? "---" : "---:");
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
