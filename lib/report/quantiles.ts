/**
 * Quantiles, as pages and figures of latency give them.
 *
 * @module
 */

/** The values that these shares of all values do not exceed; none of none. */
export function quantilesOf(values: readonly number[], shares: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return shares.flatMap((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? []);
}
