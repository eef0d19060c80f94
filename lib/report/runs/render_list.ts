/**
 * The list of runs as a page.
 *
 * @module
 */
import { formatFigure, pluralize } from "../../checkers/format.ts";
import { breakable, type Markup, markup } from "../page/markup.ts";
import type { Ending } from "../summary.ts";
import type { Entry } from "./catalogue.ts";
import { deletionProblem } from "./delete.ts";
import { findFile, PAGE_FILE } from "./files.ts";
import { findTrends, latencyOf, messagesOf, type Trend, type TrendLine } from "./trends.ts";
import { formatLatency, formatWhen, subjectOf } from "./words.ts";

/** What of the runs is listed. Empty: all. */
interface Filter {
  readonly subject: string;
  readonly verdict: string;
  readonly engine: string;
  /** What a run must mention. */
  readonly text: string;
}

/** What the list is made of. */
interface ListContext {
  readonly root: string;
  readonly token: string;
  readonly filter: Filter;
  /** Whether all are listed, however many. */
  readonly isWhole: boolean;
  /** The command that makes a run. */
  readonly make: string;
}

/** Rows that are listed at first. */
const MOST_ROWS = 200;

/** Renders a list of runs, the latest first. */
export function renderList(entries: readonly Entry[], context: ListContext): Markup {
  const { root, make, filter } = context;
  if (entries.length === 0) {
    return markup`<header><h1>Runs</h1><p class="headline">There are no runs in ${root} yet.</p>
<div class="panel"><p>A run leaves its files there, and appears here while it goes:</p>
<div class="command"><code>${make}</code></div></div></header>`;
  }
  const listed = entries.filter((entry) => matches(entry, filter));
  const running = entries.filter(({ state }) => state === "running");
  return markup`<header><h1>Runs</h1>
<p class="quiet">${
    pluralize(entries.filter(({ state }) => state !== "foreign").length, "run")
  } in ${root}</p></header>
<main>
${running.length > 0 && renderRunning(running)}
${renderTrends(findTrends(listed))}
<section aria-labelledby="list-title">
<h2 id="list-title">All runs</h2>
${renderFilter(entries, filter)}
${
    listed.length === 0
      ? markup`<p class="panel">No run is like that. <a href="/">Show all runs</a></p>`
      : renderRuns(listed, context)
  }
</section>
${renderPrune(context)}
</main>`;
}

function matches(entry: Entry, { subject, verdict, engine, text }: Filter): boolean {
  const { id, about, record, why = "" } = entry;
  const words = [id, why, subjectOf(entry), record?.headline ?? "", ...about?.options ?? []]
    .join(" ").toLowerCase();
  return (subject === "" || subjectOf(entry) === subject) &&
    (verdict === "" || verdictOf(entry) === verdict) &&
    (engine === "" || about?.engine === engine) &&
    words.includes(text.trim().toLowerCase());
}

/** How a run ended, or what else it is. */
function verdictOf({ record, state }: Entry): string {
  return record?.verdict ?? state;
}

function renderRunning(running: readonly Entry[]): Markup {
  return markup`<section aria-labelledby="running-title"><h2 id="running-title">In progress</h2>
<ul class="cards">${
    running.map((entry) =>
      markup`<li class="panel running"><span class="badge running">● running</span>
<a href="${liveLink(entry)}">${subjectOf(entry)}</a>
<span class="quiet">since ${formatWhen(entry.startedMs)}</span></li>`
    )
  }</ul></section>`;
}

function liveLink({ id }: Entry): string {
  return `/live?run=${encodeURIComponent(id)}`;
}

/** Where the files of a run are served. */
export function filesLink({ id }: Pick<Entry, "id">, name = ""): string {
  return `/runs/${id.split("/").map(encodeURIComponent).join("/")}/${name}`;
}

function renderTrends(trends: readonly Trend[]): Markup | undefined {
  const shown = trends.filter(({ lines, count }) => lines.length > 0 && count > 1);
  if (shown.length === 0) return undefined;
  return markup`<section aria-labelledby="trends-title"><h2 id="trends-title">By challenge</h2>
<p class="caption">The last runs of each, the oldest on the left; from 0 to the greatest value.
A square is a run that did not pass.</p>
<ul class="cards">${
    shown.map((trend) =>
      markup`<li class="panel trend"><h3><a href="/?subject=${
        encodeURIComponent(trend.name)
      }">${trend.name}</a> <span class="quiet">${pluralize(trend.count, "run")}</span></h3>
${trend.lines.map((line) => renderLine(line, trend.endings))}</li>`
    )
  }</ul></section>`;
}

const WIDTH = 240;
const HEIGHT = 44;
const EDGE = 5;

function renderLine({ title, unit, values }: TrendLine, endings: readonly Ending[]): Markup {
  const known = values.filter((value) => value !== undefined);
  const [last = 0] = known.slice(-1);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const print = (value: number) => unit === "ms" ? formatLatency(value) : formatFigure(value);
  const spread = least === most ? "" : `${print(least)} to ${print(most)}`;
  const step = (WIDTH - 2 * EDGE) / Math.max(1, values.length - 1);
  const points = values.flatMap((value, i) => {
    if (value === undefined) return [];
    const x = values.length === 1 ? WIDTH / 2 : EDGE + i * step;
    const y = HEIGHT - EDGE - (most === 0 ? 0 : value / most) * (HEIGHT - 2 * EDGE);
    return [{ x: Math.round(10 * x) / 10, y: Math.round(10 * y) / 10, ending: endings[i] }];
  });
  return markup`<div class="trend-line"><div><span class="quiet">${title}</span>
<b>${print(last)}</b></div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}, ${
    pluralize(known.length, "run")
  }: last ${print(last)}${spread === "" ? "" : `, ${spread}`}">
<path class="base" d="M0 ${HEIGHT - EDGE}H${WIDTH}" />
<polyline points="${points.map(({ x, y }) => `${x},${y}`).join(" ")}" />
${
    points.map(({ x, y, ending }) =>
      ending === "pass"
        ? markup`<circle cx="${x}" cy="${y}" r="2.4" />`
        : markup`<rect class="bad" x="${x - 3}" y="${y - 3}" width="6" height="6" />`
    )
  }
</svg><div class="quiet spread">${spread}</div></div>`;
}

function renderFilter(entries: readonly Entry[], filter: Filter): Markup {
  const engines = entries.flatMap(({ about }) => about?.engine ?? []);
  return markup`<form method="get" action="/" class="controls" id="filter">
${renderSelect("subject", ["challenge", entries.map(subjectOf)], filter.subject)}
${renderSelect("verdict", ["verdict", entries.map(verdictOf)], filter.verdict)}
${renderSelect("engine", ["engine", engines], filter.engine)}
<label>mentions <input type="text" name="text" size="12" value="${filter.text}"></label>
<button>Filter</button></form>`;
}

function renderSelect(
  name: string,
  [label, values]: readonly [string, readonly string[]],
  chosen: string,
): Markup {
  const sorted = [...new Set([...values, ...(chosen === "" ? [] : [chosen])])]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return markup`<label>${label} <select name="${name}"><option value="">all</option>${
    sorted.map((value) =>
      value === chosen
        ? markup`<option selected>${value}</option>`
        : markup`<option>${value}</option>`
    )
  }</select></label>`;
}

function renderRuns(listed: readonly Entry[], { token, isWhole, filter }: ListContext): Markup {
  const shown = isWhole ? listed : listed.slice(0, MOST_ROWS);
  const all = new URLSearchParams({ ...filter, all: "yes" });
  return markup`<form method="get" action="/compare" id="runs">
<div class="controls actions"><button id="compare">Compare two</button>
<button id="delete" formmethod="post" formaction="/delete" name="token" value="${token}">Delete…</button>
<span class="quiet" id="chosen" aria-live="polite">Choose two runs to compare, or any to delete.</span></div>
<div class="panel scroll"><table class="runs"><thead><tr>
<th scope="col"><span class="unseen">choose</span></th><th scope="col">run</th>
<th scope="col">verdict</th><th scope="col">when</th><th scope="col">engine</th><th scope="col" title="messages between servers for each operation">msgs / op</th>
<th scope="col">latency</th><th scope="col">what came of it</th></tr></thead>
<tbody>${shown.map(renderRow)}</tbody></table></div>
${
    shown.length < listed.length &&
    markup`<p>The latest ${shown.length} are listed. <a href="/?${all.toString()}">List all ${listed.length}</a></p>`
  }
</form>`;
}

function renderRow(entry: Entry): Markup {
  const { id, record, about, startedMs, why } = entry;
  const [messages, latency] = record === undefined ? [] : [messagesOf(record), latencyOf(record)];
  const figure = record?.figures[0];
  const isChoosable = deletionProblem(entry) === undefined;
  return markup`<tr>
<td>${
    isChoosable &&
    markup`<input type="checkbox" name="run" value="${id}" aria-label="choose ${
      subjectOf(entry)
    } of ${formatWhen(startedMs)}">`
  }</td>
<th scope="row">${renderName(entry)}</th>
<td>${renderBadge(entry)}</td>
<td><time datetime="${new Date(startedMs).toISOString()}" title="${formatWhen(startedMs)}">${
    formatWhen(startedMs).slice(0, -3)
  }</time></td>
<td>${about?.engine ?? "–"}</td>
<td data-label="messages per op">${messages === undefined ? "–" : formatFigure(messages)}</td>
<td data-label="latency">${latency === undefined ? "–" : formatLatency(latency)}</td>
<td class="story">${record?.headline ?? why}${
    figure !== undefined && markup` <span class="quiet">${figure.name}: ${figure.text}</span>`
  }</td>
</tr>`;
}

function renderName(entry: Entry): Markup {
  const { state, about, id } = entry;
  const name = about === undefined ? id : subjectOf(entry);
  const hasPage = findFile(entry, PAGE_FILE) !== undefined;
  const link = state === "running" ? liveLink(entry) : filesLink(entry, hasPage ? PAGE_FILE : "");
  return markup`<a href="${link}">${breakable(name)}</a>`;
}

const MARKS: Readonly<Partial<Record<string, readonly [text: string, className: string]>>> = {
  pass: ["✓ pass", "pass"],
  fail: ["✗ fail", "fail-ending"],
  unknown: ["? unknown", "unknown"],
  crash: ["✗ crash", "crash"],
  running: ["● running", "running"],
};

/** How a run ended, as a badge. */
export function renderBadge(entry: Entry): Markup {
  const verdict = verdictOf(entry);
  const [text, className] = MARKS[verdict] ?? [verdict, "quiet"];
  return markup`<span class="badge ${className}">${text}</span>`;
}

function renderPrune({ token }: ListContext): Markup {
  return markup`<section aria-labelledby="prune-title"><h2 id="prune-title">Prune</h2>
<form method="post" action="/prune" class="panel controls">
<label>Keep the latest <input type="number" name="keep" min="1" value="20" required> runs</label>
<button name="token" value="${token}">Delete the others…</button></form></section>`;
}
