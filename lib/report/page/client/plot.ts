/// <reference lib="dom" />
/**
 * Plots that workloads describe, as charts: those over the run's time zoom with the others.
 *
 * @module
 */
import type { Plot, Series } from "../../../workbench/workloads/picture.ts";
import { type Band, US_PER_MS, US_PER_S } from "../scene.ts";
import { dashesOf, element, strokeLine, type Surface, ticksOf } from "./canvas.ts";
import { type Area, Chart, moveByKeys } from "./chart.ts";
import { Stretch } from "./view.ts";

const HEIGHT = 200;
/** Room above and below the values of a part, as a share of their extent. */
const MARGIN = 0.08;
const DOT_MARGIN = 0.04;

interface Place {
  /** Takes what is under the pointer. */
  readonly legend: HTMLElement;
  /** The plot itself, and those that share its scale. */
  readonly like: readonly Plot[];
  /** The time of the run. */
  readonly stretch: Stretch;
  readonly bands: readonly Band[];
}

/** A plot in a place. */
export class PlotChart {
  readonly #plot: Plot;
  readonly #like: readonly Plot[];
  readonly #stretch: Stretch;
  readonly #chart: Chart;

  constructor(place: HTMLElement, plot: Plot, { legend, like, stretch, bands }: Place) {
    const { x, y, series } = plot;
    const isOfRun = x.unit === "s";
    this.#plot = plot;
    this.#like = like;
    this.#stretch = isOfRun ? stretch : wholeOf(like);
    this.#chart = new Chart(place, {
      title: y,
      height: HEIGHT,
      stretch: this.#stretch,
      lines: series.map(({ style }, i) => ({
        colour: (palette) => palette.series[i % palette.series.length] ?? palette.ink,
        dash: dashesOf(i),
        isStepped: style === "steps",
      })),
      extent: () => this.#extent(),
      ticks: (from, to) => ticksOf(from, to, 5),
      print: (value) => value.toLocaleString("en"),
      axis: { label: x.title, unit: x.unit },
      ...(isOfRun && { bands: () => [bands] }),
      paintOver: (surface, area) => this.#paintDots(surface, area),
    });
    const readout = element("p", { className: "readout" });
    legend.append(readout);
    this.#stretch.follow(() => this.draw());
    this.#stretch.followPointer((timeUs) =>
      readout.textContent = timeUs === undefined ? "" : describe(plot, timeUs)
    );
    moveByKeys(place, this.#stretch);
  }

  draw(): void {
    const { x, series } = this.#plot;
    const us = usPer(x.unit);
    const { toUs } = this.#stretch.limits;
    this.#chart.draw(series.map(({ style, points }) => {
      if (!isLine(style)) return [];
      const [, last] = points.at(-1) ?? [];
      const isHeld = style === "steps" && last !== undefined && x.unit === "s";
      const line = points.map(([at, value]) => [at * us, value] as const);
      return isHeld ? [...line, [toUs, last] as const] : line;
    }));
  }

  close(): void {
    this.#chart.close();
  }

  /** Of what is shown, if there is no range; of the whole, with 0. */
  #extent(): readonly [number, number] {
    const { range } = this.#plot;
    if (range !== undefined) return range;
    const { isWhole, fromUs, toUs } = this.#stretch;
    const us = usPer(this.#plot.x.unit);
    const values = this.#like.flatMap(({ series }) => series).flatMap(({ points }) => {
      if (isWhole) return points.map(([, value]) => value);
      const first = Math.max(0, points.findIndex(([x]) => x * us >= fromUs) - 1);
      return points.slice(first).filter(([x]) => x * us <= toUs).map(([, value]) => value);
    });
    if (isWhole || values.length === 0) values.push(0);
    const least = values.reduce((a, b) => Math.min(a, b));
    const most = values.reduce((a, b) => Math.max(a, b));
    const margin = isWhole ? 0 : MARGIN * (most - least);
    const span = most > least ? most - least : 1;
    const hasDots = this.#like.some(({ series }) => series.some(({ style }) => !isLine(style)));
    const below = Math.max(margin, hasDots ? DOT_MARGIN * span : 0); // no dot lies on the axis
    return [least - below, least + span + margin];
  }

  #paintDots({ context, palette }: Surface, { x, y }: Area): void {
    const us = usPer(this.#plot.x.unit);
    for (const [i, { style, points }] of this.#plot.series.entries()) {
      if (isLine(style)) continue;
      const isBad = style === "bad";
      context.strokeStyle = context.fillStyle = isBad
        ? palette.bad
        : palette.series[i % palette.series.length] ?? palette.ink;
      context.lineWidth = 2.5;
      for (const [at, value] of points) {
        const [px, py] = [x(at * us), y(value)];
        if (!isBad) context.fillRect(px - 2, py - 2, 4, 4);
        else {
          strokeLine(context, [px - 5, py - 5], [px + 5, py + 5]);
          strokeLine(context, [px - 5, py + 5], [px + 5, py - 5]);
        }
      }
    }
  }
}

function isLine(style: Series["style"]): boolean {
  return style === "line" || style === "steps";
}

function usPer(unit: Plot["x"]["unit"]): number {
  return unit === "s" ? US_PER_S : US_PER_MS;
}

/** All that some plots reach over, from 0. */
function wholeOf(plots: readonly Plot[]): Stretch {
  const ends = plots.flatMap(({ x, series }) =>
    series.flatMap(({ points }) => points.map(([at]) => at * usPer(x.unit)))
  );
  return new Stretch([0, ends.reduce((a, b) => Math.max(a, b), US_PER_MS)]);
}

/** The last value of each series up to a moment. */
function describe({ x: { title, unit }, series }: Plot, timeUs: number): string {
  const format = (value: number) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
  const at = timeUs / usPer(unit);
  const values = series.flatMap(({ name, points }) => {
    const [, value] = points.findLast(([x]) => x <= at) ?? [];
    return value === undefined ? [] : [`${name} ${format(value)}`];
  });
  return `${title} ${format(at)} ${unit}: ${values.join(", ") || "nothing yet"}`;
}
