/**
 * Summaries as text: of one run, of several runs, of several challenges.
 *
 * Marks and words carry the meaning; colour only repeats it.
 *
 * @module
 */
import { formatPercent, pluralize } from "../checkers/format.ts";
import type { Figure, Metrics } from "./figures.ts";
import type { Ending, Limit, MeasuredLimit, Place, Summary } from "./summary.ts";
import {
  brief,
  type Cell,
  columns,
  grouped,
  listing,
  type Look,
  milliseconds,
  type Paint,
  painter,
  paragraph,
} from "./text.ts";

const MARKS = { pass: "✓", fail: "✗", unknown: "?", crash: "✗" } as const;
const TONES = { pass: "good", fail: "bad", unknown: "unsure", crash: "bad" } as const;

/** A summary as text, without a final line break. `title` names the run, such as `3d  Broadcast`. */
export function renderSummary(summary: Summary, look: Look & { title?: string } = {}): string {
  const { ending, headline, limits, figures, explanation, places } = summary;
  const { width = 80, title } = look;
  const paint = painter(look);
  const mark = `${paint(TONES[ending], MARKS[ending])} ${paint("strong", ending)}`;
  const blocks = [
    [title === undefined ? mark : `${mark}  ${title}`, ...paragraph("  ", headline, width)],
    table(limits, figures, width, paint),
    listing(explanation, width),
    places.length === 0 ? [] : ["  Look first at", ...placeLines(places, paint)],
  ];
  return blocks.filter((block) => block.length > 0).map((block) => block.join("\n")).join("\n\n");
}

function table(
  limits: readonly MeasuredLimit[],
  figures: readonly Figure[],
  width: number,
  paint: Paint,
): string[] {
  const nameWidth = Math.max(0, ...[...limits, ...figures].map(({ name }) => name.length));
  const limitRows = columns(limits.map((limit) => limitRow(limit, nameWidth)), paint);
  const figureRows = figures.flatMap(({ name, text }) => {
    const [first = "", ...rest] = paragraph(" ".repeat(nameWidth + 7), text, width);
    return [`     ${paint("quiet", name.padEnd(nameWidth))}${first.slice(nameWidth + 5)}`, ...rest];
  });
  const gap = limits.length > 0 && figures.length > 0 ? [""] : [];
  return [...limitRows.map((row) => `  ${row}`), ...gap, ...figureRows];
}

function limitRow(limit: MeasuredLimit, nameWidth: number): Cell[] {
  const { name, value, ok, unit } = limit;
  const measured = value === undefined ? "not measured" : withUnit(value, unit);
  const [mark, tone] = ok
    ? ["✓", "good"] as const
    : value === undefined
    ? ["?", "unsure"] as const
    : ["✗", "bad"] as const;
  return [
    { text: mark, tone },
    { text: name.padEnd(nameWidth) },
    { text: measured, align: "right", tone: ok ? "strong" : tone },
    { text: boundOf(limit), tone: "quiet" },
    { text: gauge(limit), tone: ok ? "quiet" : tone },
  ];
}

function boundOf({ below, max, min, unit }: Limit): string {
  const bounds = [
    ...(below === undefined ? [] : [`below ${withUnit(below, unit)}`]),
    ...(max === undefined ? [] : [`at most ${withUnit(max, unit)}`]),
    ...(min === undefined ? [] : [`at least ${withUnit(min, unit)}`]),
  ];
  return bounds.join(", ");
}

function withUnit(value: number, unit: string | undefined): string {
  if (unit === "%") return formatPercent(value);
  return unit === undefined ? brief(value) : `${brief(value)} ${unit}`;
}

const GAUGE_WIDTH = 20;

/** How much of an upper limit is used, as a bar; nothing for other limits. */
function gauge({ value, below, max }: MeasuredLimit): string {
  const bound = below ?? max;
  if (value === undefined || bound === undefined || bound <= 0) return "";
  const filled = Math.min(GAUGE_WIDTH, Math.max(0, Math.round(value / bound * GAUGE_WIDTH)));
  return "━".repeat(filled) + "╌".repeat(GAUGE_WIDTH - filled);
}

function placeLines(places: readonly Place[], paint: Paint): string[] {
  const rows = places.map((
    { path, why },
  ): Cell[] => [{ text: path }, { text: why, tone: "quiet" }]);
  return columns(rows, paint).map((line) => `    ${line}`);
}

/** A summary, or several, as JSON for other programs. */
export function summaryJson(summary: Summary | readonly Summary[]): string {
  return JSON.stringify(summary, null, 2);
}

/** A line of the scoreboard. */
export interface Score {
  readonly id: string;
  readonly title: string;
  readonly summary: Summary;
}

/** Several challenges, one line each, and how many passed. */
export function renderScoreboard(scores: readonly Score[], look: Look = {}): string {
  const paint = painter(look);
  const header = ["", "", "", ...METRICS.map(({ name }) => name)];
  const rows = scores.map(({ id, title, summary }): Cell[] => [
    { text: MARKS[summary.ending], tone: TONES[summary.ending] },
    { text: id, tone: "strong" },
    { text: title },
    ...metricCells(summary.metrics),
  ]);
  const head = header.map((text, n): Cell => ({
    text,
    tone: "quiet",
    align: n < 3 ? "left" : "right",
  }));
  return [...columns([head, ...rows], paint), "", tallyOf(scores.map(({ summary }) => summary))]
    .map((line) => line === "" ? "" : `  ${line}`).join("\n");
}

function metricCells(metrics: Metrics): Cell[] {
  return METRICS.map(({ of, print }) => {
    const value = of(metrics);
    return { text: value === undefined ? "–" : print(value), align: "right" };
  });
}

const METRICS: readonly {
  readonly name: string;
  readonly of: (metrics: Metrics) => number | undefined;
  readonly print: (value: number) => string;
}[] = [
  { name: "operations", of: (metrics) => metrics.operations, print: grouped },
  { name: "ok", of: (metrics) => metrics.okFraction, print: formatPercent },
  { name: "msgs/op", of: (metrics) => metrics.serverMessagesPerOp, print: brief },
  { name: "stable, median", of: (metrics) => metrics.stableMedianMs, print: milliseconds },
  { name: "stable, max", of: (metrics) => metrics.stableMaxMs, print: milliseconds },
];

function tallyOf(summaries: readonly Summary[]): string {
  const passed = summaries.filter(({ ending }) => ending === "pass").length;
  const all = pluralize(summaries.length, "run");
  return passed === summaries.length ? `all of ${all} pass` : `${passed} of ${all} pass`;
}

/** Several runs of one challenge: each figure's median and spread. */
export function renderRuns(
  summaries: readonly Summary[],
  look: Look & { title?: string } = {},
): string {
  const paint = painter(look);
  const ending = worstEnding(summaries);
  const title = look.title === undefined ? "" : `${look.title}  `;
  const head = `${paint(TONES[ending], MARKS[ending])} ${title}${tallyOf(summaries)}`;
  const header = ["", "median", "from", "to"].map((text, n): Cell => ({
    text,
    tone: "quiet",
    align: n === 0 ? "left" : "right",
  }));
  const rows = METRICS.flatMap(({ name, of, print }): Cell[][] => {
    const spread = spreadOf(summaries.flatMap(({ metrics }) => of(metrics) ?? []));
    if (spread === undefined) return [];
    const [median, ...ends] = [spread.median, spread.min, spread.max].map(print);
    return [[
      { text: name },
      { text: median ?? "", align: "right", tone: "strong" },
      ...ends.map((text): Cell => ({ text, align: "right" })),
    ]];
  });
  if (rows.length === 0) return head; // every run crashed
  return [head, "", ...columns([header, ...rows], paint).map((line) => `    ${line}`)].join("\n");
}

/** The ending of several runs together: the worst of them. */
export function worstEnding(summaries: readonly Summary[]): Ending {
  const order = ["crash", "fail", "unknown"] as const;
  return order.find((ending) => summaries.some((one) => one.ending === ending)) ?? "pass";
}

/** Median, least and greatest of some values; nothing of none. */
export function spreadOf(
  values: readonly number[],
): { median: number; min: number; max: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return { median: middle.reduce((sum, value) => sum + value, 0) / middle.length, min, max };
}
