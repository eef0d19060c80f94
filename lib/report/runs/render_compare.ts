/**
 * Two runs side by side.
 *
 * @module
 */
import { METRICS } from "../metrics.ts";
import { breakable, type Markup, markup } from "../page/markup.ts";
import type { Entry } from "./catalogue.ts";
import { findFile, PAGE_FILE } from "./files.ts";
import type { RunRecord } from "./record.ts";
import { filesLink, renderBadge } from "./render_list.ts";
import { formatLatency, formatWhen, optionsOf, subjectOf } from "./words.ts";

/** A figure of both runs. */
interface Row {
  readonly title: string;
  readonly values: readonly (number | undefined)[];
  readonly print: (value: number) => string;
}

/** Renders two runs, the earlier one first. */
export function renderComparison(runs: readonly Entry[]): Markup {
  const names = runs.map(subjectOf);
  const title = names[0] === names[1] ? `${names[0]}, twice` : names.join(" and ");
  return markup`<header><nav><a href="/">All runs</a></nav><h1>${title}</h1></header>
<main id="comparison"><div class="pair">${runs.map(renderHead)}</div>
<section aria-labelledby="figures-title"><h2 id="figures-title">Figures</h2>
<div class="panel scroll">${renderFigures(runs)}</div></section>
<section aria-labelledby="options-title"><h2 id="options-title">Options</h2>
<div class="panel">${renderOptions(runs)}</div></section>
<section aria-labelledby="pictures-title"><h2 id="pictures-title">Pictures</h2>
<p class="caption">${
    runs.every(hasPage)
      ? markup`Of both runs on one scale, so that what looks different is different.
<span class="by-hand">Drag over a chart to zoom in on both runs, double-click to see all; with the
keyboard ← → move, + − zoom.</span>`
      : "A run without a page has no pictures."
  }</p>
<div class="pair">${
    runs.map((entry, i) =>
      hasPage(entry)
        ? markup`<div class="panel column" data-scene="${entry.id}"><h3>${sideOf(i)}</h3></div>`
        : markup`<div class="panel column"><h3>${sideOf(i)}</h3><p>It has no page.</p></div>`
    )
  }</div></section></main>`;
}

function sideOf(i: number): string {
  return i === 0 ? "earlier" : "later";
}

function renderHead(entry: Entry, i: number): Markup {
  const { record, why, startedMs } = entry;
  return markup`<div class="panel"><p class="quiet">${sideOf(i)}: ${formatWhen(startedMs)}</p>
<div class="verdict">${renderBadge(entry)}<h2><a href="${
    filesLink(entry, hasPage(entry) ? PAGE_FILE : "")
  }">${breakable(subjectOf(entry))}</a></h2></div><p>${record?.headline ?? why}</p>
<dl>${
    (record?.figures ?? []).map(({ name, text }) => markup`<dt>${name}</dt><dd>${text}</dd>`)
  }</dl></div>`;
}

function hasPage(entry: Entry): boolean {
  return findFile(entry, PAGE_FILE) !== undefined;
}

const LATENCIES = ["latency, median", "latency, 95 %", "latency, maximum"];

function rowsOf(records: readonly (RunRecord | undefined)[]): Row[] {
  const rows: Row[] = [
    ...METRICS.map(({ key, title, print }) => ({
      title,
      print,
      values: records.map((record) => record?.metrics[key]),
    })),
    ...LATENCIES.map((title, i) => ({
      title,
      print: formatLatency,
      values: records.map((record) => record?.latencyMs[i]),
    })),
  ];
  return rows.filter(({ values }) => values.some((value) => value !== undefined));
}

function renderFigures(runs: readonly Entry[]): Markup {
  const rows = rowsOf(runs.map(({ record }) => record));
  if (rows.length === 0) return markup`<p>Neither run has any.</p>`;
  return markup`<table><thead><tr><th></th><th scope="col">earlier</th>
<th scope="col">later</th><th scope="col">difference</th></tr></thead><tbody>${
    rows.map(({ title, values, print }) =>
      markup`<tr><th scope="row">${title}</th>${
        values.map((value) => markup`<td>${value === undefined ? "–" : print(value)}</td>`)
      }<td>${differenceOf(values, print)}</td></tr>`
    )
  }</tbody></table>`;
}

/** How much more the later run has, and in per cent of the earlier one. */
function differenceOf(
  [earlier, later]: readonly (number | undefined)[],
  print: (value: number) => string,
): string {
  if (earlier === undefined || later === undefined) return "";
  const difference = later - earlier;
  if (Math.abs(difference) < 1e-9) return "same";
  const sign = difference < 0 ? "−" : "+";
  const percents = 100 * Math.abs(difference / earlier);
  const percent = earlier === 0 ? "" : ` (${sign}${percents.toFixed(percents < 10 ? 1 : 0)} %)`;
  return `${sign}${print(Math.abs(difference))}${percent}`;
}

function renderOptions(runs: readonly Entry[]): Markup {
  const [earlier = [], later = []] = runs.map(({ about }) => optionsOf(about?.options ?? []));
  const same = earlier.filter((option) => later.includes(option));
  const list = (options: readonly string[]) =>
    markup`<div class="column">${
      options.length === 0 ? "–" : options.map((option) => markup`<code>${option}</code> `)
    }</div>`;
  const only = (options: readonly string[]) => options.filter((option) => !same.includes(option));
  return markup`<p class="quiet">In both</p>${list(same)}
<p class="quiet">In one alone</p><div class="pair">${list(only(earlier))}${
    list(only(later))
  }</div>`;
}
