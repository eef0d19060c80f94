/**
 * The pages beside the list: a run as it goes, what a deletion would delete, the files of a run.
 *
 * @module
 */
import { pluralize } from "../../checkers/format.ts";
import { type Markup, markup } from "../page/markup.ts";
import type { Entry } from "./catalogue.ts";
import { PAGE_FILE, sizeOf } from "./files.ts";
import { filesLink, renderBadge } from "./render_list.ts";
import { formatSize, formatWhen, optionsOf, subjectOf } from "./words.ts";

/** Renders the page of a run in progress, which the script fills. */
export function renderLive(entry: Entry, timeLimitS: number | undefined): Markup {
  const { id, about, startedMs } = entry;
  const isSilent = about?.engine === "maelstrom";
  const limit = timeLimitS === undefined ? "" : String(timeLimitS);
  return markup`<header>${BACK}
<div class="verdict"><span class="badge running" id="state">● running</span><h1>${
    subjectOf(entry)
  }</h1></div>
<p class="quiet">${about && `${about.engine}, `}since ${formatWhen(startedMs)}</p>
<div class="column">${
    optionsOf(about?.options ?? []).map((option) => markup`<code>${option}</code> `)
  }</div>
</header>
<main id="live" data-run="${id}" data-started="${String(startedMs)}" data-limit="${limit}">
<section aria-label="Now"><p class="headline" id="phase" aria-live="polite">${
    isSilent
      ? "Maelstrom gives no figures until the run has ended; its log says what it is doing."
      : "Waiting for a word from the run."
  }</p>
${
    !isSilent &&
    markup`<progress id="progress" max="1" value="0" aria-label="time that has passed"></progress>`
  } <span class="quiet" id="time"></span>
${isSilent ? renderLog() : renderNow()}</main>`;
}

/** The figures and charts of a run that tells how it goes. */
function renderNow(): Markup {
  const tile = (name: string, title: string) =>
    markup`<div class="tile"><span class="quiet">${title}</span><b id="${name}">–</b></div>`;
  return markup`<div class="tiles">${tile("operations", "operations")}${
    tile("rate", "operations / s")
  }${tile("latency", "latency, median")}${tile("slow", "latency, 95 %")}${
    tile("messages", "messages / s")
  }${tile("per-op", "messages per op")}</div>
<p id="faults" aria-live="polite"></p></section>
<section aria-labelledby="time-title"><h2 id="time-title">So far</h2>
<div class="panel"><div class="drawing"><div id="strips" tabindex="0" role="application" aria-label="Latency, operations and messages a second, so far; the latest figures are above; arrows move, plus and minus zoom, Home shows all"></div></div>
<div class="keys" id="strips-key"></div></div></section>
<section aria-labelledby="problems-title" id="problems-section" hidden><h2 id="problems-title">What nodes do wrong</h2>
<ul class="panel log mono" id="problems"></ul></section>`;
}

/** The log of a run that tells no more. */
function renderLog(): Markup {
  return markup`</section>
<section aria-labelledby="log-title"><h2 id="log-title">The last lines of its log</h2>
<div class="panel"><ul class="log mono" id="log"><li class="quiet">Nothing yet.</li></ul></div></section>`;
}

const BACK = markup`<nav><a href="/">All runs</a></nav>`;

/** Renders what a deletion would delete, and asks. */
export function renderConfirmation(
  entries: readonly Entry[],
  { token, kept }: { readonly token: string; readonly kept: readonly string[] },
): Markup {
  const sized = entries.map((entry) => ({ entry, bytes: sizeOf(entry.dir) }));
  const total = formatSize(sized.reduce((sum, { bytes }) => sum + bytes, 0));
  return markup`<header>${BACK}<h1>Delete ${pluralize(entries.length, "run")}?</h1>
<p class="headline">${total} of files are lost for good.</p>
${kept.map((sentence) => markup`<p class="quiet">${sentence}</p>`)}</header>
<main><form method="post" action="/delete"><div class="controls">
<input type="hidden" name="confirmed" value="yes">
<button class="danger" name="token" value="${token}">Delete ${
    pluralize(entries.length, "run")
  }</button>
<a href="/">Keep them</a></div>
<div class="panel scroll"><table class="doomed"><thead><tr><th scope="col">run</th><th scope="col">verdict</th>
<th scope="col">size</th><th scope="col">when</th><th scope="col">folder</th></tr></thead><tbody>${
    sized.map(({ entry, bytes }) =>
      markup`<tr><th scope="row"><input type="hidden" name="run" value="${entry.id}">${
        subjectOf(entry)
      }</th><td>${renderBadge(entry)}</td><td>${formatSize(bytes)}</td>
<td>${formatWhen(entry.startedMs)}</td><td class="mono">${entry.id}</td></tr>`
    )
  }</tbody></table></div></form></main>`;
}

/** Renders the files of a run. */
export function renderFiles(
  entry: Entry,
  files: readonly string[],
  { report }: { readonly report: string },
): Markup {
  const { about, id, why } = entry;
  const hasPage = files.includes(PAGE_FILE);
  return markup`<header>${BACK}
<div class="verdict">${renderBadge(entry)}<h1>${
    about === undefined ? id : subjectOf(entry)
  }</h1></div>
<p class="quiet">${formatWhen(entry.startedMs)}, ${id}</p>
${why !== undefined && markup`<p class="headline">${why}</p>`}
${
    !hasPage && about !== undefined && markup`<p>It has no page of its own; this writes one:</p>
<div class="command"><code>${report}</code></div>`
  }</header>
<main><section aria-labelledby="files-title"><h2 id="files-title">Files</h2><ul class="panel files">${
    files.map((name) =>
      markup`<li><a href="${
        filesLink(entry, name.split("/").map(encodeURIComponent).join("/"))
      }">${name}</a></li>`
    )
  }</ul></section></main>`;
}
