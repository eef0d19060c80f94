/**
 * Measured figures as tables in Markdown: the scoreboard, and how far the engines agree.
 *
 * @module
 */
import type { Metric } from "../workbench/workloads/workload.ts";
import { METRICS } from "./metrics.ts";

/** Median and spread of a metric over some runs. */
export type Spread = readonly [median: number, least: number, greatest: number];

/** What an engine measured of a challenge, in one run or more. */
export interface Row {
  readonly id: string;
  /** The challenge's own options. */
  readonly options: string;
  readonly engine: string;
  readonly runs: number;
  readonly passed: number;
  readonly figures: Readonly<Record<string, Spread>>;
}

/** The metrics that are kept. How many operations there were follows from the options. */
export const COLUMNS: readonly Metric[] = METRICS.filter(({ key }) => key !== "operations");

/** A row's challenge, as a table names it. */
type NameRow = (row: Row) => string;

/** Renders the scoreboard: medians, with the spread in brackets where there is one. */
export function renderScoreboardTable(rows: readonly Row[], nameRow: NameRow): string {
  const head = ["", "challenge", "engine", "passed", ...COLUMNS.map(({ title }) => title)];
  const lines = rows.map((row) => [
    `**${row.id}**`,
    nameRow(row),
    row.engine,
    `${row.passed} of ${row.runs}`,
    ...COLUMNS.map(({ key, print }) => cell(row.figures[key], print)),
  ]);
  return renderTable(head, lines, 3);
}

/**
 * Renders how far engines agree: a line for each metric of a challenge, with the deviation of every
 * engine's median from that of the first, and a mark where it exceeds the metric's tolerance.
 *
 * @param engines Those to compare, the reference first.
 */
export function renderAgreementTable(
  rows: readonly Row[],
  engines: readonly string[],
  nameRow: NameRow,
): string {
  const byRun = Map.groupBy(rows, ({ id, options }) => `${id} ${options}`);
  const lines = [...byRun.values()].flatMap((same) => {
    const [first] = same;
    const found = engines.map((name) => same.find(({ engine }) => engine === name));
    if (first === undefined || found.filter((row) => row !== undefined).length < 2) return [];
    const passed = found.map((row) => row === undefined ? "–" : `${row.passed} of ${row.runs}`);
    const figures = COLUMNS.flatMap((column) =>
      column.tolerance === undefined || found.every((row) => row?.figures[column.key] === undefined)
        ? []
        : [["", column.title, ...compare(column, found)]]
    );
    return [[`**${first.id}** ${nameRow(first)}`, "passed", ...passed], ...figures];
  });
  return renderTable(["challenge", "", ...engines], lines, 2);
}

function compare({ key, print, tolerance = 0 }: Metric, rows: readonly (Row | undefined)[]) {
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

function cell(spread: Spread | undefined, print: (value: number) => string): string {
  if (spread === undefined) return "–";
  const [median, least, greatest] = spread.map(print);
  return least === greatest ? `${median}` : `${median} (${least} – ${greatest})`;
}

/**
 * Renders a table in Markdown.
 *
 * @param textColumns How many columns, from the left, hold text; the others hold figures.
 */
export function renderTable(
  head: readonly string[],
  lines: readonly string[][],
  textColumns: number,
): string {
  const rule = head.map((_, i) => i < textColumns ? "---" : "---:");
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A table that a task makes, between marks of its name. */
interface Made {
  readonly name: string;
  /** The name of the task. */
  readonly task: string;
}

/**
 * Puts a table in place of the one that a page has.
 *
 * @throws {Error} if the page has lost the marks around it.
 */
export function replaceTable(page: string, { name, task }: Made, table: string): string {
  const mark = `<!-- ${name}: begin, made by deno task ${task} -->`;
  const [begin, end] = [page.indexOf(mark), page.indexOf(`<!-- ${name}: end -->`)];
  if (begin < 0 || end < begin) throw new Error(`a page has lost the marks around its ${name}`);
  return `${page.slice(0, begin + mark.length)}\n\n${table}\n\n${page.slice(end)}`;
}
