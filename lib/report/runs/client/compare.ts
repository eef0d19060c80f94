/// <reference lib="dom" />
/**
 * The pictures of two runs side by side, on one scale.
 *
 * @module
 */
import { element, followWidth } from "../../page/client/canvas.ts";
import { decode, type Decoded, unpack } from "../../page/client/decode.ts";
import { showPicture } from "../../page/client/pictures.ts";
import { mostRowsOf, Timeline } from "../../page/client/timeline.ts";
import { Stretch } from "../../page/client/view.ts";
import type { DrawnPicture } from "../../page/scene.ts";

/** Draws something again, as wide as its place is now. */
type Draw = () => void;

export async function startComparison(): Promise<void> {
  const columns = [...document.querySelectorAll<HTMLElement>("[data-scene]")];
  const loaded = await Promise.all(columns.map(load));
  const runs = loaded.filter((run) => run !== undefined);
  const stretch = new Stretch([
    Math.min(...runs.map(({ scene }) => scene.fromUs)),
    Math.max(...runs.map(({ scene }) => scene.toUs)),
  ]);
  const filled = columns.filter((_, i) => loaded[i] !== undefined);
  const draws = filled.flatMap((column, i) => {
    const run = runs[i];
    return run === undefined ? [] : fill(column, run, { stretch, runs });
  });
  const drawAll = () => draws.forEach((draw) => draw());
  drawAll();
  followWidth(document.body, drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}

/** Loads the run of a column; nothing where its page is none that is known here. */
async function load(column: HTMLElement): Promise<Decoded | undefined> {
  const response = await fetch(`/scene?run=${encodeURIComponent(column.dataset["scene"] ?? "")}`);
  try {
    return decode(await unpack(await response.text()));
  } catch {
    const text = "Its page is damaged, or of an older version: report writes it anew.";
    column.append(element("p", { text }));
    return undefined;
  }
}

/** Puts a run's pictures into its column. */
function fill(column: HTMLElement, run: Decoded, { stretch, runs }: {
  readonly stretch: Stretch;
  readonly runs: readonly Decoded[];
}): Draw[] {
  const charts = charted(column, "Operations over time");
  const timeline = new Timeline(charts, run, { stretch, runs, legend: legend(column) });
  const { bands } = run.scene;
  const pictures = run.scene.pictures.map((picture): Draw => {
    const { kind, title } = picture;
    const place = kind === "plot" ? charted(column, title) : drawing(column, title);
    const others = runs.flatMap(({ scene }) => scene.pictures).filter((one) =>
      isLike(picture, one)
    );
    const shown = showPicture(place, picture, {
      legend: legend(column),
      others,
      stretch,
      bands,
      bandRows: mostRowsOf(runs),
    });
    return () => shown.draw();
  });
  return [() => timeline.draw(), ...pictures];
}

function isLike({ kind, title }: DrawnPicture, other: DrawnPicture): boolean {
  return kind === other.kind && title === other.title;
}

/** A place for charts, which keys move. */
function charted(column: HTMLElement, title: string): HTMLElement {
  const place = put(column, element("div", {}), title);
  place.role = "application";
  place.tabIndex = 0;
  return place;
}

function drawing(column: HTMLElement, title: string): HTMLCanvasElement {
  const canvas = put(column, element("canvas", {}), title);
  canvas.role = "img";
  return canvas;
}

function put<E extends HTMLElement>(column: HTMLElement, place: E, title: string): E {
  place.ariaLabel = title;
  column.append(element("h4", { text: title }), element("div", { className: "drawing" }, [place]));
  return place;
}

function legend(column: HTMLElement): HTMLElement {
  const place = element("div", { className: "keys" });
  column.append(place);
  return place;
}
