/// <reference lib="dom" />
/**
 * Operations over time: how long each took and how it ended, how many there were, which messages
 * were sent, all on one time axis with the faults behind.
 *
 * @module
 */
import { type Band, OUTCOMES, type Scene, US_PER_S } from "../scene.ts";
import {
  dashOf,
  drawOutcome,
  drawTimeAxis,
  element,
  fitText,
  formatMs,
  formatUs,
  linear,
  OTHER_TYPES,
  prepare,
  type Scale,
  setDash,
  strokeLine,
  type Surface,
  ticksOf,
} from "./canvas.ts";
import type { Decoded } from "./decode.ts";
import type { View } from "./view.ts";

/** Stretches of time in which operations and messages are counted: fewer where there are few. */
const BINS = { least: 24, most: 150, events: 4 } as const;
const LEFT = 58;
const RIGHT = 12;
const BAND_HEIGHT = 18;

interface Area {
  readonly top: number;
  readonly bottom: number;
}

/** How far axes reach. */
export interface Reach {
  readonly fromUs: number;
  readonly toUs: number;
  readonly leastTookUs: number;
  readonly mostTookUs: number;
  /** A second. */
  readonly operations: number;
  readonly messages: number;
}

/** How far axes reach that show all of some runs. */
export function reachOf(runs: readonly Decoded[]): Reach {
  const reach = {
    fromUs: 0,
    toUs: 0,
    leastTookUs: 1e7,
    mostTookUs: 1_000,
    operations: 1,
    messages: 1,
  };
  for (const run of runs) {
    const { fromUs, toUs, operations: { tookUs } } = run.scene;
    reach.fromUs = Math.min(reach.fromUs, fromUs);
    reach.toUs = Math.max(reach.toUs, toUs);
    for (const took of tookUs) {
      if (took > reach.mostTookUs) reach.mostTookUs = took;
      if (took >= 0 && took < reach.leastTookUs) reach.leastTookUs = took;
    }
    reach.operations = Math.max(reach.operations, mostOf(countOperations(run)));
    reach.messages = Math.max(reach.messages, mostOf(countMessages(run)));
  }
  return reach;
}

function mostOf({ rates }: Rates): number {
  return Math.max(0, ...rates.map((some) => Math.max(...some)));
}

/** What a timeline stands beside. */
interface Place {
  /** Takes the key to the colours. */
  readonly legend: HTMLElement;
  /** What is framed and moved. Default: nothing. */
  readonly view?: View;
  /** How far the axes reach. Default: as far as the run does. */
  readonly reach?: Reach;
}

/** Counts in equal stretches of time, by what is counted. */
interface Rates {
  readonly names: readonly string[];
  /** A second, by name and stretch. */
  readonly rates: readonly Float64Array[];
}

export class Timeline {
  readonly #canvas: HTMLCanvasElement;
  readonly #data: Decoded;
  readonly #view: View | undefined;
  readonly #reach: Reach;
  readonly #operations: Rates;
  readonly #messages: Rates;
  readonly #rows: readonly (readonly Band[])[];
  #x: Scale = (value) => value;
  /** All that does not depend on the view, as it was drawn last. */
  #still:
    | { readonly surface: Surface; readonly image: ImageData; readonly bottom: number }
    | undefined;
  #drag: { fromX: number; toX: number } | undefined;
  readonly #readout: HTMLElement;

  constructor(canvas: HTMLCanvasElement, data: Decoded, { legend, view, reach }: Place) {
    this.#canvas = canvas;
    this.#data = data;
    this.#view = view;
    this.#reach = reach ?? reachOf([data]);
    this.#operations = countOperations(data);
    this.#messages = countMessages(data);
    this.#rows = stack(data.scene.bands);
    this.#readout = element("p", { className: "readout" });
    legend.append(...legendOf(this.#messages.names), this.#readout);
    this.#listen();
    if (view === undefined) return;
    view.follow(() => this.#drawView());
    this.#linkView(view);
  }

  draw(): void {
    const hasMessages = this.#messages.names.length > 0;
    const bandsHeight = Math.max(1, this.#rows.length) * BAND_HEIGHT;
    const latency = { top: bandsHeight + 22, bottom: bandsHeight + 202 };
    const operations = { top: latency.bottom + 30, bottom: latency.bottom + 110 };
    const messages = { top: operations.bottom + 30, bottom: operations.bottom + 110 };
    const last = hasMessages ? messages : operations;
    const surface = prepare(this.#canvas, last.bottom + 24);
    if (surface === undefined) return;
    const { fromUs, toUs } = this.#reach;
    this.#x = linear([fromUs, toUs], [LEFT, surface.width - RIGHT]);
    this.#drawBands(surface, last.bottom);
    drawTimeAxis(surface, { x: this.#x, top: latency.top, bottom: last.bottom, fromUs, toUs });
    this.#drawLatency(surface, latency);
    this.#drawRates(surface, operations, {
      title: "operations / s",
      data: this.#operations,
      most: this.#reach.operations,
    });
    if (hasMessages) {
      this.#drawRates(surface, messages, {
        title: "messages / s",
        data: this.#messages,
        most: this.#reach.messages,
      });
    }
    const { width, height } = this.#canvas;
    const image = surface.context.getImageData(0, 0, width, height);
    this.#still = { surface, image, bottom: last.bottom };
    this.#drawView();
  }

  #drawBands({ context, palette }: Surface, bottom: number): void {
    for (const [row, bands] of this.#rows.entries()) {
      for (const { fromUs, toUs, label } of bands) {
        const [left, right] = [this.#x(fromUs), this.#x(toUs)];
        const [top, width] = [row * BAND_HEIGHT, Math.max(2, right - left)];
        context.fillStyle = palette.band;
        context.fillRect(left, top, width, BAND_HEIGHT - 1);
        context.globalAlpha = 0.4;
        context.fillRect(left, top + BAND_HEIGHT - 1, width, bottom - top - BAND_HEIGHT + 1);
        context.globalAlpha = 1;
        context.fillStyle = palette.ink;
        context.textAlign = "left";
        const text = fitText(context, label, right - left - 6);
        context.fillText(text, left + 4, (row + 0.5) * BAND_HEIGHT);
      }
    }
  }

  #drawLatency(surface: Surface, { top, bottom }: Area): void {
    const { context, palette, width } = surface;
    const { scene: { operations: { tookUs, outcome } }, startUs } = this.#data;
    const { leastTookUs: least, mostTookUs: most } = this.#reach;
    const exponents = [Math.floor(Math.log10(Math.max(10, least))), Math.ceil(Math.log10(most))];
    const y = linear(exponents, [bottom, top]);
    for (let e = exponents[0] ?? 0; e <= (exponents[1] ?? 0); e++) {
      this.#drawLevel(surface, y(e), formatMs(10 ** e / 1_000));
    }
    drawTitle(surface, "answered after", top);
    for (const kind of [0, 1, 2, 3]) {
      context.fillStyle = context.strokeStyle = palette.outcomes[kind] ?? palette.ink;
      context.globalAlpha = tookUs.length > 20_000 && kind === 0 ? 0.35 : 0.85;
      context.lineWidth = 1.2;
      for (let row = 0; row < tookUs.length; row++) {
        if (outcome[row] !== kind) continue;
        const took = tookUs[row] ?? -1;
        const at = took < 0 ? top : y(Math.log10(Math.max(10, took)));
        drawOutcome(context, kind, [this.#x(startUs[row] ?? 0), at]);
      }
    }
    context.globalAlpha = 1;
    context.strokeStyle = palette.line;
    strokeLine(context, [LEFT, bottom], [width - RIGHT, bottom]);
  }

  #drawLevel({ context, palette, width }: Surface, y: number, text: string): void {
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    strokeLine(context, [LEFT, y], [width - RIGHT, y]);
    context.fillStyle = palette.quiet;
    context.textAlign = "right";
    context.fillText(text, LEFT - 6, y);
  }

  #drawRates(surface: Surface, { top, bottom }: Area, { title, data, most }: {
    readonly title: string;
    readonly data: Rates;
    readonly most: number;
  }): void {
    const { context, palette } = surface;
    const y = linear([0, most], [bottom, top]);
    for (const tick of ticksOf(0, most, 3)) {
      this.#drawLevel(surface, y(tick), tick.toLocaleString("en"));
    }
    drawTitle(surface, title, top);
    const { toUs } = this.#data.scene;
    for (const [i, rates] of data.rates.entries()) {
      if (rates.every((rate) => rate === 0)) continue;
      const colours = data === this.#operations ? palette.outcomes : palette.series;
      context.strokeStyle = colours[i] ?? palette.quiet;
      setDash(context, i);
      context.lineWidth = 1.6;
      context.beginPath();
      for (const [bin, rate] of rates.entries()) {
        context.lineTo(this.#x((bin + 0.5) * toUs / rates.length), y(rate));
      }
      context.stroke();
      context.setLineDash([]);
    }
  }

  /** Frames what the diagram below shows, and what is being chosen; the rest stays as it is. */
  #drawView(): void {
    if (this.#still === undefined) return;
    const { surface: { context, palette, width }, image, bottom } = this.#still;
    context.putImageData(image, 0, 0);
    if (this.#view === undefined) return;
    const { fromUs, toUs } = this.#view;
    const [left, end] = this.#drag === undefined
      ? [this.#x(fromUs), this.#x(toUs)]
      : [Math.min(this.#drag.fromX, this.#drag.toX), Math.max(this.#drag.fromX, this.#drag.toX)];
    const right = Math.min(width - 1, end);
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.strokeRect(left, 1, Math.max(3, right - left), bottom - 1);
    context.globalAlpha = 0.08;
    context.fillStyle = palette.accent;
    context.fillRect(left, 1, Math.max(3, right - left), bottom - 1);
    context.globalAlpha = 1;
  }

  /** Marks a time, and says what there was a second. */
  #pointAt(x: number, timeUs: number): void {
    if (this.#still === undefined || timeUs < 0 || timeUs > this.#data.scene.toUs) return;
    const { surface: { context, palette }, bottom } = this.#still;
    context.strokeStyle = palette.quiet;
    context.lineWidth = 1;
    strokeLine(context, [x, 0], [x, bottom]);
    const share = timeUs / this.#data.scene.toUs;
    const list = ({ names, rates }: Rates) =>
      rates.flatMap((own, i) => {
        const rate = own[Math.floor(share * own.length)] ?? 0;
        return rate === 0 ? [] : [`${names[i]} ${formatRate(rate)}`];
      }).join(", ") || "none";
    this.#readout.textContent = `${formatUs(timeUs, 1_000)}: operations a second: ` +
      `${list(this.#operations)}; messages a second: ${list(this.#messages)}`;
  }

  #timeAt(px: number): number {
    const { fromUs, toUs } = this.#data.scene;
    const [start, end] = [this.#x(fromUs), this.#x(toUs)];
    return fromUs + (px - start) / (end - start) * (toUs - fromUs);
  }

  #listen(): void {
    this.#canvas.addEventListener("pointermove", ({ offsetX }) => {
      if (this.#drag !== undefined) this.#drag.toX = offsetX;
      this.#drawView();
      if (this.#drag === undefined) this.#pointAt(offsetX, this.#timeAt(offsetX));
    });
    this.#canvas.addEventListener("pointerleave", () => {
      this.#readout.textContent = "";
      this.#drawView();
    });
  }

  /** Lets the view be chosen here. */
  #linkView(view: View): void {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", ({ offsetX, pointerId }) => {
      canvas.setPointerCapture(pointerId);
      this.#drag = { fromX: offsetX, toX: offsetX };
    });
    canvas.addEventListener("pointerup", () => {
      const { fromX, toX } = this.#drag ?? { fromX: 0, toX: 0 };
      this.#drag = undefined;
      const isClick = Math.abs(toX - fromX) < 4;
      const half = isClick ? (view.toUs - view.fromUs) / 2 : 0;
      const ends = [Math.min(fromX, toX), Math.max(fromX, toX)];
      const [left, right] = ends.map((px) => this.#timeAt(px));
      view.show((left ?? 0) - half, (right ?? 0) + half);
    });
    canvas.addEventListener("pointercancel", () => {
      this.#drag = undefined;
      this.#drawView();
    });
    canvas.addEventListener("keydown", (event) => {
      if (moveView(view, event.key)) event.preventDefault();
    });
  }
}

/** Moves a view by a key; returns whether the key does. */
export function moveView(view: View, key: string): boolean {
  if (key === "ArrowLeft") view.pan(-0.2);
  else if (key === "ArrowRight") view.pan(0.2);
  else if (key === "+" || key === "=") view.zoom(0.5);
  else if (key === "-") view.zoom(2);
  else if (key === "Home") view.show(view.limits.fromUs, view.limits.toUs);
  else return false;
  return true;
}

function formatRate(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en");
}

function drawTitle({ context, palette }: Surface, text: string, top: number): void {
  context.textAlign = "left";
  context.fillStyle = palette.ink;
  context.fillText(text, LEFT + 4, top - 9);
}

function countOperations({ scene, startUs }: Decoded): Rates {
  const { operations: { outcome } } = scene;
  const rates = OUTCOMES.map(() => makeBins(startUs.length));
  for (let row = 0; row < startUs.length; row++) {
    count(rates[outcome[row] ?? 0], startUs[row], scene);
  }
  return { names: OUTCOMES, rates };
}

function countMessages({ scene, sentUs }: Decoded): Rates {
  const { messages: { type }, types } = scene;
  const names = types.slice(0, OTHER_TYPES);
  if (types.length > OTHER_TYPES) names.push(`${types.length - OTHER_TYPES} others`);
  const rates = names.map(() => makeBins(sentUs.length));
  for (let row = 0; row < sentUs.length; row++) {
    count(rates[Math.min(OTHER_TYPES, type[row] ?? 0)], sentUs[row], scene);
  }
  return { names, rates };
}

function count(rates: Float64Array | undefined, timeUs = 0, { toUs }: Scene): void {
  const { length = 0 } = rates ?? {};
  const bin = Math.min(length - 1, Math.floor(timeUs / toUs * length));
  if (rates !== undefined && bin >= 0) rates[bin] = (rates[bin] ?? 0) + length / (toUs / US_PER_S);
}

function makeBins(events: number): Float64Array {
  const { least, most, events: each } = BINS;
  return new Float64Array(Math.max(least, Math.min(most, Math.round(events / each))));
}

/** Puts bands that overlap in rows of their own. */
function stack(bands: readonly Band[]): Band[][] {
  const rows: Band[][] = [];
  for (const band of bands) {
    const row = rows.find((row) => (row.at(-1)?.toUs ?? 0) <= band.fromUs);
    if (row === undefined) rows.push([band]);
    else row.push(band);
  }
  return rows;
}

function legendOf(types: readonly string[]): HTMLElement[] {
  const outcomes = [["ok", "ok"], ["fail", "failed"], ["info", "outcome unknown"]] as const;
  return [
    ...outcomes.map(([name, text]) => key(`mark ${name}`, text)),
    ...types.map((text, i) => key(`stroke series-${i} dash-${dashOf(i)}`, text)),
  ];
}

/** A sample and what it stands for. */
export function key(className: string, text: string): HTMLElement {
  const sample = element("i", { className });
  sample.ariaHidden = "true";
  return element("span", { className: "key" }, [sample, element("span", { text })]);
}

/** A stretch of time in words. */
export function describeView({ fromUs, toUs }: View): string {
  const stepUs = Math.max(1, (toUs - fromUs) / 100);
  return `${formatUs(fromUs, stepUs)} to ${formatUs(toUs, stepUs)}`;
}
