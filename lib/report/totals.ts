/**
 * What a table of several runs needs to know of them.
 *
 * @module
 */
import { spreadOf } from "./metrics.ts";
import type { Ending, Summary } from "./summary.ts";

export const ENDINGS = ["pass", "fail", "unknown", "crash"] as const satisfies readonly Ending[];

/** Several runs of one challenge, taken together. */
export interface Totals {
  /** How many runs ended how. */
  readonly endings: Readonly<Record<Ending, number>>;
  /** The median, least and greatest value of a metric; nothing where no run has it. */
  spreadOf(metric: string): { median: number; min: number; max: number } | undefined;
}

/** The totals of runs that are all at hand. */
export function totalsOf(summaries: readonly Summary[]): Totals {
  const endings = { pass: 0, fail: 0, unknown: 0, crash: 0 };
  for (const { ending } of summaries) endings[ending]++;
  return {
    endings,
    spreadOf: (metric) => spreadOf(summaries.flatMap(({ metrics }) => metrics[metric] ?? [])),
  };
}
