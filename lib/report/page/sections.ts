/**
 * The parts of a page as markup: words and tables as they are, places for the pictures that
 * `client/show_run.ts` draws. Nothing here knows a platform, so that any page may hold them.
 *
 * @module
 */
import { formatFigure, formatWhole, pluralize } from "../../checkers/format.ts";
import type { Drawing } from "../../workbench/workloads/picture.ts";
import type { MeasuredLimit } from "../limits.ts";
import { METRICS } from "../metrics.ts";
import { SOON_MS } from "./causes.ts";
import { breakable, type Markup, markup, trusted } from "./markup.ts";
import type { LatencyRow, Page } from "./page.ts";
import { tableOf } from "./picture_tables.ts";
import { type DrawnPicture, US_PER_S } from "./scene.ts";

/** How an ending is marked, and its class. */
export const ENDINGS = {
  pass: ["✓ pass", "pass"],
  fail: ["✗ fail", "fail-ending"],
  unknown: ["? unknown", "unknown"],
  crash: ["✗ crash", "crash"],
} as const;

/** All that follows the head of a page. */
export function renderSections(page: Page): Markup {
  return markup`${renderFindings(page)}${renderEvidence(page)}`;
}

/** What findings are seen in: pictures and tables. */
export function renderEvidence(page: Page): Markup {
  return markup`
    ${renderGaps(page)}
    ${renderTimeline(page)}
    ${renderDiagram(page)}
    ${renderPictures(page)}
    ${renderTraffic(page)}
    ${renderLogs(page)}
    ${renderFiles(page)}
  `;
}

/** What is in no picture, and where it is. */
function renderGaps({ gaps: others, scene: { messages } }: Page): Markup | undefined {
  const bare = messages.text.filter((text) => text === "").length;
  const gaps = bare === 0 ? others : [
    ...others,
    `${formatWhole(bare)} messages are shown without their fields, to keep this page small.`,
  ];
  if (gaps.length === 0) return undefined;
  return markup`<section class="gaps" aria-label="What pictures leave out">${
    gaps.map((gap) => markup`<p class="quiet">${gap}</p>`)
  }</section>`;
}

/** The verdict in words, its limits and figures, and how it is repeated. */
export function renderHead({ title, about, commands, summary }: Page): Markup {
  const [mark, className] = ENDINGS[summary.ending];
  const { limits, figures } = summary;
  const hasPanel = [limits, figures, about, commands].some(({ length }) => length > 0);
  return markup`<header>
<div class="verdict"><span class="badge ${className}">${mark}</span><h1>${
    breakable(title)
  }</h1></div>
<p class="headline">${summary.headline}</p>
${hasPanel && renderPanel(summary, about, commands)}
<noscript><p>The pictures need JavaScript, which this page may not run here. Words and tables are complete.</p></noscript>
</header>`;
}

function renderPanel(
  summary: Page["summary"],
  about: Page["about"],
  commands: Page["commands"],
): Markup {
  return markup`
    <div class="panel">
    ${renderLimits(summary)}
    <div class="grid">${renderFigures(summary)}${renderList(about)}</div>
    ${
    commands.map(([what, command]) =>
      markup`<div class="command"><span class="quiet">${what}</span><code>${command}</code>
<button type="button" data-copy="${command}" hidden>copy</button></div>`
    )
  }
    </div>
  `;
}

/** What the run was held against. */
export function renderLimits({ limits }: Page["summary"]): Markup | undefined {
  if (limits.length === 0) return undefined;
  return markup`<ul class="limits grid">${limits.map(renderLimit)}</ul>`;
}

/** What is worth knowing, in words. */
export function renderFigures({ figures }: Page["summary"]): Markup | undefined {
  return renderList(figures.map(({ name, text }) => [name, text]));
}

function renderList(rows: Page["about"]): Markup | undefined {
  if (rows.length === 0) return undefined;
  return markup`<dl>${
    rows.map(([name, text]) =>
      markup`
        <dt>${name}</dt>
        <dd>${text}</dd>
      `
    )
  }</dl>`;
}

function renderLimit({ name, metric, value, ok, below, max, min }: MeasuredLimit): Markup {
  const print = METRICS.find(({ key }) => key === metric)?.print ?? formatFigure;
  const bound = below ?? max ?? min;
  const word = below !== undefined ? "below" : max !== undefined ? "at most" : "at least";
  const allowed = bound === undefined ? "" : `${word} ${print(bound)}`;
  if (value === undefined) {
    return markup`
      <li>
        <div class="limit"><span>? ${name}</span><b>not measured</b></div>
      </li>
    `;
  }
  const share = Math.max(0, Math.min(1, bound ? value / bound : 0));
  const width = Math.round(1_000 * share) / 10;
  return markup`
    <li>
      <div class="limit"><span>${ok ? "✓" : "✗"} ${name}</span>
    <span><b>${print(value)}</b> <span class="quiet">${allowed}</span></span></div>
      <svg role="img" aria-label="${Math.round(100 * share)} % of the limit" viewBox="0 0 100 4"
        preserveAspectRatio="none">
        <rect class="track" width="100" height="4" />
        <rect class="fill${ok ? "" : " over"}" width="${width}" height="4" />
      </svg>
    </li>
  `;
}

/** What went wrong, or is worth knowing. */
export function renderFindings({ findings, summary }: Page): Markup | undefined {
  if (findings.length === 0) return undefined;
  const isCalm = summary.ending === "pass";
  let number = 0; // of the moment, in the scene
  return markup`
    <section id="findings" aria-labelledby="findings-title">
      <h2 id="findings-title">${isCalm ? "Worth knowing" : "What went wrong"}</h2>
      <ul class="findings${isCalm ? " calm" : ""}">${
    findings.map(({ text, table, moments }) =>
      markup`<li><p>${text}</p>${table.length > 0 && renderTable(table)}${
        moments.map(({ fromUs }) =>
          markup`<button type="button" data-finding="${number++}">Show ${seconds(fromUs)}</button> `
        )
      }</li>`
    )
  }</ul>
    </section>
  `;
}

/** What is below a sentence: columns stay as they are, sentences may be wrapped. */
function renderTable(lines: readonly string[]): Markup {
  const hasColumns = lines.every((line) => /\S {2,}\S/.test(line));
  return markup`<pre${!hasColumns && trusted(' class="prose"')}>${lines.join("\n")}</pre>`;
}

/** Faults up to which their table is open. */
const MOST_OPEN = 6;

function renderTimeline({ latencies, scene, hasFinalOperations }: Page): Markup | undefined {
  if (latencies.length === 0) return undefined;
  return markup`
    <section id="time" aria-labelledby="time-title">
      <h2 id="time-title">Operations over time</h2>
      <p
        class="caption">Each mark is an operation: when it was asked, and how long it took. ${
    explainBands(scene)
  }${
    hasFinalOperations &&
    "At the end nothing is asked for a while, so that nodes may recover, and then the last operations follow. "
  }</p>
      <p class="caption by-hand">Drag over a stretch to zoom in on it, here and in the diagram below, whose part
    is framed; click to move the diagram there, double-click to see all. A finger moves, two zoom. With
    the keyboard ← → move, + − zoom, Home shows all.</p>
      <div class="panel"><div class="controls">${renderMoves("charts-")}</div>
      <div class="drawing"><div id="timeline" tabindex="0" role="application" aria-label="Latency of operations, their rate and that of messages, over time; the figures are in the table that follows; arrows move, plus and minus zoom, Home shows all"></div></div>
    <div class="keys" id="timeline-key"></div>
    <div class="scroll">${renderLatencies(latencies)}</div>
    ${
    scene.bands.length > 0 && markup`
      <details${scene.bands.length <= MOST_OPEN && trusted(" open")}>
        <summary>Faults as a table</summary>
        <div class="scroll">
          <table class="wide faults">
            <thead>
              <tr>
                <th>from</th>
                <th>to</th>
                <th>fault</th>
                <th></th>
              </tr>
            </thead>
            <tbody>${
      scene.bands.map(({ fromUs, toUs, label }, i) =>
        markup`
                <tr>
                  <td>${seconds(fromUs)}</td>
                  <td>${seconds(toUs)}</td>
                  <td>${label}</td>
                  <td><button type="button" data-fault="${i}" aria-label="Show when ${label} begins">Show</button></td>
                </tr>
              `
      )
    }</tbody>
          </table>
        </div>
      </details>
    `
  }</div>
    </section>
  `;
}

/** What bands are, and how to read those of partitions. */
function explainBands({ bands }: Page["scene"]): string {
  if (bands.length === 0) return "";
  const says = (word: string) =>
    bands.some(({ cut, label }) => cut.length > 0 && label.includes(word));
  const sides = says(" | ") ? "; in one that is called “cut”, no message passes the line" : "";
  const hearing = says("not hearing")
    ? "; a node “not hearing” others receives no messages from them"
    : "";
  return `Bands are faults${sides}${hearing}. `;
}

function seconds(us: number): string {
  return `${(us / US_PER_S).toFixed(3)} s`;
}

function renderLatencies(latencies: readonly LatencyRow[]): Markup {
  const heads = ["", "ok", "failed", "unknown", "open", "median", "95 %", "99 %", "maximum"];
  const counts = ["ok", "fail", "info", "open"] as const;
  return markup`
    <table>
      <caption>How operations ended, and how long those took that are ok</caption>
      <thead>
        <tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr>
      </thead>
      <tbody>${
    latencies.map((row) =>
      markup`<tr><th scope="row">${row.kind}</th>${
        counts.map((name) => markup`<td>${formatWhole(row.counts[name])}</td>`)
      }${
        [0, 1, 2, 3].map((i) => {
          const ms = row.quantilesMs[i];
          return markup`<td>${ms === undefined ? "–" : `${formatFigure(ms)} ms`}</td>`;
        })
      }</tr>`
    )
  }</tbody>
    </table>
  `;
}

/** How far causes may be trusted. */
const KNOWN_CAUSES =
  `A message follows from another if its sender was handling that one, or a timer or
    write that it began.`;
const GUESSED_CAUSES = `Answers are known by their numbers; other messages are taken to follow from
    what their sender received last, if that was at most ${SOON_MS} ms before. With much going on at once
    that is a guess.`;

/** Buttons that move what is shown; `prefix` begins their ids. */
function renderMoves(prefix = ""): Markup {
  const moves = [
    ["pan-left", "earlier", "←"],
    ["pan-right", "later", "→"],
    ["zoom-in", "closer", "+"],
    ["zoom-out", "wider", "−"],
    ["zoom-all", "whole run", "whole run"],
  ];
  return markup`<span class="buttons">${
    moves.map(([id, name, sign]) =>
      markup`
      <button type="button" id="${prefix}${id}" aria-label="${name}"
        title="${name}">${sign}</button>
    `
    )
  }</span>`;
}

function renderDiagram({ scene }: Page): Markup | undefined {
  if (scene.operations.kind.length === 0) return undefined;
  const hasMessages = scene.messages.src.length > 0;
  return markup`
    <section id="messages" aria-labelledby="messages-title">
      <h2 id="messages-title">${hasMessages ? "Messages" : "Operations"} in space and time</h2>
      <p class="caption">A lane for each client, node and service; an arrow is a message from sending to
    its end; a bar is an operation of a client. <span class="by-hand">Drag to move, Ctrl and wheel or two
    fingers to zoom; with the keyboard ← → move, + − zoom, ↑ ↓ go from event to event, Home shows all.${
    hasMessages && ` Choose an operation to see what it led to, or a message to see where it comes
    from. ${scene.areCausesExact ? KNOWN_CAUSES : GUESSED_CAUSES}`
  }</span></p>
      <div class="panel">
        <div class="controls">${renderMoves()}
    <label>who <select id="filter-who"><option value="">everybody</option></select></label>
    <label>type <select id="filter-type"><option value="">all</option></select></label>
    <label>mentions <input type="text" id="filter-text" size="8" placeholder="value, key"></label>
    <label><input type="checkbox" id="filter-set-up"> init and topology</label></div>
        <p class="quiet"><span id="view"></span> · <span id="counts"></span></p>
        <div class="drawing">
          <canvas id="diagram" tabindex="0" role="application"
            aria-label="Space–time diagram of messages" aria-describedby="readout"></canvas>
        </div>
        <div class="keys" id="diagram-key"></div>
        <p id="readout" class="mono" aria-live="polite"></p>
        <ul id="related" aria-label="What belongs to it"></ul>
        <details>
          <summary>What the diagram shows, as a list</summary>
          <ol id="events" class="mono"></ol>
        </details>
      </div>
    </section>
  `;
}

function renderPictures({ pictures }: Page): Markup[] {
  const drawings = pictures.filter((one) => one.kind === "drawing");
  const drawn = pictures.filter((one): one is DrawnPicture => one.kind !== "drawing");
  return [...drawn.map(renderPicture), ...(drawings.length > 0 ? [renderDrawings(drawings)] : [])];
}

function renderPicture(picture: DrawnPicture, i: number): Markup {
  return markup`
    <section aria-labelledby="picture-${i}-title">
      <h2 id="picture-${i}-title">${picture.title}</h2>
      <p class="caption">${picture.caption}${
    picture.kind === "heat" &&
    markup` Bands above name the faults during which ${picture.columnTitle}s were ${picture.columnsVerb}.
    <span class="by-hand">Click on a ${picture.columnTitle} to follow it in the diagram (or type it there
    at “mentions”).</span>`
  }</p>
      <div class="panel">
        <div class="drawing">
          ${renderPlace(picture, `picture-${i}`)}
        </div>
        <div class="keys" id="picture-${i}-key"></div>
        <details>
          <summary>As a table</summary>
          <div class="scroll">${tableOf(picture)}</div>
        </details>
      </div>
    </section>
  `;
}

/** Where a picture goes: plots can be zoomed. */
function renderPlace({ kind, title }: DrawnPicture, id: string): Markup {
  const words = `${title}; the figures are in the table that follows`;
  if (kind !== "plot") {
    return markup`<canvas id="${id}" role="img" aria-label="${words}"></canvas>`;
  }
  return markup`<div id="${id}" tabindex="0" role="application"
    aria-label="${words}; arrows move, plus and minus zoom, Home shows all"></div>`;
}

/** As images of their own, so that nothing in them can run. */
function renderDrawings(drawings: readonly Drawing[]): Markup {
  const dataOf = (svg: string) => btoa(String.fromCharCode(...new TextEncoder().encode(svg)));
  return markup`
    <section id="anomalies" aria-labelledby="anomalies-title">
      <h2 id="anomalies-title">Anomalies</h2>
      <p class="caption">${drawings[0]?.caption}</p>
      <div class="panel grid">${
    drawings.map(({ title, svg }) =>
      markup`<div><h3>${title}</h3><img class="anomaly" alt="${title}, told in words above" src="data:image/svg+xml;base64,${
        dataOf(svg)
      }"></div>`
    )
  }</div>
    </section>
  `;
}

/** Parties whose matrix leaves no room beside it. */
const WIDE = 10;
/** Shades of a matrix. */
const LEVELS = 4;

function renderTraffic(
  { traffic: { parties, counts, types, hidesLosses } }: Page,
): Markup | undefined {
  if (types.length === 0) return undefined;
  const most = Math.max(1, ...counts.flat());
  const level = (count: number) =>
    count === 0 ? 0 : Math.max(1, Math.ceil(LEVELS * Math.sqrt(count / most)));
  const open = hidesLosses ? "never received" : "under way at the end";
  const fates = ["cut", "lost", "discarded", "open"] as const;
  const shown = fates.filter((fate) => types.some((row) => row[fate] > 0));
  const heads = ["type", "sent", "received", ...shown.map((f) => f === "open" ? open : f)];
  return markup`
    <section id="traffic" aria-labelledby="traffic-title">
      <h2 id="traffic-title">Who sends to whom</h2>
      <div class="panel ${parties.length < WIDE ? "grid" : ""}">
        <div class="scroll">
          <table class="matrix">
            <caption>Messages, from the rows to the columns</caption>
            <thead>
              <tr><th></th>${parties.map((id) => markup`<th scope="col">${id}</th>`)}</tr>
            </thead>
            <tbody>${
    counts.map((row, i) =>
      markup`<tr><th scope="row">${parties[i]}</th>${
        row.map((count) =>
          markup`<td class="level-${level(count)}">${count === 0 ? "·" : formatWhole(count)}</td>`
        )
      }</tr>`
    )
  }</tbody>
          </table>
        </div>
        <div class="scroll">
          <table>
            <caption>Messages by type</caption>
            <thead>
              <tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr>
            </thead>
            <tbody>${
    types.map(({ type, ...row }) =>
      markup`<tr><th scope="row">${type}</th>${
        [
          row.sent,
          row.received,
          ...shown.map((fate) => row[fate]),
        ].map((n) => markup`<td>${n === 0 ? "·" : formatWhole(n)}</td>`)
      }</tr>`
    )
  }</tbody>
          </table>
        </div>
      </div>
    </section>
  `;
}

function renderLogs({ logs }: Page): Markup | undefined {
  if (logs.length === 0) return undefined;
  return markup`
    <section id="logs" aria-labelledby="logs-title">
      <h2 id="logs-title">What nodes logged last</h2>
      <p class="caption">Lines that differ in numbers only are shown once, with their count.</p>
      <div class="panel">${
    logs.map(({ node, lines, total }) =>
      markup`
          <details>
            <summary>${node}: ${pluralize(total, "line")}</summary>
            <ul class="log mono">${
        lines.map(({ text, count }) =>
          markup`<li>${text}${
            count > 1 && markup`
                  <span class="quiet">(${count} times)</span>
                `
          }</li>`
        )
      }</ul>
          </details>
        `
    )
  }</div>
    </section>
  `;
}

function renderFiles({ files, summary }: Page): Markup | undefined {
  if (files.length === 0) return undefined;
  const why = new Map(summary.places.map((place) => [place.path, place.why]));
  return markup`
    <section id="files" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <div class="panel scroll">
        <table class="wide">
          <tbody>${
    files.map(([path, what]) =>
      markup`
              <tr>
                <td><a href="${encodeURI(path)}">${path}</a></td>
                <td>${what}${
        why.has(path) && markup`
                  <b>Look here first: ${why.get(path)}.</b>
                `
      }</td>
              </tr>
            `
    )
  }</tbody>
        </table>
      </div>
    </section>
  `;
}
