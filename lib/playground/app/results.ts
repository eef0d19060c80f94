/// <reference lib="dom" />
/**
 * Shows what came of a run: the verdict beside the editor, the pictures below.
 *
 * @module
 */
import { element } from "../../report/page/client/canvas.ts";
import { decode } from "../../report/page/client/decode.ts";
import { showRun } from "../../report/page/client/show_run.ts";
import { markup } from "../../report/page/markup.ts";
import {
  ENDINGS,
  renderEvidence,
  renderFigures,
  renderFindings,
  renderLimits,
} from "../../report/page/sections.ts";
import type { Outcome, Report } from "../engine/job.ts";
import type { Spot } from "./editor.ts";
import { find } from "./page_parts.ts";
import type { Player } from "./player.ts";

interface Showing {
  /** Whether the exercise is solved by it. */
  readonly passes: boolean;
  readonly player: Player;
  readonly goTo: (line: number) => void;
}

/** Shows a run; returns where in the code it failed. */
export function showReport(report: Report, { passes, player, goTo }: Showing): Spot[] {
  const { summary } = report;
  const spots = findSpots(summary);
  showVerdict(report, { passes, spots, goTo });
  showPictures(summary, player);
  return spots;
}

function showVerdict({ summary, seed }: Report, { passes, spots, goTo }: {
  readonly passes: boolean;
  readonly spots: readonly Spot[];
  readonly goTo: (line: number) => void;
}): void {
  // Maelstrom accepts what leaves nodes with the wrong states; an exercise may not.
  const isMissed = summary.ending === "pass" && !passes;
  const [mark, className] = ENDINGS[isMissed ? "fail" : summary.ending];
  const headline = isMissed
    ? "Clients saw nothing wrong, but what the nodes hold in the end is."
    : summary.headline;
  const place = find("verdict", HTMLElement);
  place.innerHTML = markup`
    <p class="verdict"><span class="badge ${className}">${mark}</span>
      <span class="headline">${headline}</span></p>
    <p class="quiet">seed ${seed}</p>
    ${renderLimits(summary)}
    ${
    summary.page === undefined
      ? markup`${summary.explanation.map((text) => markup`<p class="told">${text}</p>`)}`
      : renderFindings(summary.page)
  }
    ${renderFigures(summary)}
  `.text;
  const links = spots.map(({ line, text }) => {
    const button = element("button", { text: `line ${line}: ${text}` });
    button.type = "button";
    button.addEventListener("click", () => goTo(line));
    return element("li", {}, [button]);
  });
  if (links.length > 0) place.append(element("ul", { className: "spots" }, links));
}

function showPictures({ page }: Outcome, player: Player): void {
  const film = find("film-place", HTMLElement);
  const evidence = find("evidence", HTMLElement);
  evidence.replaceChildren();
  film.hidden = page === undefined || page.scene.messages.src.length === 0;
  if (page === undefined) return player.pause();
  evidence.innerHTML = renderEvidence(page).text;
  const data = decode(page.scene);
  const { view } = showRun(find("run", HTMLElement), data);
  if (film.hidden) return;
  player.open(data, page.scene.view[0]);
  let fromUs = view.fromUs;
  view.follow(() => {
    if (view.fromUs !== fromUs) player.seek(view.fromUs);
    fromUs = view.fromUs;
  });
}

/** Places in the learner's code, as stacks and complaints name them. */
const PLACE = /node\.ts:(\d+)(?::\d+)?/;
const MOST_SPOTS = 5;

/** Finds the lines of the code that errors name, the first of each. */
function findSpots({ explanation, problems, page }: Outcome): Spot[] {
  const logs = page?.logs.flatMap(({ lines }) => lines.map(({ text }) => text)) ?? [];
  const texts = [...explanation, ...problems.map(({ text }) => text), ...logs];
  const found = new Map<number, Spot>();
  let error = "an error";
  for (const text of texts.flatMap((text) => text.split("\n"))) {
    const line = Number(PLACE.exec(text)?.[1] ?? NaN);
    if (/Error\b|error:/.test(text) && !/^\s*at /.test(text)) error = text.trim();
    const isFrame = /^\s*at /.test(text);
    if (!Number.isNaN(line) && !found.has(line)) {
      found.set(line, {
        line,
        text: isFrame ? error : text.replace(/^.*?node\.ts:\d+(?::\d+)?:? ?/, ""),
      });
    }
  }
  return [...found.values()].slice(0, MOST_SPOTS);
}
