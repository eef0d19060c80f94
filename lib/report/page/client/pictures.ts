/// <reference lib="dom" />
/**
 * The pictures that workloads describe: heat maps, plots, and operations side by side.
 *
 * @module
 */
import type { HeatMap, Spans } from "../../../workbench/workloads/picture.ts";
import { type Band, type DrawnPicture, US_PER_MS } from "../scene.ts";
import {
  dashOf,
  element,
  fillWithin,
  fitText,
  formatMs,
  formatUs,
  heatColour,
  key,
  linear,
  prepare,
  type Scale,
  strokeLine,
  type Surface,
} from "./canvas.ts";
import { BAND_HEIGHT, LEFT, RIGHT, stackBands } from "./chart.ts";
import { PlotChart } from "./plot.ts";
import type { Stretch } from "./view.ts";

/** What a picture stands in. */
interface Place {
  /** Takes its keys. */
  readonly legend: HTMLElement;
  /** The pictures of other runs that share its scale. */
  readonly others?: readonly DrawnPicture[];
  /** The time that charts show, and the faults in it. */
  readonly stretch: Stretch;
  readonly bands: readonly Band[];
  /** Rows that there is room for above columns. Default: as many as the faults need. */
  readonly bandRows?: number;
  /** What a click on a column does. Default: nothing. */
  readonly choose?: (column: Column) => void;
}

/** A column of a heat map, and the time in which it came to be as it is. */
interface Column {
  readonly name: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** A picture that is shown. */
interface ShownPicture {
  readonly draw: () => void;
  readonly close: () => void;
}

/** Shows a picture: a plot in a place, the others on a canvas. */
export function showPicture(
  place: HTMLElement,
  picture: DrawnPicture,
  { legend, others = [], stretch, bands, bandRows, choose }: Place,
): ShownPicture {
  const all = [picture, ...others];
  legend.append(...keysOf(picture, all));
  if (picture.kind === "plot") {
    const like = all.filter((one) => one.kind === "plot");
    return new PlotChart(place, picture, { legend, like, stretch, bands });
  }
  if (!(place instanceof HTMLCanvasElement)) throw new Error(`${picture.title} needs a canvas`);
  const rows = stackBands(bands).slice(0, MOST_BAND_ROWS);
  const top = BAND_HEIGHT * Math.min(MOST_BAND_ROWS, bandRows ?? rows.length);
  if (picture.kind === "heat") readHeatMap(place, picture, { legend, top, choose });
  const draw = picture.kind === "heat"
    ? () => drawHeatMap(place, picture, { most: mostOf(all), top, rows })
    : () => drawSpans(place, picture, all.filter((one) => one.kind === "spans"));
  return { draw, close: () => {} };
}

function keysOf(picture: DrawnPicture, all: readonly DrawnPicture[]): HTMLElement[] {
  if (picture.kind === "heat") {
    return [key("heat", `0 to ${formatMs(mostOf(all))}`), key("mark bad", picture.missing)];
  }
  if (picture.kind === "spans") return [];
  return picture.series.map(({ name, style }, i) => {
    if (style === "bad") return key("mark cross", name);
    return key(`${style === "dots" ? "dot" : "stroke"} series-${i} dash-${dashOf(i)}`, name);
  });
}

/** Rows of faults above a heat map. */
const MOST_BAND_ROWS = 3;

/** Says what is under the pointer, and lets columns be chosen. */
function readHeatMap(canvas: HTMLCanvasElement, picture: HeatMap, { legend, top, choose }: {
  readonly legend: HTMLElement;
  readonly top: number;
  readonly choose: Place["choose"] | undefined;
}): void {
  const { rows, columns, cells, columnTitle, columnsVerb, columnsMs, missing } = picture;
  const readout = element("p", { className: "readout" });
  legend.append(readout);
  const columnAt = (x: number) => {
    const share = (x - LEFT) / (canvas.clientWidth - LEFT - RIGHT);
    return Math.floor(share * columns.length);
  };
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const column = columnAt(offsetX);
    const row = Math.floor((offsetY - top) / rowHeight(picture));
    const cell = cells[row]?.[column];
    const what = cell === null ? missing : formatMs(cell ?? 0);
    const when = formatUs((columnsMs[column] ?? 0) * US_PER_MS, US_PER_MS);
    readout.textContent = cell === undefined
      ? ""
      : `${rows[row]}, ${columnTitle} ${columns[column]} (${columnsVerb} at ${when}): ${what}`;
  });
  canvas.addEventListener("pointerleave", () => readout.textContent = "");
  if (choose === undefined) return;
  canvas.classList.add("choosable");
  canvas.addEventListener("click", ({ offsetX }) => {
    const column = columnAt(offsetX);
    const [name, startMs] = [columns[column], columnsMs[column]];
    if (name === undefined || startMs === undefined) return;
    const tookMs = Math.max(...cells.map((row) => row[column] ?? 0));
    choose({ name, fromUs: startMs * US_PER_MS, toUs: (startMs + tookMs) * US_PER_MS });
  });
}

function mostOf(pictures: readonly DrawnPicture[]): number {
  return pictures.flatMap((one) => one.kind === "heat" ? one.cells.flat() : [])
    .reduce((most: number, cell) => Math.max(most, cell ?? 0), 1);
}

function rowHeight({ rows }: HeatMap): number {
  return rows.length > 12 ? 14 : 22;
}

function drawHeatMap(canvas: HTMLCanvasElement, picture: HeatMap, { most, top, rows: bands }: {
  readonly most: number;
  readonly top: number;
  readonly rows: readonly (readonly Band[])[];
}): void {
  const { rows, columns, cells, columnTitle } = picture;
  const height = rowHeight(picture);
  const bottom = top + rows.length * height;
  const surface = prepare(canvas, bottom + 24);
  if (surface === undefined) return;
  const { context, palette, width } = surface;
  const x = linear([0, columns.length], [LEFT, width - RIGHT]);
  for (const [row, some] of bands.entries()) {
    for (const band of some) drawColumnBand(surface, picture, { band, x, top: row * BAND_HEIGHT });
  }
  for (const [row, some] of cells.entries()) {
    context.fillStyle = palette.ink;
    context.textAlign = "right";
    context.fillText(rows[row] ?? "", LEFT - 6, top + (row + 0.5) * height, LEFT - 8);
    for (const [column, cell] of some.entries()) {
      context.fillStyle = cell === null ? palette.bad : heatColour(palette, Math.sqrt(cell / most));
      const [left, right] = [x(column), x(column + 1)];
      context.fillRect(left, top + row * height, Math.max(1, right - left), height - 1);
    }
  }
  context.fillStyle = palette.quiet;
  context.textAlign = "left";
  context.fillText(`${columnTitle} ${columns[0]}`, LEFT, bottom + 12);
  context.textAlign = "right";
  context.fillText(columns.at(-1) ?? "", width - RIGHT, bottom + 12);
}

/** A fault above the columns that came to be during it. */
function drawColumnBand({ context, palette }: Surface, { columnsMs }: HeatMap, place: {
  readonly band: Band;
  readonly x: Scale;
  readonly top: number;
}): void {
  const { band: { fromUs, toUs, label }, x, top } = place;
  const from = columnsMs.findIndex((ms) => ms * US_PER_MS >= fromUs);
  const last = columnsMs.findLastIndex((ms) => ms * US_PER_MS <= toUs);
  if (from < 0 || last < from) return;
  const [left, right] = [x(from), x(last + 1)];
  context.fillStyle = palette.band;
  context.fillRect(left, top, right - left, BAND_HEIGHT - 1);
  context.fillStyle = palette.ink;
  context.textAlign = "left";
  context.fillText(fitText(context, label, right - left - 6), left + 4, top + BAND_HEIGHT / 2);
}

const ROW_HEIGHT = 30;
const SPAN_HEIGHT = 20;
const TEXT_HEIGHT = 14;
/** The least width of a step between events. */
const LEAST_STEP = 84;
/** On paper, nobody scrolls. */
const LEAST_PRINTED_STEP = 44;

/**
 * Draws operations by lane. Events are equally far apart, as operations are often short and far from
 * each other, and as far in all pictures that are shown together; a line leads through the operations
 * that have a place, in their order.
 */
function drawSpans(
  canvas: HTMLCanvasElement,
  { spans }: Spans,
  all: readonly Spans[],
): void {
  const lanes = [...new Set(spans.map(({ lane }) => lane))]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const times = eventsOf(spans);
  const bottom = lanes.length * ROW_HEIGHT + 4;
  const left = LANE_NAMES;
  const room = (canvas.parentElement?.clientWidth ?? 0) - left - RIGHT;
  const steps = Math.max(...all.map(({ spans }) => eventsOf(spans).length));
  const isPrinting = document.documentElement.classList.contains("printing");
  const leastStep = isPrinting ? LEAST_PRINTED_STEP : LEAST_STEP;
  const needed = Math.max(room, steps * leastStep);
  const surface = prepare(canvas, bottom + 20, left + needed + RIGHT);
  if (surface === undefined) return;
  const { context, palette, width } = surface;
  const step = linear([0, steps], [left, width - RIGHT]);
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
  const label = isBad ? `✗ ${text}` : place === null ? text : `${place}. ${text}`;
  const shown = fitText(context, label, width - 4);
  context.fillStyle = palette.panel; // no line strikes the text out
  const textWidth = context.measureText(shown).width;
  context.fillRect(start + 2, y - TEXT_HEIGHT / 2, textWidth + 2, TEXT_HEIGHT);
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
  context.fillText(shown, start + 4, y);
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
