/// <reference lib="dom" />
/**
 * The pictures of two runs side by side, on one scale.
 *
 * @module
 */
import { element } from "../../page/client/canvas.ts";
import { decode, type Decoded, unpack } from "../../page/client/decode.ts";
import { drawPicture, explainPicture } from "../../page/client/pictures.ts";
import { type Reach, reachOf, Timeline } from "../../page/client/timeline.ts";
import type { DrawnPicture } from "../../page/scene.ts";

/** Draws something again, as wide as its place is now. */
type Draw = () => void;

export async function startComparison(): Promise<void> {
  const columns = [...document.querySelectorAll<HTMLElement>("[data-scene]")];
  const loaded = await Promise.all(columns.map(load));
  const runs = alignTypes(loaded.filter((run) => run !== undefined));
  const reach = reachOf(runs);
  const filled = columns.filter((_, i) => loaded[i] !== undefined);
  const draws = filled.flatMap((column, i) => {
    const run = runs[i];
    return run === undefined ? [] : fill(column, run, { reach, runs });
  });
  const drawAll = () => draws.forEach((draw) => draw());
  drawAll();
  new ResizeObserver(drawAll).observe(document.body);
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

/** Gives types of messages the same colours in all runs: those of their order in the first. */
function alignTypes(runs: readonly Decoded[]): Decoded[] {
  const types = [...new Set(runs.flatMap(({ scene }) => scene.types))];
  return runs.map((run) => {
    const { scene } = run;
    const places = scene.types.map((type) => types.indexOf(type));
    const type = scene.messages.type.map((one) => places[one] ?? 0);
    return { ...run, scene: { ...scene, types, messages: { ...scene.messages, type } } };
  });
}

/** Puts a run's pictures into its column. */
function fill(column: HTMLElement, run: Decoded, { reach, runs }: {
  readonly reach: Reach;
  readonly runs: readonly Decoded[];
}): Draw[] {
  const canvas = drawing(column, "Operations over time");
  const timeline = new Timeline(canvas, run, { reach, legend: legend(column) });
  const pictures = run.scene.pictures.map((picture): Draw => {
    const canvas = drawing(column, picture.title);
    const others = runs.flatMap(({ scene }) => scene.pictures).filter((one) =>
      isLike(picture, one)
    );
    explainPicture(picture, canvas, legend(column), others);
    return () => drawPicture(canvas, picture, others);
  });
  return [() => timeline.draw(), ...pictures];
}

function isLike({ kind, title }: DrawnPicture, other: DrawnPicture): boolean {
  return kind === other.kind && title === other.title;
}

function drawing(column: HTMLElement, title: string): HTMLCanvasElement {
  const canvas = element("canvas", {});
  canvas.role = "img";
  canvas.ariaLabel = title;
  column.append(element("h4", { text: title }), element("div", { className: "drawing" }, [canvas]));
  return canvas;
}

function legend(column: HTMLElement): HTMLElement {
  const place = element("div", { className: "keys" });
  column.append(place);
  return place;
}
