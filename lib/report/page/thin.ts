/**
 * Leaves out of a long series what nobody sees: in each of many equal stretches, the first point, the
 * last, the least and the greatest draw the same line.
 *
 * @module
 */
import type { Plot, Series } from "../../workbench/workloads/picture.ts";

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
