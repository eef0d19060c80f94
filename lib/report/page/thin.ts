/**
 * Leaves out what there is no room for. Of a long series that is what nobody sees: in each of many equal
 * stretches, the first point, the last, the least and the greatest draw the same line. Of messages it
 * is fields, those around findings and of errors last.
 *
 * @module
 */
import type { Plot, Series } from "../../workbench/workloads/picture.ts";
import type { Moment, Scene } from "./scene.ts";

/** A series that is no longer stays whole. */
const LONG = 4_000;
const STRETCHES = 1_000;

/** Thins the series of a plot. */
export function thinPlot(plot: Plot): Plot {
  return { ...plot, series: plot.series.map(thin) };
}

function thin(series: Series): Series {
  const { points } = series;
  const [from = 0] = points[0] ?? [];
  const [to = from] = points.at(-1) ?? [];
  if (points.length <= LONG || from === to) return series;
  const stretches = Map.groupBy(
    points,
    ([x]) => Math.floor((x - from) / (to - from) * STRETCHES),
  );
  return { ...series, points: [...stretches.values()].flatMap(outline) };
}

type Point = Series["points"][number];

/** The points of a stretch that its outline needs, in their order. */
function outline(points: readonly Point[]): Point[] {
  const byValue = points.toSorted(([, a], [, b]) => a - b);
  const kept = new Set([points[0], byValue[0], byValue.at(-1), points.at(-1)]);
  return points.filter((point) => kept.has(point));
}

/** How far from a finding what it is about may happen. */
const AROUND_US = 1_000_000;

/** Whether a time is close to what a finding is about. */
export function nearTo(moments: readonly Moment[]): (timeUs: number) => boolean {
  return (timeUs) =>
    moments.some(({ fromUs, toUs }) => timeUs >= fromUs - AROUND_US && timeUs <= toUs + AROUND_US);
}

/** Leaves their fields to a share of the messages that have them. */
export function thinTexts(scene: Scene, share: number): Scene {
  const { messages, types, findings } = scene;
  const { sentUs, text, type } = messages;
  const isNear = nearTo(findings);
  const wanted: number[] = [];
  const others: number[] = [];
  let timeUs = 0;
  for (const [row, one] of text.entries()) {
    timeUs += sentUs[row] ?? 0;
    if (one === "") continue;
    const isError = types[type[row] ?? -1]?.startsWith("error") ?? false;
    (isError || isNear(timeUs) ? wanted : others).push(row);
  }
  const kept = new Set(
    [...wanted, ...others].slice(0, Math.floor(share * (wanted.length + others.length))),
  );
  const thinned = text.map((one, row) => kept.has(row) ? one : "");
  return { ...scene, messages: { ...messages, text: thinned } };
}
