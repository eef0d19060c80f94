/// <reference lib="dom" />
/**
 * A run so far: charts of latency, operations and messages a second, with the faults behind.
 *
 * @module
 */
import { US_PER_S } from "../../page/scene.ts";
import { dashesOf, formatMs, type Palette, ticksOf } from "../../page/client/canvas.ts";
import { Chart, type Fault, moveByKeys, type Points, stackBands } from "../../page/client/chart.ts";
import { Stretch } from "../../page/client/view.ts";
import type { Reading } from "../progress.ts";

const HEIGHT = 96;
/** Rates are of stretches at least that long. */
const LEAST_S = 0.5;

/** What one chart shows of readings. */
interface Strip {
  readonly title: string;
  readonly print: (value: number) => string;
  readonly lines: readonly {
    readonly colour: (palette: Palette) => string;
    readonly read: (readings: readonly Reading[]) => Points;
  }[];
}

/** Charts of a run that goes on. */
export class Strips {
  readonly #stretch = new Stretch([0, US_PER_S]);
  readonly #charts: readonly Chart[];
  /** The greatest value of each chart. */
  readonly #most = STRIPS.map(() => 1);
  #bands: Fault[][] = [];
  #readings: readonly Reading[] = [];

  constructor(place: HTMLElement) {
    this.#charts = STRIPS.map(({ title, print, lines }, i) =>
      new Chart(place, {
        title,
        print,
        height: HEIGHT,
        stretch: this.#stretch,
        lines: lines.map(({ colour }, line) => ({ colour, dash: dashesOf(line) })),
        extent: () => [0, this.#most[i] ?? 1],
        ticks: (from, to) => ticksOf(from, to, 3),
        bands: () => this.#bands,
        ...(i === 0 && { namedRows: 1 }),
        ...(i === STRIPS.length - 1 && { axis: {} }),
      })
    );
    this.#stretch.follow(() => this.#draw());
    moveByKeys(place, this.#stretch);
  }

  /** Shows the readings of a run that is to take some seconds. */
  show(readings: readonly Reading[], limitS: number): void {
    this.#readings = readings;
    this.#bands = stackBands(stretchesOf(readings));
    this.#stretch.grow(US_PER_S * Math.max(1, limitS, readings.at(-1)?.timeS ?? 0));
  }

  #draw(): void {
    for (const [i, { lines }] of STRIPS.entries()) {
      const all = lines.map(({ read }) => read(this.#readings));
      this.#most[i] = all.flat().reduce((most, [, value]) => Math.max(most, value ?? 0), 1);
      const isNothing = (points: Points) => points.every(([, value]) => value === 0);
      this.#charts[i]?.draw(all.map((points) => isNothing(points) ? [] : points));
    }
  }
}

/** Operations and messages a second between readings. */
export function ratesOf(readings: readonly Reading[]) {
  const rates: { timeS: number; ok: number; fail: number; info: number; messages: number }[] = [];
  let last = readings[0];
  for (const reading of readings) {
    if (last === undefined || reading.timeS - last.timeS < LEAST_S) continue;
    const before = last;
    const rate = (name: "ok" | "fail" | "info" | "messages") =>
      (reading[name] - before[name]) / (reading.timeS - before.timeS);
    rates.push({
      timeS: reading.timeS,
      ok: rate("ok"),
      fail: rate("fail"),
      info: rate("info"),
      messages: rate("messages"),
    });
    last = reading;
  }
  return rates;
}

/** Median, 95 % or maximum. */
function latency(i: number) {
  return (readings: readonly Reading[]): Points =>
    readings.flatMap(({ timeS, latencyMs }) => {
      const value = latencyMs[i];
      return value === undefined ? [] : [[timeS * US_PER_S, value] as const];
    });
}

function rate(name: "ok" | "fail" | "info" | "messages") {
  return (readings: readonly Reading[]): Points =>
    ratesOf(readings).map((one) => [one.timeS * US_PER_S, one[name]] as const);
}

const print = (value: number) => value.toLocaleString("en");
const outcome = (i: number) => ({ outcomes, ink }: Palette) => outcomes[i] ?? ink;
const series = (i: number) => (palette: Palette) => palette.series[i] ?? palette.ink;

const STRIPS: readonly Strip[] = [
  {
    title: "answered after",
    print: formatMs,
    lines: [
      { colour: series(0), read: latency(0) },
      { colour: series(2), read: latency(1) },
      { colour: ({ quiet }) => quiet, read: latency(2) },
    ],
  },
  {
    title: "operations / s",
    print,
    lines: [
      { colour: outcome(0), read: rate("ok") },
      { colour: outcome(1), read: rate("fail") },
      { colour: outcome(2), read: rate("info") },
    ],
  },
  {
    title: "messages / s",
    print,
    lines: [{ colour: series(0), read: rate("messages") }],
  },
];

/** The faults of readings, each from its beginning until it was in force last. */
function stretchesOf(readings: readonly Reading[]): Fault[] {
  const over: Fault[] = [];
  let inForce: Fault[] = [];
  for (const { faults, timeS } of readings) {
    const toUs = timeS * US_PER_S;
    const lasting = inForce.map((one) => ({ ...one, toUs }));
    inForce = faults.map(({ label, fromS }) => ({ label, fromUs: fromS * US_PER_S, toUs }));
    over.push(
      ...lasting.filter((one) =>
        !inForce.some(({ label, fromUs }) => label === one.label && fromUs === one.fromUs)
      ),
    );
  }
  return [...over, ...inForce].sort((a, b) => a.fromUs - b.fromUs);
}
