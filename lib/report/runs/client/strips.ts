/// <reference lib="dom" />
/**
 * A run so far: latency, operations and messages a second, one below the other, with the faults
 * behind.
 *
 * @module
 */
import { US_PER_S } from "../../page/scene.ts";
import {
  drawTimeAxis,
  fitText,
  formatMs,
  linear,
  prepare,
  type Scale,
  strokeLine,
  type Surface,
  ticksOf,
} from "../../page/client/canvas.ts";
import type { Reading } from "../progress.ts";

const LEFT = 58;
const RIGHT = 12;
const BANDS = 20;
const STRIP = 96;
const GAP = 30;
/** Rates are of stretches at least that long. */
const LEAST_S = 0.5;

/** A fault, from its beginning until it was in force last. */
interface Stretch {
  readonly label: string;
  readonly fromS: number;
  toS: number;
}

/** Lines on one scale. */
interface Strip {
  readonly title: string;
  readonly print: (value: number) => string;
  readonly lines: readonly {
    readonly colour: string;
    readonly dash: readonly number[];
    readonly points: readonly (readonly [timeS: number, value: number])[];
  }[];
}

/** Draws the readings of a run that is to take some seconds. */
export function drawStrips(
  canvas: HTMLCanvasElement,
  readings: readonly Reading[],
  limitS: number,
): void {
  const bottom = BANDS + 3 * (STRIP + GAP);
  const surface = prepare(canvas, bottom + 24);
  if (surface === undefined) return;
  const toUs = US_PER_S * Math.max(1, limitS, readings.at(-1)?.timeS ?? 0);
  const x = linear([0, toUs], [LEFT, surface.width - RIGHT]);
  for (const band of stretchesOf(readings)) drawBand(surface, band, { x, bottom });
  drawTimeAxis(surface, { x, top: BANDS, bottom, fromUs: 0, toUs });
  for (const [i, strip] of stripsOf(readings, surface).entries()) {
    const top = BANDS + GAP + i * (STRIP + GAP);
    drawStrip(surface, strip, { x, top, bottom: top + STRIP });
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

function stripsOf(readings: readonly Reading[], { palette }: Surface): Strip[] {
  const rates = ratesOf(readings);
  const [ok = "", fail = "", info = ""] = palette.outcomes;
  const [first = "", , third = ""] = palette.series;
  const latency = (i: number) =>
    readings.flatMap(({ timeS, latencyMs }) => {
      const value = latencyMs[i];
      return value === undefined ? [] : [[timeS, value] as const];
    });
  const rate = (name: "ok" | "fail" | "info" | "messages") =>
    rates.map((one) => [one.timeS, one[name]] as const);
  const print = (value: number) => value.toLocaleString("en");
  return [
    {
      title: "answered after",
      print: formatMs,
      lines: [
        { colour: palette.quiet, dash: [2, 3], points: latency(2) },
        { colour: third, dash: [6, 3], points: latency(1) },
        { colour: first, dash: [], points: latency(0) },
      ],
    },
    {
      title: "operations / s",
      print,
      lines: [
        { colour: ok, dash: [], points: rate("ok") },
        { colour: fail, dash: [6, 3], points: rate("fail") },
        { colour: info, dash: [2, 3], points: rate("info") },
      ],
    },
    {
      title: "messages / s",
      print,
      lines: [{ colour: first, dash: [], points: rate("messages") }],
    },
  ];
}

function stretchesOf(readings: readonly Reading[]): Stretch[] {
  const over: Stretch[] = [];
  let inForce: Stretch[] = [];
  for (const { faults, timeS } of readings) {
    const isInForce = (one: Stretch) =>
      faults.some(({ label, fromS }) => label === one.label && fromS === one.fromS);
    for (const stretch of inForce) stretch.toS = timeS;
    over.push(...inForce.filter((one) => !isInForce(one)));
    inForce = faults.map(({ label, fromS }) =>
      inForce.find((one) => one.label === label && one.fromS === fromS) ??
        { label, fromS, toS: timeS }
    );
  }
  return [...over, ...inForce];
}

function drawBand({ context, palette }: Surface, { label, fromS, toS }: Stretch, area: {
  readonly x: Scale;
  readonly bottom: number;
}): void {
  const [left, right] = [area.x(fromS * US_PER_S), area.x(toS * US_PER_S)];
  context.fillStyle = palette.band;
  context.fillRect(left, 0, Math.max(2, right - left), area.bottom);
  context.fillStyle = palette.ink;
  context.textAlign = "left";
  context.fillText(fitText(context, label, right - left - 6), left + 4, BANDS / 2);
}

function drawStrip({ context, palette, width }: Surface, { title, print, lines }: Strip, area: {
  readonly x: Scale;
  readonly top: number;
  readonly bottom: number;
}): void {
  const { x, top, bottom } = area;
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const most = values.reduce((greatest, value) => Math.max(greatest, value), 1);
  const y = linear([0, most], [bottom, top]);
  for (const tick of ticksOf(0, most, 3)) {
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    strokeLine(context, [LEFT, y(tick)], [width - RIGHT, y(tick)]);
    context.fillStyle = palette.quiet;
    context.textAlign = "right";
    context.fillText(print(tick), LEFT - 6, y(tick));
  }
  context.textAlign = "left";
  context.fillStyle = palette.ink;
  context.fillText(title, LEFT + 4, top - 10);
  for (const { colour, dash, points } of lines) {
    if (points.every(([, value]) => value === 0)) continue;
    context.strokeStyle = colour;
    context.lineWidth = 1.8;
    context.setLineDash([...dash]);
    context.beginPath();
    for (const [timeS, value] of points) context.lineTo(x(timeS * US_PER_S), y(value));
    context.stroke();
    context.setLineDash([]);
  }
}
