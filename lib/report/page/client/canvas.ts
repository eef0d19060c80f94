/// <reference lib="dom" />
/**
 * What drawings share: colours, scales, axes. Colours come from the page's style, so that a drawing
 * follows light and dark.
 *
 * @module
 */
import { US_PER_S } from "../scene.ts";

/** The page's colours, as they are now. */
export interface Palette {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly panel: string;
  readonly accent: string;
  readonly band: string;
  readonly bad: string;
  /** By the number of an outcome. */
  readonly outcomes: readonly string[];
  /** For things of one kind, told apart by their order. */
  readonly series: readonly string[];
  /** From little to much, as red, green and blue. */
  readonly heat: readonly (readonly number[])[];
}

/** Colours that a page has for things of one kind. */
export const SERIES = 7;
/** Lines next to each other differ in their dashes as well, so that both are seen where they meet. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3]];

/** The number of a series' dashes, which the class of its key names, too. */
export function dashOf(series: number): number {
  return series % DASHES.length;
}

/** The dashes of a series. */
export function dashesOf(series: number): readonly number[] {
  return DASHES[dashOf(series)] ?? [];
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"),
    quiet: read("quiet"),
    line: read("line"),
    panel: read("panel"),
    accent: read("accent"),
    band: read("band"),
    bad: read("bad"),
    outcomes: ["ok", "fail", "info", "info"].map(read),
    series: Array.from({ length: SERIES }, (_, i) => read(`series-${i}`)),
    heat: ["heat-0", "heat-1", "heat-2"].map((name) => channels(read(name))),
  };
}

/** The channels of a colour such as `#0072b2`. */
function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** A colour between the palette's heat colours; `share` is from 0 to 1. */
export function heatColour({ heat }: Palette, share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (heat.length - 1);
  const low = heat[Math.floor(place)] ?? [];
  const high = heat[Math.ceil(place)] ?? low;
  const part = place - Math.floor(place);
  const mixed = low.map((value, i) => Math.round(value + ((high[i] ?? value) - value) * part));
  return `rgb(${mixed.join(" ")})`;
}

/** A canvas ready to be drawn on, in CSS pixels. */
export interface Surface {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
}

export const FONT = "12px system-ui, sans-serif";

/** Gives a canvas its height and the width of its place, or a greater one, and wipes it. */
export function prepare(
  canvas: HTMLCanvasElement,
  height: number,
  leastWidth = 0,
): Surface | undefined {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const place = canvas.parentElement?.clientWidth ?? 0;
  if (context === null || place === 0) return undefined;
  const width = Math.max(place, leastWidth);
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = FONT;
  context.textBaseline = "middle";
  return { context, width, height, palette: readPalette() };
}

/** A straight line from values to pixels. */
export type Scale = (value: number) => number;

export function linear([from, to]: readonly number[], [start, end]: readonly number[]): Scale {
  const [a = 0, b = 1, c = 0, d = 1] = [from, to, start, end];
  const slope = (d - c) / (b - a || 1);
  return (value) => c + (value - a) * slope;
}

/** Round values between two others, about as many as there is room for. */
export function ticksOf(from: number, to: number, room: number): number[] {
  const rough = (to - from) / Math.max(1, room) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough) ?? rough;
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    ticks.push(i * step + 0);
  }
  return ticks;
}

/** A time on an axis whose steps are that fine. */
export function formatUs(us: number, stepUs: number): string {
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(stepUs / US_PER_S) - 1e-9)));
  return `${(us / US_PER_S).toFixed(digits)} s`;
}

export function formatMs(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(ms >= 10_000 ? 0 : 1)} s`;
  return `${ms >= 10 || ms === 0 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
}

/** Draws a time axis along the bottom of an area, with its grid. */
export function drawTimeAxis(
  { context, palette, width }: Surface,
  { x, top, bottom, fromUs, toUs }: {
    readonly x: Scale;
    readonly top: number;
    readonly bottom: number;
    readonly fromUs: number;
    readonly toUs: number;
  },
): void {
  const room = Math.abs(x(toUs) - x(fromUs)) / 90;
  const ticks = ticksOf(fromUs, toUs, room);
  const stepUs = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  for (const tick of ticks) {
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    strokeLine(context, [x(tick), top], [x(tick), bottom]);
    context.fillStyle = palette.quiet;
    fillWithin(context, formatUs(tick, stepUs), [x(tick), bottom + 11], width);
  }
}

/** Writes a text around a point, and moves it where it would be cut at the right edge. */
export function fillWithin(
  context: CanvasRenderingContext2D,
  text: string,
  [x = 0, y = 0]: readonly number[],
  width: number,
): void {
  context.textAlign = "center";
  context.fillText(text, Math.min(x, width - 1 - context.measureText(text).width / 2), y);
}

export function strokeLine(
  context: CanvasRenderingContext2D,
  [fromX = 0, fromY = 0]: readonly number[],
  [toX = 0, toY = 0]: readonly number[],
): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

/** Marks that are drawn at once: a path of many is faster than many paths, up to a point. */
const MARKS_OF_A_PATH = 500;

/** Draws marks of an outcome, which differ in shape as well: full, a cross, a ring. */
export function drawOutcomes(
  context: CanvasRenderingContext2D,
  outcome: number,
  marks: Iterable<readonly [x: number, y: number]>,
): void {
  let count = 0;
  context.beginPath();
  for (const [x, y] of marks) {
    if (outcome === 0) {
      context.fillRect(x - 1.5, y - 1.5, 3, 3);
      continue;
    }
    if (outcome === 1) {
      context.moveTo(x - 3, y - 3);
      context.lineTo(x + 3, y + 3);
      context.moveTo(x - 3, y + 3);
      context.lineTo(x + 3, y - 3);
    } else {
      context.moveTo(x + 3, y);
      context.arc(x, y, 3, 0, 2 * Math.PI);
    }
    if (++count % MARKS_OF_A_PATH !== 0) continue;
    context.stroke();
    context.beginPath();
  }
  context.stroke();
}

/** A text cut to a width, with an ellipsis where something is missing. */
export function fitText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let kept = text.length;
  while (kept > 0 && context.measureText(`${text.slice(0, kept)}…`).width > width) kept--;
  return kept === 0 ? "" : `${text.slice(0, kept)}…`;
}

/** An element with a text and, inside, others. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  { text, ...properties }: { readonly text?: string; readonly className?: string } = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (properties.className !== undefined) made.className = properties.className;
  made.append(...children);
  return made;
}

/** A sample and what it stands for. */
export function key(className: string, text: string): HTMLElement {
  const sample = element("i", { className });
  sample.ariaHidden = "true";
  return element("span", { className: "key" }, [sample, element("span", { text })]);
}

/** Calls back whenever an element becomes wider or narrower; returns what ends that. */
export function followWidth(place: HTMLElement, changed: () => void): () => void {
  let width = place.clientWidth;
  const observer = new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    changed();
  });
  observer.observe(place);
  return () => observer.disconnect();
}
