/**
 * How runs of the same thing went, one after the other.
 *
 * @module
 */
import type { Ending } from "../summary.ts";
import type { Entry } from "./catalogue.ts";
import type { RunRecord } from "./record.ts";
import { subjectOf } from "./words.ts";

/** Runs of one challenge, or of one node under one workload. */
export interface Trend {
  readonly name: string;
  readonly count: number;
  /** How the last ones ended, the oldest first. */
  readonly endings: readonly Ending[];
  readonly lines: readonly TrendLine[];
}

/** A figure of the same runs. */
export interface TrendLine {
  readonly title: string;
  readonly unit: "" | "ms";
  /** Absent where a run has none. */
  readonly values: readonly (number | undefined)[];
}

/** Runs that a picture shows. */
const MOST_RUNS = 40;

/** Finds the trends of runs that have ended. */
export function findTrends(entries: readonly Entry[]): Trend[] {
  const ended = entries.filter(({ record }) => record !== undefined);
  const trends = [...Map.groupBy(ended, subjectOf)].map(([name, some]): Trend => {
    const records = some.flatMap(({ record }) => record ?? []).slice(0, MOST_RUNS).reverse();
    const lines: TrendLine[] = [
      { title: "messages per operation", unit: "", values: records.map(messagesOf) },
      { title: latencyTitle(records), unit: "ms", values: records.map(latencyOf) },
    ];
    return {
      name,
      count: some.length,
      endings: records.map(({ verdict }) => verdict),
      lines: lines.filter(({ values }) => values.some((value) => value !== undefined)),
    };
  });
  return trends.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

/** Messages between servers for each operation. */
export function messagesOf({ metrics }: RunRecord): number | undefined {
  return metrics["serverMessagesPerOp"];
}

/** The latency that a run is known by: until values are stable, where that is measured. */
export function latencyOf({ metrics, latencyMs }: RunRecord): number | undefined {
  return metrics["stableMedianMs"] ?? latencyMs[0];
}

function latencyTitle(records: readonly RunRecord[]): string {
  const isStable = records.some(({ metrics }) => metrics["stableMedianMs"] !== undefined);
  return isStable ? "stable after, median" : "latency, median";
}
