/// <reference lib="dom" />
/**
 * A chart over time: lines by uPlot, with whatever else is drawn on its canvas before or after them.
 * Charts that show the same stretch zoom together, and mark the same moment.
 *
 * @module
 */
import uPlot from "uplot";
import { type Band, US_PER_MS } from "../scene.ts";
import {
  fitText,
  FONT,
  formatMs,
  formatUs,
  linear,
  type Palette,
  readPalette,
  type Scale,
  type Surface,
  ticksOf,
} from "./canvas.ts";
import { moveByPointers } from "./gestures.ts";
import { moveByKey, type Stretch } from "./view.ts";

/** Where charts and the diagram begin and end, so that moments are one below the other. */
export const LEFT = 58;
export const RIGHT = 12;
const AXIS_HEIGHT = 24;
/** Room for a chart's title. */
const TITLE_HEIGHT = 22;
export const BAND_HEIGHT = 18;
/** A shorter drag is a click. */
const LEAST_DRAG_PX = 4;

const STEPS = uPlot.paths.stepped?.({ align: 1 });

/** Points in order of time; null is a gap. */
export type Points = readonly (readonly [timeUs: number, value: number | null])[];

export interface Line {
  readonly colour: (palette: Palette) => string;
  readonly dash: readonly number[];
  /** Whether values hold until the next one. */
  readonly isStepped?: boolean;
}

/** Where a chart's values are drawn, in CSS pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: Scale;
  readonly y: Scale;
}

type Paint = (surface: Surface, area: Area) => void;

interface ChartOptions {
  readonly title: string;
  /** Of the area, without what is around it. */
  readonly height: number;
  readonly stretch: Stretch;
  readonly lines: readonly Line[];
  /** The least and the greatest value that there is room for. */
  readonly extent: () => readonly [number, number];
  readonly isLogarithmic?: boolean;
  /** Values that lines across the chart mark. */
  readonly ticks: (from: number, to: number) => number[];
  readonly print: (value: number) => string;
  /** The time axis below it. Absent: it has none, as that of the next chart serves both. */
  readonly axis?: { readonly label?: string; readonly unit?: "s" | "ms" };
  /** Faults that lie behind it, by rows. */
  readonly bands?: () => readonly (readonly Fault[])[];
  /** Rows in which it says which faults they are. Default: none. */
  readonly namedRows?: number;
  /** Draws what lies behind the lines, and before them. */
  readonly paint?: Paint;
  readonly paintOver?: Paint;
  /** What a click on a moment does. */
  readonly choose?: (timeUs: number) => void;
  /** What dragging over a stretch does, beside zooming. */
  readonly chooseStretch?: (fromUs: number, toUs: number) => void;
}

/** As much of a band as charts need. */
export type Fault = Pick<Band, "fromUs" | "toUs" | "label">;

export class Chart {
  readonly #plot: uPlot;
  readonly #place: HTMLElement;
  readonly #options: ChartOptions;
  #palette: Palette;
  readonly #frame: HTMLElement;

  constructor(place: HTMLElement, options: ChartOptions) {
    this.#place = place;
    this.#options = options;
    this.#palette = readPalette();
    this.#plot = new uPlot(this.#describe(), [[]], place);
    const { canvas } = this.#plot.ctx;
    canvas.ariaHidden = "true"; // the place has the words
    this.#frame = document.createElement("i");
    this.#frame.className = "frame";
    this.#frame.hidden = true;
    this.#plot.over.append(this.#frame);
    this.#listen();
  }

  /** Draws points, as wide as the chart's place is now. */
  draw(lines: readonly Points[]): void {
    const { clientWidth } = this.#place;
    if (clientWidth === 0) return;
    const { fromUs, toUs } = this.#options.stretch;
    const plot = this.#plot;
    this.#palette = readPalette();
    plot.batch(() => {
      if (plot.width !== clientWidth) {
        plot.setSize({ width: clientWidth, height: plot.height });
      }
      plot.setData(alignPoints(lines, [fromUs, toUs]), false);
      plot.setScale("x", { min: fromUs, max: toUs });
    });
  }

  /** Frames a part of the time, unless it is all that is shown. */
  frame(fromUs: number, toUs: number): void {
    const { stretch } = this.#options;
    this.#frame.hidden = fromUs <= stretch.fromUs && toUs >= stretch.toUs;
    const [left, right] = [fromUs, toUs].map((us) => this.#plot.valToPos(us, "x"));
    const { clientWidth } = this.#plot.over;
    const start = Math.max(0, left ?? 0);
    const width = Math.max(3, Math.min(clientWidth, right ?? 0) - start);
    this.#frame.style.left = `${start}px`;
    this.#frame.style.width = `${width}px`;
  }

  /** Ends it: a browser then forgets it. */
  close(): void {
    this.#plot.destroy();
  }

  #describe(): uPlot.Options {
    const { namedRows = 0, height, axis, lines, isLogarithmic, extent } = this.#options;
    const top = namedRows * BAND_HEIGHT + TITLE_HEIGHT;
    const below = axis === undefined ? 4 : axis.label === undefined ? AXIS_HEIGHT : 2 * AXIS_HEIGHT;
    const stroke = (read: (palette: Palette) => string) => () => read(this.#palette);
    return {
      width: Math.max(LEFT + RIGHT + 1, this.#place.clientWidth),
      height: top + height + below,
      padding: [top, RIGHT, axis === undefined ? below : 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, dist: LEAST_DRAG_PX, setScale: false },
        bind: { dblclick: () => null },
      },
      scales: {
        x: { time: false, auto: false },
        y: {
          distr: isLogarithmic ? 3 : 1,
          range: () => {
            const [least, most] = extent();
            return [least, most];
          },
        },
      },
      series: [
        {},
        ...lines.map(({ colour, dash, isStepped }): uPlot.Series => ({
          scale: "y",
          stroke: stroke(colour),
          width: 1.7,
          dash: [...dash],
          points: { show: false },
          ...(isStepped && STEPS && { paths: STEPS }),
        })),
      ],
      axes: [this.#timeAxis(), this.#valueAxis()],
      hooks: {
        drawClear: [() => this.#paint((surface, area) => this.#paintBehind(surface, area))],
        drawAxes: [() => this.#paintInside(this.#options.paint)],
        draw: [() => this.#paintInside(this.#options.paintOver)],
        setCursor: [() => this.#point()],
        setSelect: [() => this.#zoomToSelected()],
      },
    };
  }

  #timeAxis(): uPlot.Axis {
    const { axis } = this.#options;
    return {
      font: FONT,
      stroke: () => this.#palette.quiet,
      grid: { stroke: () => this.#palette.line, width: 1 },
      ticks: { show: false },
      gap: 6,
      size: axis === undefined ? 0 : AXIS_HEIGHT,
      ...(axis?.label &&
        { label: axis.label, labelFont: FONT, labelSize: AXIS_HEIGHT, labelGap: 2 }),
      splits: (plot, _, from, to) => ticksOf(from, to, (plot.width - LEFT - RIGHT) / 90),
      values: (plot, ticks) => axis === undefined ? [] : this.#printTimes(plot, ticks),
    };
  }

  /** Moments as the time axis names them, but for those whose names the right edge would cut. */
  #printTimes({ ctx: context, width }: uPlot, ticks: readonly number[]): string[] {
    const { axis, stretch: { fromUs, toUs } } = this.#options;
    const x = linear([fromUs, toUs], [LEFT, width - RIGHT]);
    const stepUs = (ticks[1] ?? 1) - (ticks[0] ?? 0);
    context.save();
    context.font = FONT;
    const names = ticks.map((tick) => {
      const name = axis?.unit === "ms" ? formatMs(tick / US_PER_MS) : formatUs(tick, stepUs);
      return x(tick) + context.measureText(name).width / 2 > width ? "" : name;
    });
    context.restore();
    return names;
  }

  #valueAxis(): uPlot.Axis {
    const { ticks, print } = this.#options;
    return {
      scale: "y",
      font: FONT,
      stroke: () => this.#palette.quiet,
      grid: { stroke: () => this.#palette.line, width: 1 },
      ticks: { show: false },
      gap: 6,
      size: LEFT,
      splits: (_, __, from, to) => ticks(from, to),
      filter: (_, splits) => splits,
      values: (_, splits) => splits.map(print),
    };
  }

  /** Draws on uPlot's canvas, in CSS pixels. */
  #paint(paint: Paint): void {
    const plot = this.#plot;
    const { ctx: context, bbox, width, height } = plot;
    const ratio = uPlot.pxRatio;
    const [left, top] = [bbox.left / ratio, bbox.top / ratio];
    const [right, bottom] = [left + bbox.width / ratio, top + bbox.height / ratio];
    const { fromUs, toUs } = this.#options.stretch;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = FONT;
    context.textBaseline = "middle";
    paint({ context, width, height, palette: this.#palette }, {
      left,
      top,
      right,
      bottom,
      x: linear([fromUs, toUs], [left, right]),
      y: (value) => top + plot.valToPos(value, "y"),
    });
    context.restore();
  }

  #paintBehind(surface: Surface, area: Area): void {
    const { context, palette } = surface;
    const { bands, namedRows = 0, title } = this.#options;
    drawBands(surface, area, { bands: bands?.() ?? [], namedRows });
    context.textAlign = "left";
    context.fillStyle = palette.ink;
    context.fillText(title, area.left + 4, area.top - 9);
  }

  /** Draws where lines are drawn, and what lies on the edge. */
  #paintInside(paint: Paint | undefined): void {
    if (paint === undefined) return;
    this.#paint((surface, area) => {
      const { left, top, right, bottom } = area;
      surface.context.beginPath();
      surface.context.rect(left - 4, top - 4, right - left + 8, bottom - top + 8);
      surface.context.clip();
      paint(surface, area);
    });
  }

  /** Marks the moment under the pointer everywhere. */
  #point(): void {
    const { left = -1 } = this.#plot.cursor;
    this.#options.stretch.point(left < 0 ? undefined : this.#plot.posToVal(left, "x"));
  }

  #zoomToSelected(): void {
    const plot = this.#plot;
    const { left, width } = plot.select;
    if (width < LEAST_DRAG_PX) return;
    const [fromUs, toUs] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#options.stretch.show(fromUs, toUs);
    this.#options.chooseStretch?.(fromUs, toUs);
  }

  #listen(): void {
    const { stretch, choose } = this.#options;
    const { over } = this.#plot;
    // A mouse selects a part to zoom to it; fingers move and zoom.
    moveByPointers(over, stretch, {
      area: () => ({ left: 0, right: over.clientWidth }),
      takes: ({ pointerType }) => pointerType === "touch",
    });
    over.addEventListener("dblclick", () => stretch.showAll());
    over.addEventListener("click", ({ offsetX }) => choose?.(this.#plot.posToVal(offsetX, "x")));
    stretch.followPointer((timeUs) => {
      const left = timeUs === undefined ? -10 : this.#plot.valToPos(timeUs, "x");
      const isInside = left >= 0 && left <= over.clientWidth;
      // Nobody is told: whoever points has told all.
      this.#plot.setCursor({ left: isInside ? left : -10, top: 0 }, false);
    });
  }
}

/** Lets what is shown be moved by keys where a place has the focus. */
export function moveByKeys(place: HTMLElement, stretch: Stretch): void {
  place.addEventListener("keydown", (event) => {
    const { ctrlKey, metaKey, altKey, key } = event;
    if (!ctrlKey && !metaKey && !altKey && moveByKey(stretch, key)) event.preventDefault();
  });
}

/** Faults behind a chart, and their names above it as far as there are rows. */
function drawBands({ context, palette }: Surface, { left, right, bottom, x }: Area, named: {
  readonly bands: readonly (readonly Fault[])[];
  readonly namedRows: number;
}): void {
  const { bands, namedRows } = named;
  for (const [row, some] of bands.entries()) {
    const isNamed = row < namedRows;
    const top = isNamed ? row * BAND_HEIGHT : namedRows * BAND_HEIGHT;
    for (const { fromUs, toUs, label } of some) {
      const [start, end] = [Math.max(left, x(fromUs)), Math.min(right, x(toUs))];
      if (end < left || start > right) continue;
      const width = Math.max(2, end - start);
      context.fillStyle = palette.band;
      context.globalAlpha = 0.4;
      context.fillRect(start, top, width, bottom - top);
      context.globalAlpha = 1;
      if (!isNamed) continue;
      context.fillRect(start, top, width, BAND_HEIGHT - 1);
      context.fillStyle = palette.ink;
      context.textAlign = "left";
      context.fillText(fitText(context, label, width - 6), start + 4, top + BAND_HEIGHT / 2);
    }
  }
}

/** Puts faults that overlap in rows of their own. */
export function stackBands<Some extends Fault>(bands: readonly Some[]): Some[][] {
  const rows: Some[][] = [];
  for (const band of bands) {
    const row = rows.find((row) => (row.at(-1)?.toUs ?? 0) <= band.fromUs);
    if (row === undefined) rows.push([band]);
    else row.push(band);
  }
  return rows;
}

/** Lines as uPlot takes them: one column of times, and as many of values as there are lines. */
function alignPoints(
  lines: readonly Points[],
  ends: readonly [fromUs: number, toUs: number],
): uPlot.AlignedData {
  const times = lines.map((points) =>
    [
      points.map(([timeUs]) => timeUs),
      points.map(([, value]) => value),
    ] satisfies uPlot.AlignedData
  );
  // Beyond them a column that no line shows: without any point, uPlot would show no cursor.
  return uPlot.join([...times, [[...ends], [null, null]]]);
}
