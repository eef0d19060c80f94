/// <reference lib="dom" />
/**
 * Operations over time: how long each took and how it ended, how many there were, which messages
 * were sent, in charts on one time axis with the faults behind.
 *
 * @module
 */
import { type Band, isSetUp } from "../scene.ts";
import {
  dashesOf,
  dashOf,
  drawOutcomes,
  element,
  formatMs,
  formatUs,
  key,
  type Surface,
  ticksOf,
} from "./canvas.ts";
import { type Area, Chart, type Line, moveByKeys, type Points, stackBands } from "./chart.ts";
import { type Decoded, firstAt } from "./decode.ts";
import {
  countMessages,
  countOperations,
  groupTypes,
  middleOf,
  quantilesIn,
  type Rates,
} from "./rates.ts";
import { type ColourGroup, colourOf } from "./colours.ts";
import type { Stretch, View } from "./view.ts";

const HEIGHTS = { latency: 180, rate: 80 } as const;
const SHOWN_QUANTILES = [0.5, 0.95];
/** The least time that the axis of latencies has room for, in microseconds. */
const LEAST_TOOK_US = 10;
/** Operations are drawn paler where they are more than that. */
const MANY = 20_000;

/** What a timeline stands beside. */
interface Place {
  /** Takes the key to the colours. */
  readonly legend: HTMLElement;
  /** What it shows. */
  readonly stretch: Stretch;
  /** What is framed and moved. Default: nothing. */
  readonly view?: View;
  /** All runs that its axes have room for. Default: its own. */
  readonly runs?: readonly Decoded[];
}

/** What the charts show of a stretch of time. */
interface Counted {
  readonly operations: Rates;
  readonly messages: Rates;
  readonly quantiles: readonly (readonly (number | null)[])[];
}

export class Timeline {
  readonly #data: Decoded;
  readonly #runs: readonly Decoded[];
  readonly #stretch: Stretch;
  readonly #view: View | undefined;
  readonly #charts: readonly Chart[];
  readonly #readout: HTMLElement;
  /** The exponents between which latencies are. */
  readonly #exponents: readonly [number, number];
  #counted: Counted;
  /** The greatest rates of all runs. */
  #most = { operations: 1, messages: 1 };

  constructor(place: HTMLElement, data: Decoded, { legend, stretch, view, runs = [data] }: Place) {
    this.#data = data;
    this.#runs = runs;
    this.#stretch = stretch;
    this.#view = view;
    this.#exponents = exponentsOf(runs);
    this.#counted = this.#count();
    this.#charts = this.#makeCharts(place);
    this.#readout = element("p", { className: "readout" });
    legend.append(...legendOf(groupTypes(data.scene)), this.#readout);
    moveByKeys(place, stretch);
    stretch.followPointer((timeUs) => this.#read(timeUs));
    stretch.follow(() => this.draw());
    view?.follow(() => this.#frame());
  }

  draw(): void {
    this.#counted = this.#count();
    const { operations, messages, quantiles } = this.#counted;
    const [latency, rate, sent] = this.#charts;
    latency?.draw(quantiles.map((values) => pointsOf(values, this.#stretch)));
    rate?.draw(operations.rates.map((values) => this.#pointsOf(values)));
    sent?.draw(messages.rates.map((values) => this.#pointsOf(values)));
    this.#frame();
  }

  close(): void {
    for (const chart of this.#charts) chart.close();
  }

  /** What is nowhere is no line along the bottom. */
  #pointsOf(values: Float64Array): Points {
    return values.every((value) => value === 0) ? [] : pointsOf([...values], this.#stretch);
  }

  #count(): Counted {
    const mostOf = (all: readonly Rates[]) =>
      all.flatMap(({ rates }) => rates).flatMap((own) => [...own])
        .reduce((most, rate) => Math.max(most, rate), 1);
    const others = this.#runs.filter((run) => run !== this.#data);
    const operations = countOperations(this.#data, this.#stretch);
    const messages = countMessages(this.#data, this.#stretch);
    this.#most = {
      operations: mostOf([
        operations,
        ...others.map((run) => countOperations(run, this.#stretch)),
      ]),
      messages: mostOf([messages, ...others.map((run) => countMessages(run, this.#stretch))]),
    };
    return {
      operations,
      messages,
      quantiles: quantilesIn(this.#data, this.#stretch, SHOWN_QUANTILES),
    };
  }

  #makeCharts(place: HTMLElement): Chart[] {
    const { scene } = this.#data;
    const view = this.#view;
    const groups = groupTypes(scene);
    const hasMessages = groups.length > 0;
    const bands = stackBands(scene.bands);
    const shared = {
      stretch: this.#stretch,
      bands: () => bands,
      ...(view && {
        choose: (timeUs: number) => {
          const half = (view.toUs - view.fromUs) / 2;
          view.show(timeUs - half, timeUs + half);
        },
        chooseStretch: (fromUs: number, toUs: number) => view.show(fromUs, toUs),
      }),
    };
    const rate = {
      ...shared,
      height: HEIGHTS.rate,
      ticks: (from: number, to: number) => ticksOf(from, to, 3),
      print: (value: number) => value.toLocaleString("en"),
    };
    const latency = new Chart(place, {
      ...shared,
      title: "answered after",
      height: HEIGHTS.latency,
      namedRows: mostRowsOf(this.#runs),
      lines: SHOWN_QUANTILES.map((_, i): Line => ({
        colour: ({ ink }) => ink,
        dash: dashesOf(i),
      })),
      isLogarithmic: true,
      extent: () => [10 ** this.#exponents[0], 10 ** this.#exponents[1]],
      ticks: () => powersBetween(this.#exponents),
      print: (us) => formatMs(us / 1_000),
      paint: (surface, area) => this.#paintOperations(surface, area),
    });
    const operations = new Chart(place, {
      ...rate,
      title: "operations / s",
      lines: ["ok", "fail", "info", "open"].map((_, i): Line => ({
        colour: ({ outcomes, quiet }) => outcomes[i] ?? quiet,
        dash: dashesOf(i),
      })),
      extent: () => [0, this.#most.operations],
      ...(hasMessages ? {} : { axis: {} }),
    });
    if (!hasMessages) return [latency, operations];
    const messages = new Chart(place, {
      ...rate,
      title: scene.types.some(isSetUp) ? "messages / s, without init and topology" : "messages / s",
      lines: groups.map(({ className }, i): Line => ({
        colour: (palette) => colourOf(palette, className),
        dash: dashesOf(i),
      })),
      extent: () => [0, this.#most.messages],
      axis: {},
    });
    return [latency, operations, messages];
  }

  #paintOperations({ context, palette }: Surface, area: Area): void {
    const { scene: { operations: { tookUs, outcome } }, startUs } = this.#data;
    const { fromUs, toUs } = this.#stretch;
    const { top, x, y } = area;
    const [first, end] = [firstAt(startUs, fromUs), firstAt(startUs, toUs + 1)];
    for (const kind of [0, 1, 2, 3]) {
      context.fillStyle = context.strokeStyle = palette.outcomes[kind] ?? palette.ink;
      context.globalAlpha = end - first > MANY && kind === 0 ? 0.35 : 0.85;
      context.lineWidth = 1.2;
      const marks: [number, number][] = [];
      const isNew = limitPerCell(area, kind === 0 ? MOST_DOTS : 1);
      for (let row = first; row < end; row++) {
        if (outcome[row] !== kind) continue;
        const took = tookUs[row] ?? -1;
        const at = took < 0 ? top : y(Math.max(LEAST_TOOK_US, took));
        const across = x(startUs[row] ?? 0);
        if (isNew(across, at)) marks.push([across, at]);
      }
      drawOutcomes(context, kind, marks);
    }
    context.globalAlpha = 1;
  }

  #frame(): void {
    if (this.#view === undefined) return;
    const { fromUs, toUs } = this.#view;
    for (const chart of this.#charts) chart.frame(fromUs, toUs);
  }

  /** Says what there is at a moment. */
  #read(timeUs: number | undefined): void {
    this.#readout.textContent = timeUs === undefined ? "" : this.#describe(timeUs);
  }

  #describe(timeUs: number): string {
    const { fromUs, toUs } = this.#stretch;
    const share = (timeUs - fromUs) / (toUs - fromUs);
    const at = <T>(values: ArrayLike<T>) => values[Math.floor(share * values.length)];
    const list = ({ names, rates }: Rates) =>
      rates.flatMap((own, i) => {
        const rate = at(own) ?? 0;
        return rate === 0 ? [] : [`${names[i]} ${formatRate(rate)}`];
      }).join(", ") || "none";
    const { operations, messages, quantiles } = this.#counted;
    const [median, slow] = quantiles.map((values) => at(values) ?? null);
    const faults = this.#data.scene.bands.filter((band) => isWithin(timeUs, band));
    return [
      `${formatUs(timeUs, 1_000)}`,
      ...(median == null || slow == null
        ? []
        : [`median ${formatMs(median / 1_000)}, 95 % ${formatMs(slow / 1_000)}`]),
      `operations a second: ${list(operations)}`,
      ...(messages.names.length === 0 ? [] : [`messages a second: ${list(messages)}`]),
      ...(faults.length === 0 ? [] : [faults.map(({ label }) => label).join(", ")]),
    ].join(" · ");
  }
}

/** Rows of faults that the charts of some runs have room for. */
export function mostRowsOf(runs: readonly Decoded[]): number {
  return Math.max(0, ...runs.map(({ scene }) => stackBands(scene.bands).length));
}

/** Pixels of a cell, in which one mark hides another; of pale dots, several make it darker. */
const CELL_PX = 2;
const MOST_DOTS = 3;

/** Says of places, one after the other, whether a cell has fewer marks than `most` by then. */
function limitPerCell(
  { left, right, top, bottom }: Area,
  most: number,
): (x: number, y: number) => boolean {
  const cellsIn = (px: number) => Math.ceil(Math.max(0, px) / CELL_PX) + 2;
  const width = cellsIn(right - left);
  const counts = new Uint8Array(width * cellsIn(bottom - top));
  return (x, y) => {
    const cell = Math.floor((y - top) / CELL_PX) * width + Math.floor((x - left) / CELL_PX);
    const count = counts[cell] ?? 0;
    if (count < most) counts[cell] = count + 1;
    return count < most;
  };
}

function isWithin(timeUs: number, { fromUs, toUs }: Band): boolean {
  return timeUs >= fromUs && timeUs <= toUs;
}

function pointsOf(values: readonly (number | null)[], stretch: Stretch): Points {
  const at = middleOf(stretch, values.length);
  return values.map((value, bin) => [at(bin), value]);
}

function exponentsOf(runs: readonly Decoded[]): readonly [number, number] {
  let [least, most] = [1e7, 1_000];
  for (const { scene: { operations: { tookUs } } } of runs) {
    for (const took of tookUs) {
      if (took > most) most = took;
      if (took >= 0 && took < least) least = took;
    }
  }
  return [
    Math.floor(Math.log10(Math.max(LEAST_TOOK_US, Math.min(least, most)))),
    Math.ceil(Math.log10(most)),
  ];
}

function powersBetween([from, to]: readonly [number, number]): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

function formatRate(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en");
}

function legendOf(groups: readonly ColourGroup[]): HTMLElement[] {
  const outcomes = [["ok", "ok"], ["fail", "failed"], ["info", "outcome unknown"]] as const;
  return [
    ...outcomes.map(([name, text]) => key(`mark ${name}`, text)),
    key("stroke ink", "median of those that are ok"),
    key("stroke ink dash-1", "95 %"),
    ...groups.map(({ className, name }, i) => key(`stroke ${className} dash-${dashOf(i)}`, name)),
  ];
}

/** A stretch of time in words. */
export function describeView({ fromUs, toUs }: View): string {
  const stepUs = Math.max(1, (toUs - fromUs) / 100);
  return `${formatUs(fromUs, stepUs)} to ${formatUs(toUs, stepUs)}`;
}
