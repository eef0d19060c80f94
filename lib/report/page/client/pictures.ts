/// <reference lib="dom" />
/**
 * The pictures that workloads describe: heat maps, plots, and operations side by side.
 *
 * @module
 */
import type { HeatMap, Plot, Spans } from "../../../workbench/workloads/picture.ts";
import type { DrawnPicture } from "../scene.ts";
import {
  element,
  formatMs,
  heatColour,
  linear,
  prepare,
  type Scale,
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
  if (picture.kind === "plot") {
    place.append(
      ...picture.series.map(({ name, style }, i) =>
        key(style === "bad" ? "mark bad" : `stroke series-${i}`, name)
      ),
    );
  }
  if (picture.kind !== "heat") return;
  const most = mostOf([picture, ...others]);
  const text = element("span", {});
  place.append(
    key("heat", `0 to ${formatMs(most)}`),
    key("mark bad", picture.missing),
    text,
  );
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const { rows, columns, cells, columnTitle } = picture;
    const column = Math.floor(
      (offsetX - LEFT) / (canvas.clientWidth - LEFT - RIGHT) * columns.length,
    );
    const row = Math.floor(offsetY / rowHeight(picture));
    const cell = cells[row]?.[column];
    if (cell === undefined) text.textContent = "";
    else {
      const what = cell === null ? picture.missing : formatMs(cell);
      text.textContent = `${rows[row]}, ${columnTitle} ${columns[column]}: ${what}`;
    }
  });
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
  context.textAlign = "center";
  for (const tick of ticksOf(fromX, toX, width / 90)) {
    context.fillText(tick.toLocaleString("en"), x(tick), PLOT_HEIGHT + 12);
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
  context.setLineDash(i % 2 === 1 && style !== "bad" ? [6, 3] : []);
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

const SPAN_HEIGHT = 26;

function drawSpans(canvas: HTMLCanvasElement, { spans }: Spans): void {
  const surface = prepare(canvas, spans.length * SPAN_HEIGHT + 10);
  if (surface === undefined) return;
  const { context, palette, width } = surface;
  const left = Math.min(110, width / 4);
  const from = Math.min(...spans.map(({ fromMs }) => fromMs));
  const to = Math.max(...spans.map(({ fromMs, toMs }) => toMs ?? fromMs));
  const x = linear([from, to], [left, width - RIGHT]);
  for (const [i, { lane, fromMs, toMs, text, place, isBad }] of spans.entries()) {
    const y = (i + 0.5) * SPAN_HEIGHT;
    context.fillStyle = palette.quiet;
    context.textAlign = "right";
    context.fillText(lane, left - 8, y, left - 10);
    const [start, end] = [x(fromMs), toMs === null ? width : x(toMs)];
    context.fillStyle = isBad ? palette.bad : palette.outcomes[0] ?? "";
    context.globalAlpha = isBad ? 1 : 0.3;
    context.fillRect(start, y - 10, Math.max(3, end - start), 20);
    context.globalAlpha = 1;
    const label = `${place === null ? "no place: " : `${place}. `}${text}`;
    const fits = start + context.measureText(label).width + 8 < width;
    const isInside = isBad && end - start > context.measureText(label).width + 8;
    context.fillStyle = isInside ? palette.panel : palette.ink;
    context.textAlign = fits ? "left" : "right";
    const at = isBad && !isInside ? (fits ? end + 4 : start - 4) : fits ? start + 4 : width - 4;
    context.fillText(label, at, y);
  }
}
