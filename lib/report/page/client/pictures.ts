/// <reference lib="dom" />
/**
 * The pictures that workloads describe: heat maps, plots, and operations side by side.
 *
 * @module
 */
import type { HeatMap, Plot, Spans } from "../../../workbench/workloads/picture.ts";
import type { DrawnPicture } from "../scene.ts";
import {
  dashOf,
  element,
  fillWithin,
  fitText,
  formatMs,
  heatColour,
  linear,
  prepare,
  type Scale,
  setDash,
  strokeLine,
  type Surface,
  ticksOf,
} from "./canvas.ts";
import { key } from "./timeline.ts";

const LEFT = 58;
const RIGHT = 12;

/** Draws a picture on a canvas, on a scale on which there is room for others like it. */
export function drawPicture(
  canvas: HTMLCanvasElement,
  picture: DrawnPicture,
  others: readonly DrawnPicture[] = [],
): void {
  if (picture.kind === "heat") drawHeatMap(canvas, picture, mostOf([picture, ...others]));
  else if (picture.kind === "plot") drawPlot(canvas, picture, pointsOf([picture, ...others]));
  else drawSpans(canvas, picture);
}

/** The key to a picture's colours, and what is under the pointer. */
export function explainPicture(
  picture: DrawnPicture,
  canvas: HTMLCanvasElement,
  place: HTMLElement,
  others: readonly DrawnPicture[] = [],
): void {
  place.append(...keysOf(picture, others));
  const read = picture.kind === "heat"
    ? readHeatMap(picture)
    : picture.kind === "plot"
    ? readPlot(picture)
    : undefined;
  if (read === undefined) return;
  const readout = element("p", { className: "readout" });
  place.append(readout);
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const share = (offsetX - LEFT) / (canvas.clientWidth - LEFT - RIGHT);
    readout.textContent = share < 0 || share > 1 ? "" : read(share, offsetY);
  });
  canvas.addEventListener("pointerleave", () => readout.textContent = "");
}

function keysOf(picture: DrawnPicture, others: readonly DrawnPicture[]): HTMLElement[] {
  if (picture.kind === "heat") {
    return [
      key("heat", `0 to ${formatMs(mostOf([picture, ...others]))}`),
      key("mark bad", picture.missing),
    ];
  }
  if (picture.kind === "spans") return [];
  return picture.series.map(({ name, style }, i) => {
    if (style === "bad") return key("mark cross", name);
    return key(`${style === "dots" ? "dot" : "stroke"} series-${i} dash-${dashOf(i)}`, name);
  });
}

/** Says what is at a share of the width and a height in pixels. */
type Read = (share: number, y: number) => string;

function readHeatMap(picture: HeatMap): Read {
  const { rows, columns, cells, columnTitle, missing } = picture;
  return (share, y) => {
    const column = Math.min(columns.length - 1, Math.floor(share * columns.length));
    const row = Math.floor(y / rowHeight(picture));
    const cell = cells[row]?.[column];
    if (cell === undefined) return "";
    const what = cell === null ? missing : formatMs(cell);
    return `${rows[row]}, ${columnTitle} ${columns[column]}: ${what}`;
  };
}

/** The last value of each series up to there. */
function readPlot({ x: { title, unit }, series }: Plot): Read {
  const [from, to] = extentOf(series.flatMap(({ points }) => points.map(([x]) => x)));
  const format = (value: number) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
  return (share) => {
    const at = from + share * (to - from);
    const values = series.flatMap(({ name, points }) => {
      const [, value] = points.findLast(([x]) => x <= at) ?? [];
      return value === undefined ? [] : [`${name} ${format(value)}`];
    });
    return `${title} ${format(at)} ${unit}: ${values.join(", ") || "nothing yet"}`;
  };
}

function mostOf(pictures: readonly DrawnPicture[]): number {
  return pictures.flatMap((one) => one.kind === "heat" ? one.cells.flat() : [])
    .reduce((most: number, cell) => Math.max(most, cell ?? 0), 1);
}

function pointsOf(pictures: readonly DrawnPicture[]): (readonly [x: number, y: number])[] {
  return pictures.flatMap((one) => one.kind === "plot" ? one.series : [])
    .flatMap(({ points }) => points);
}

function rowHeight({ rows }: HeatMap): number {
  return rows.length > 12 ? 14 : 22;
}

function drawHeatMap(canvas: HTMLCanvasElement, picture: HeatMap, most: number): void {
  const { rows, columns, cells, columnTitle } = picture;
  const height = rowHeight(picture);
  const surface = prepare(canvas, rows.length * height + 24);
  if (surface === undefined) return;
  const { context, palette, width } = surface;
  const x = linear([0, columns.length], [LEFT, width - RIGHT]);
  for (const [row, some] of cells.entries()) {
    context.fillStyle = palette.ink;
    context.textAlign = "right";
    context.fillText(rows[row] ?? "", LEFT - 6, (row + 0.5) * height, LEFT - 8);
    for (const [column, cell] of some.entries()) {
      context.fillStyle = cell === null ? palette.bad : heatColour(palette, Math.sqrt(cell / most));
      const [left, right] = [x(column), x(column + 1)];
      context.fillRect(left, row * height, Math.max(1, right - left), height - 1);
    }
  }
  context.fillStyle = palette.quiet;
  context.textAlign = "left";
  context.fillText(`${columnTitle} ${columns[0]}`, LEFT, rows.length * height + 12);
  context.textAlign = "right";
  context.fillText(columns.at(-1) ?? "", width - RIGHT, rows.length * height + 12);
}

const PLOT_HEIGHT = 220;

/** Draws a plot whose axes have room for some points. */
function drawPlot(
  canvas: HTMLCanvasElement,
  { x: axis, y: title, series }: Plot,
  points: Plot["series"][number]["points"],
): void {
  const surface = prepare(canvas, PLOT_HEIGHT + 50);
  if (surface === undefined) return;
  const { width } = surface;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [
    linear(extentOf(xs), [LEFT, width - RIGHT]),
    linear(extentOf(ys), [PLOT_HEIGHT, 24]),
  ];
  drawAxes(surface, { x, y, extents: [extentOf(xs), extentOf(ys)], titles: [axis, title] });
  for (const [i, one] of series.entries()) drawSeries(surface, { ...one, i, x, y });
}

/** The least and the greatest of some values, 0 among them. */
function extentOf(values: readonly number[]): readonly [number, number] {
  let [least, most] = [0, 0];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most > least ? most : least + 1];
}

function drawAxes({ context, palette, width }: Surface, { x, y, extents, titles }: {
  readonly x: Scale;
  readonly y: Scale;
  readonly extents: readonly [readonly [number, number], readonly [number, number]];
  readonly titles: readonly [Plot["x"], string];
}): void {
  const [[fromX, toX], [fromY, toY]] = extents;
  context.lineWidth = 1;
  context.strokeStyle = palette.line;
  for (const tick of ticksOf(fromY, toY, 5)) {
    strokeLine(context, [LEFT, y(tick)], [width - RIGHT, y(tick)]);
    context.fillStyle = palette.quiet;
    context.textAlign = "right";
    context.fillText(tick.toLocaleString("en"), LEFT - 6, y(tick));
  }
  for (const tick of ticksOf(fromX, toX, width / 90)) {
    fillWithin(context, tick.toLocaleString("en"), [x(tick), PLOT_HEIGHT + 12], width);
  }
  const [{ title, unit }, name] = titles;
  context.fillText(`${title} (${unit})`, (LEFT + width) / 2, PLOT_HEIGHT + 32);
  context.fillStyle = palette.ink;
  context.textAlign = "left";
  context.fillText(name, LEFT + 4, 10);
}

function drawSeries({ context, palette }: Surface, { points, style, i, x, y }: {
  readonly points: Plot["series"][number]["points"];
  readonly style: Plot["series"][number]["style"];
  readonly i: number;
  readonly x: Scale;
  readonly y: Scale;
}): void {
  const colour = style === "bad" ? palette.bad : palette.series[i % palette.series.length] ?? "";
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = style === "bad" ? 2.5 : 1.8;
  if (style !== "bad") setDash(context, i);
  context.beginPath();
  for (const [n, [px, py]] of points.entries()) {
    if (style === "dots") context.fillRect(x(px) - 2, y(py) - 2, 4, 4);
    else if (style === "bad") {
      strokeLine(context, [x(px) - 5, y(py) - 5], [x(px) + 5, y(py) + 5]);
      strokeLine(context, [x(px) - 5, y(py) + 5], [x(px) + 5, y(py) - 5]);
    } else {
      const before = points[n - 1]?.[1];
      if (style === "steps" && before !== undefined) context.lineTo(x(px), y(before));
      context.lineTo(x(px), y(py));
    }
  }
  if (style === "line" || style === "steps") context.stroke();
  context.setLineDash([]);
}

const ROW_HEIGHT = 30;
const SPAN_HEIGHT = 20;
/** The least width of a step between events. */
const LEAST_STEP = 44;

/**
 * Draws operations by lane. Events are equally far apart, as operations are often short and far from
 * each other; a line leads through the operations that have a place, in their order.
 */
function drawSpans(canvas: HTMLCanvasElement, { spans }: Spans): void {
  const lanes = [...new Set(spans.map(({ lane }) => lane))]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const times = eventsOf(spans);
  const bottom = lanes.length * ROW_HEIGHT + 4;
  const left = LANE_NAMES;
  const room = (canvas.parentElement?.clientWidth ?? 0) - left - RIGHT;
  const needed = Math.max(room, times.length * LEAST_STEP);
  const surface = prepare(canvas, bottom + 20, left + needed + RIGHT);
  if (surface === undefined) return;
  const { context, palette, width } = surface;
  const step = linear([0, times.length], [left, width - RIGHT]);
  const x = (ms: number) => step(times.indexOf(ms) + 0.5);
  const rowOf = (lane: string) => (lanes.indexOf(lane) + 0.5) * ROW_HEIGHT;
  for (const lane of lanes) {
    context.strokeStyle = palette.line;
    strokeLine(context, [left, rowOf(lane)], [width - RIGHT, rowOf(lane)]);
    context.fillStyle = palette.quiet;
    context.textAlign = "right";
    context.fillText(lane, left - 8, rowOf(lane), left - 10);
  }
  drawPath(surface, placePoints(spans, x, width - RIGHT), rowOf);
  for (const span of spans) {
    const end = span.toMs === null ? width : x(span.toMs);
    drawSpan(surface, span, [x(span.fromMs), end, rowOf(span.lane)]);
  }
  context.fillStyle = palette.quiet;
  let free = left;
  for (const [i, ms] of times.entries()) {
    const text = `${(ms / 1_000).toFixed(4)} s`;
    const half = context.measureText(text).width / 2;
    if (step(i + 0.5) - half < free) continue;
    fillWithin(context, text, [step(i + 0.5), bottom + 10], width);
    free = step(i + 0.5) + half + 12;
  }
}

const LANE_NAMES = 86;

/** The times at which operations begin and end, in order. */
function eventsOf(spans: Spans["spans"]): number[] {
  const times = spans.flatMap(({ fromMs, toMs }) => toMs === null ? [fromMs] : [fromMs, toMs]);
  return [...new Set(times)].sort((a, b) => a - b);
}

function drawSpan(
  { context, palette }: Surface,
  { text, place, isBad, toMs }: Spans["spans"][number],
  [start = 0, end = 0, y = 0]: readonly number[],
): void {
  const width = Math.max(4, end - start);
  context.fillStyle = isBad ? palette.bad : palette.outcomes[0] ?? "";
  context.globalAlpha = isBad ? 0.25 : 0.22;
  context.fillRect(start, y - SPAN_HEIGHT / 2, width, SPAN_HEIGHT);
  context.globalAlpha = 1;
  context.strokeStyle = context.fillStyle;
  context.lineWidth = isBad ? 2.5 : 1;
  context.setLineDash(toMs === null ? [4, 3] : []);
  context.strokeRect(start, y - SPAN_HEIGHT / 2, width, SPAN_HEIGHT);
  context.setLineDash([]);
  context.fillStyle = palette.ink;
  context.textAlign = "left";
  const label = isBad ? `✗ ${text}` : place === null ? text : `${place}. ${text}`;
  context.fillText(fitText(context, label, width - 4), start + 4, y);
}

/** A point on the way through the operations that have a place. */
interface Point {
  readonly lane: string;
  readonly x: number;
}

/** Each takes effect between its beginning and its end, and after the one before it. */
function placePoints(spans: Spans["spans"], x: (ms: number) => number, end: number): Point[] {
  let last = 0;
  return spans.filter(({ place }) => place !== null)
    .sort((a, b) => (a.place ?? 0) - (b.place ?? 0))
    .map(({ lane, fromMs, toMs }) => {
      last = Math.min(toMs === null ? end : x(toMs), Math.max(last + 3, x(fromMs) + 2));
      return { lane, x: last };
    });
}

function drawPath(
  { context, palette }: Surface,
  points: readonly Point[],
  rowOf: (lane: string) => number,
): void {
  context.strokeStyle = context.fillStyle = palette.quiet;
  context.lineWidth = 1.2;
  context.beginPath();
  for (const { lane, x } of points) context.lineTo(x, rowOf(lane) + SPAN_HEIGHT / 2);
  context.stroke();
  for (const { lane, x } of points) {
    context.beginPath();
    context.arc(x, rowOf(lane) + SPAN_HEIGHT / 2, 3, 0, 2 * Math.PI);
    context.fill();
  }
}
