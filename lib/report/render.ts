/**
 * Summaries as text: of one run, of several runs, of several challenges.
 *
 * Marks and words carry the meaning; colour only repeats it.
 *
 * @module
 */
import { formatFigure, pluralize } from "../checkers/format.ts";
import type { Figure, Metric, Place } from "../workbench/workloads/workload.ts";
import type { Limit, MeasuredLimit } from "./limits.ts";
import { METRICS } from "./metrics.ts";
import { type Summary, worstEnding } from "./summary.ts";
import {
  alignCells,
  type Cell,
  firstThatFits,
  listSentences,
  makePaint,
  type Paint,
  type Style,
  wrapParagraph,
} from "./text.ts";
import { ENDINGS, type Totals, totalsOf } from "./totals.ts";

const MARKS = { pass: "✓", fail: "✗", unknown: "?", crash: "✗" } as const;
const TONES = { pass: "good", fail: "bad", unknown: "unsure", crash: "bad" } as const;

/** A style, and what the run is called, such as `3d  Broadcast`. */
export type TitledStyle = Style & { readonly title?: string };

/**
 * Renders a summary as text, without a final line break.
 *
 * @example
 * ```ts
 * import { type Node, UniqueIds } from "@glomers/maelstrom";
 * import { renderSummary, summariseRun } from "@glomers/maelstrom/report";
 * import { simulateOnce } from "@glomers/maelstrom/simulator";
 * import { assertStringIncludes } from "@std/assert";
 *
 * function alwaysSeven(node: Node): void {
 *   node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
 * }
 *
 * const summary = summariseRun(await simulateOnce(alwaysSeven, { workload: "unique-ids" }));
 * assertStringIncludes(renderSummary(summary, { title: "my ids" }), "✗ fail  my ids");
 * ```
 */
export function renderSummary(summary: Summary, style: TitledStyle = {}): string {
  const { ending, headline, warnings, limits, figures, explanation, places } = summary;
  const { width = 80, title } = style;
  const paint = makePaint(style);
  const mark = `${paint(TONES[ending], MARKS[ending])} ${paint("strong", ending)}`;
  const blocks = [
    [title === undefined ? mark : `${mark}  ${title}`, ...wrapParagraph("  ", headline, width)],
    warnings.flatMap((text) => wrapParagraph(`  ${paint("unsure", "!")} `, text, width)),
    renderFigures(limits, figures, width, paint),
    listSentences(explanation, width),
    places.length === 0 ? [] : ["  Look first at", ...renderPlaces(places, width, paint)],
  ];
  return blocks.filter((block) => block.length > 0).map((block) => block.join("\n")).join("\n\n");
}

function renderFigures(
  limits: readonly MeasuredLimit[],
  figures: readonly Figure[],
  width: number,
  paint: Paint,
): string[] {
  const nameWidth = Math.max(0, ...[...limits, ...figures].map(({ name }) => name.length));
  const limitRows = alignLimits(limits, nameWidth, width, paint);
  const figureRows = figures.flatMap(({ name, text }) => {
    const [first = "", ...rest] = wrapParagraph(" ".repeat(nameWidth + 7), text, width);
    return [`     ${paint("quiet", name.padEnd(nameWidth))}${first.slice(nameWidth + 5)}`, ...rest];
  });
  const gap = limits.length > 0 && figures.length > 0 ? [""] : [];
  return [...limitRows.map((row) => `  ${row}`), ...gap, ...figureRows];
}

/** A row for each limit, its gauge as long as there is room for. */
function alignLimits(
  limits: readonly MeasuredLimit[],
  nameWidth: number,
  width: number,
  paint: Paint,
): string[] {
  const forms = [20, 10, 0].map((length) =>
    limits.map((limit) => limitRow(limit, nameWidth, length))
  );
  return alignCells(firstThatFits(forms, width - 2, { right: [2] }), paint, { right: [2] });
}

function limitRow(limit: MeasuredLimit, nameWidth: number, gaugeLength: number): Cell[] {
  const { name, metric, value, ok } = limit;
  const measured = value === undefined ? "not measured" : printMetric(metric, value);
  const [mark, tone] = ok
    ? ["✓", "good"] as const
    : value === undefined
    ? ["?", "unsure"] as const
    : ["✗", "bad"] as const;
  return [
    { text: mark, tone },
    { text: name.padEnd(nameWidth) },
    { text: measured, tone: ok ? "strong" : tone },
    { text: boundOf(limit), tone: "quiet" },
    { text: gauge(limit, gaugeLength), tone: ok ? "quiet" : tone },
  ];
}

function boundOf({ metric, below, max, min }: Limit): string {
  const bounds = [["below", below], ["at most", max], ["at least", min]] as const;
  return bounds.flatMap(([word, bound]) =>
    bound === undefined ? [] : [`${word} ${printMetric(metric, bound)}`]
  ).join(", ");
}

function printMetric(key: string, value: number): string {
  const { print = formatFigure } = METRICS.find((metric) => metric.key === key) ?? {};
  return print(value);
}

/** A bar that shows how much of an upper limit is used; nothing for other limits. */
function gauge({ value, below, max }: MeasuredLimit, length: number): string {
  const bound = below ?? max;
  if (value === undefined || bound === undefined || bound <= 0) return "";
  const filled = Math.min(length, Math.max(0, Math.round(value / bound * length)));
  return "━".repeat(filled) + "╌".repeat(length - filled);
}

function renderPlaces(places: readonly Place[], width: number, paint: Paint): string[] {
  const pathWidth = Math.max(...places.map(({ path }) => path.length));
  const rows = places.flatMap(({ path, why }) =>
    wrapParagraph(" ".repeat(pathWidth + 6), why, width).map((line, n): Cell[] => [
      { text: n === 0 ? path : "" },
      { text: line.trimStart(), tone: "quiet" },
    ])
  );
  return alignCells(rows, paint).map((line) => `    ${line}`);
}

/** A run of a challenge, as a line of the scoreboard. */
export interface Score {
  readonly id: string;
  readonly title: string;
  readonly summary: Summary;
}

/** The metrics that a terminal has room for. */
const SHOWN: readonly Metric[] = METRICS.filter(({ isDetail }) => !isDetail);

const nameOf = ({ title, shortTitle = title }: Metric) => shortTitle;

/** Renders several challenges, one line each, and how many passed. */
export function renderScoreboard(scores: readonly Score[], style: Style = {}): string {
  const { width = 80 } = style;
  const right = SHOWN.map((_, n) => n + 3);
  const untitled = scores.map((score) => ({ ...score, title: "" }));
  const forms = [
    scoreRows(scores, SHOWN),
    ...SHOWN.map((_, n) => scoreRows(untitled, SHOWN.slice(0, SHOWN.length - n))),
  ];
  const table = alignCells(firstThatFits(forms, width - 2, { right }), makePaint(style), { right });
  const tally = tallyOf(totalsOf(scores.map(({ summary }) => summary)));
  return [...table.map((line) => `  ${line}`), "", `  ${tally}`].join("\n");
}

function scoreRows(scores: readonly Score[], metrics: readonly Metric[]): Cell[][] {
  const heads = ["", "", "", ...metrics.map(nameOf)].map((text): Cell => ({ text, tone: "quiet" }));
  const rows = scores.map(({ id, title, summary }): Cell[] => [
    { text: MARKS[summary.ending], tone: TONES[summary.ending] },
    { text: id, tone: "strong" },
    { text: title },
    ...metrics.map(({ key, print }) => {
      const value = summary.metrics[key];
      return { text: value === undefined ? "–" : print(value) };
    }),
  ]);
  return [heads, ...rows];
}

function tallyOf({ endings }: Totals): string {
  const runs = ENDINGS.reduce((sum, ending) => sum + endings[ending], 0);
  const all = pluralize(runs, "run");
  if (runs === 1) return endings.pass === 1 ? "the run passes" : "the run does not pass";
  return endings.pass === runs ? `all of ${all} pass` : `${endings.pass} of ${all} pass`;
}

/** Renders several runs of one challenge: each metric's median and spread. */
export function renderRuns(totals: Totals, style: TitledStyle = {}): string {
  const paint = makePaint(style);
  const ending = worstEnding(ENDINGS.filter((ending) => totals.endings[ending] > 0));
  const title = style.title === undefined ? "" : `${style.title}  `;
  const head = `${paint(TONES[ending], MARKS[ending])} ${title}${tallyOf(totals)}`;
  const heads = ["", "median", "from", "to"].map((text): Cell => ({ text, tone: "quiet" }));
  const rows = SHOWN.flatMap((metric): Cell[][] => {
    const spread = totals.spreadOf(metric.key);
    if (spread === undefined) return [];
    const [median = "", min = "", max = ""] = [spread.median, spread.min, spread.max]
      .map(metric.print);
    const name = nameOf(metric);
    return [[{ text: name }, { text: median, tone: "strong" }, { text: min }, { text: max }]];
  });
  if (rows.length === 0) return head; // every run crashed
  const table = alignCells([heads, ...rows], paint, { right: [1, 2, 3] });
  return [head, "", ...table.map((line) => `    ${line}`)].join("\n");
}
