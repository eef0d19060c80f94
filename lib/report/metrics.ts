/**
 * The numbers that runs are compared by: those of every run, and those of the workloads.
 *
 * @module
 */
import { formatFigure, formatPercent, formatWhole } from "../checkers/format.ts";
import { type EdnObject, isEdnObject, numberOf } from "../history/edn.ts";
import { lookUp } from "../history/look_up.ts";
import { workloads } from "../workbench/workloads/mod.ts";
import type { Metric, Workload } from "../workbench/workloads/workload.ts";

/** Metrics by their keys; absent where the results do not hold them. */
export type Metrics = Readonly<Record<string, number>>;

/** The metrics of every run; each reads the whole results map. */
const COMMON: readonly Metric[] = [
  {
    key: "operations",
    title: "operations",
    read: (results) => numberOf(lookUp(results, ["stats", "count"])),
    print: formatWhole,
  },
  {
    key: "okFraction",
    title: "ok",
    read: (results) => numberOf(lookUp(results, ["availability", "ok-fraction"])),
    print: formatPercent,
  },
  {
    key: "serverMessagesPerOp",
    title: "messages per op",
    shortTitle: "msgs/op",
    read: (results) => readMessages(results, "servers", "msgs-per-op"),
    print: formatFigure,
    tolerance: 0.03,
    place: { path: "messages.svg", why: "who sent what to whom" },
  },
];

/** All metrics there are, each once. */
export const METRICS: readonly Metric[] = [
  ...COMMON,
  ...new Set([...workloads.values()].flatMap(({ metrics = [] }) => metrics)),
];

export function readMetrics(results: EdnObject, workload: Workload): Metrics {
  const own = results["workload"];
  const found = [
    ...COMMON.map(({ key, read }) => [key, read(results)] as const),
    ...(workload.metrics ?? []).map(({ key, read }) =>
      [key, isEdnObject(own) ? read(own) : undefined] as const
    ),
  ];
  return Object.fromEntries(
    found.flatMap(([key, value]) => value === undefined ? [] : [[key, value]]),
  );
}

/** A figure of `:net`, which held its counts under `:stats` before Maelstrom 0.2. */
export function readMessages(
  results: EdnObject,
  group: "servers" | "clients",
  name: string,
): number | undefined {
  return numberOf(
    lookUp(results, ["net", group, name]) ?? lookUp(results, ["net", "stats", group, name]),
  );
}

/** The median, least and greatest of some values; nothing of none. */
export function spreadOf(
  values: readonly number[],
): { median: number; min: number; max: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return { median: middle.reduce((sum, value) => sum + value, 0) / middle.length, min, max };
}
