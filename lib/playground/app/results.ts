/// <reference lib="dom" />
/**
 * Shows what came of a run: the verdict beside the editor, the pictures below.
 *
 * @module
 */
import { formatWhole } from "../../checkers/format.ts";
import { element } from "../../report/page/client/canvas.ts";
import { decode, type Decoded } from "../../report/page/client/decode.ts";
import type { ShownRun } from "../../report/page/client/show_run.ts";
import { type Markup, markup } from "../../report/page/markup.ts";
import type { Page } from "../../report/page/page.ts";
import { US_PER_S } from "../../report/page/scene.ts";
import {
  ENDINGS,
  renderEvidence,
  renderFigures,
  renderFindings,
  renderLimits,
} from "../../report/page/sections.ts";
import { summariseCrash } from "../../report/summary.ts";
import type { Outcome, Report } from "../engine/job.ts";
import type { Spot } from "./editor.ts";
import { find } from "./page_parts.ts";
import type { Player } from "./player.ts";
import type { Scope } from "./scope.ts";

interface Showing {
  /** Whether the exercise is solved by it. */
  readonly passes: boolean;
  readonly player: Player;
  readonly code: Code;
}

/** What of the learner's code results refer to. */
export interface Code {
  readonly goTo: (line: number) => void;
  /** Tells what an error about a name could mean. */
  readonly scope: Scope;
  /** Where it cannot be read any more. */
  readonly unreadable: Spot | undefined;
}

/** Shows a run; returns where in the code it failed. */
export function showReport(report: Report, { passes, player, code }: Showing): Spot[] {
  const { summary } = report;
  const spots = findSpots(summary, code.scope);
  showVerdict(report, { passes, spots, code });
  showPictures(summary, player);
  return spots;
}

function showVerdict({ summary, seed }: Report, { passes, spots, code }: {
  readonly passes: boolean;
  readonly spots: readonly Spot[];
  readonly code: Code;
}): void {
  // Maelstrom accepts what leaves nodes with the wrong states; an exercise may not.
  const isMissed = summary.ending === "pass" && !passes;
  const [mark, className] = ENDINGS[isMissed ? "fail" : summary.ending];
  const headline = isMissed
    ? "Clients saw nothing wrong, but what the nodes hold in the end is."
    : summary.headline;
  const verdict = find("verdict", HTMLElement);
  verdict.innerHTML = markup`
    <p class="verdict"><span class="badge ${className}">${mark}</span>
      <span class="headline">${headline}</span></p>
    ${seed !== "" && markup`<p class="quiet">seed ${seed}</p>`}
    ${renderLimits(summary)}
  `.text;
  verdict.append(...linksTo(spots, code));
  find("told", HTMLElement).innerHTML = markup`
    ${
    summary.page === undefined
      ? markup`${summary.explanation.map((text) => markup`<p class="told">${text}</p>`)}`
      : renderFindings(summary.page)
  }
    ${renderFigures(summary)}
    ${summary.page && renderLogged(summary.page)}
  `.text;
}

/** Lines of logs beside the editor; those that follow are in the diagram. */
const MOST_LOGGED = 200;

/** What nodes log, `console.log` included: when, which node, and the line. */
function renderLogged({ scene }: Page): Markup | undefined {
  const { lanes, logs: { lane, text } } = scene;
  if (text.length === 0) return undefined;
  const { logUs } = decode(scene);
  const shown = text.slice(0, MOST_LOGGED);
  return markup`
    <section id="logged" aria-labelledby="logged-title">
      <h2 id="logged-title">What nodes logged</h2>
      ${
    text.length > shown.length &&
    markup`<p class="quiet">The first ${shown.length} of ${
      formatWhole(text.length)
    } lines; all of them are in the diagram below.</p>`
  }
      <ol class="log mono" tabindex="0">${
    shown.map((line, i) =>
      markup`<li><span class="quiet">${((logUs[i] ?? 0) / US_PER_S).toFixed(3)} s ${
        lanes[lane[i] ?? 0]?.id
      }</span> ${line}</li>`
    )
  }</ol>
    </section>
  `;
}

/** The pictures that are shown. */
let pictures: ShownRun | undefined;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => pictures?.draw());

function closePictures(): void {
  pictures?.close();
  pictures = undefined;
  find("evidence", HTMLElement).replaceChildren();
}

function showPictures({ page }: Outcome, player: Player): void {
  const film = find("film-place", HTMLElement);
  closePictures();
  film.hidden = page === undefined || page.scene.messages.src.length === 0;
  if (page === undefined) return player.pause();
  const root = element("div");
  root.innerHTML = renderEvidence(page).text;
  find("evidence", HTMLElement).append(root);
  const data = decode(page.scene);
  if (!film.hidden) player.open(data, page.scene.view[0]);
  drawPictures(root, data, player);
}

/** Draws the pictures of a run, by what is loaded when there is the first. */
async function drawPictures(root: HTMLElement, data: Decoded, player: Player): Promise<void> {
  const { showRun } = await import("../../report/page/client/show_run.ts");
  if (!root.isConnected) return; // another run is shown by now
  pictures = showRun(root, data, { findings: find("told", HTMLElement) });
  const { view } = pictures;
  if (data.scene.messages.src.length === 0) return;
  let fromUs = view.fromUs;
  view.follow(() => {
    if (view.fromUs !== fromUs) player.seek(view.fromUs);
    fromUs = view.fromUs;
  });
}

/** A place in the learner's code, as stacks and complaints name it, and what else the line says. */
const PLACE = /\(?(?:at )?node\.ts:(\d+)(?::\d+)?\)?:? ?/;
const MOST_SPOTS = 5;
/** Stands above the stack of the error before it. */
const LAST_WORDS = /^\s*its last words on standard error:$/i;

/** Finds the lines of the code that errors name, the first error of each. */
function findSpots({ explanation, problems, page }: Outcome, scope: Scope): Spot[] {
  const logs = page?.logs.flatMap(({ lines }) => lines.map(({ text }) => text)) ?? [];
  const texts = [...explanation, ...problems.map(({ text }) => text), ...logs];
  const found = new Map<number, Spot>();
  let error = "";
  for (const text of texts.flatMap((text) => text.split("\n"))) {
    const isFrame = /^\s*at /.test(text);
    if (!isFrame && !LAST_WORDS.test(text)) error = text.replace(PLACE, "").trim();
    const line = Number(PLACE.exec(text)?.[1]);
    if (line > 0 && !found.has(line)) {
      const meant = scope.explain(error);
      found.set(line, { line, text: meant === undefined ? error : `${error}: ${meant}` });
    }
  }
  return [...found.values()].slice(0, MOST_SPOTS);
}

/** Shows why there is no run: what is wrong with the code, or with the options. */
export function showRefusal(text: string, code: Code): Spot[] {
  const crash = { ...summariseCrash({ text, lastWords: [] }), explanation: [text] };
  const spots = placeOf(text, findSpots(crash, code.scope), code.unreadable);
  find("verdict", HTMLElement).innerHTML = markup`
    <p class="verdict"><span class="badge crash">✗ cannot run</span></p>
    ${spots.length === 0 && markup`<p class="told">${text}</p>`}
  `.text;
  find("told", HTMLElement).replaceChildren(...linksTo(spots, code));
  find("film-place", HTMLElement).hidden = true;
  closePictures();
  return spots;
}

/** The loader names the function around what it cannot read; the editor knows the line. */
function placeOf(text: string, found: Spot[], unreadable: Spot | undefined): Spot[] {
  const isKnown = unreadable === undefined || found.some(({ line }) => line === unreadable.line);
  return isKnown || !text.startsWith("node.ts:") ? found : [unreadable];
}

function linksTo(spots: readonly Spot[], { goTo }: Code): HTMLElement[] {
  const items = spots.map(({ line, text }) => {
    const button = element("button", { text: `line ${line}: ${text}` });
    button.type = "button";
    button.addEventListener("click", () => goTo(line));
    return element("li", {}, [button]);
  });
  return items.length === 0 ? [] : [element("ul", { className: "spots" }, items)];
}
