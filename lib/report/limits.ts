/**
 * What a challenge asks for beyond a valid run.
 *
 * @module
 */
import type { Metrics } from "./metrics.ts";

/** A bound on a metric, as plain data. */
export interface Limit {
  /** What a person calls it. */
  readonly name: string;
  /** The key of a metric, common or the workload's: `serverMessagesPerOp`, `stableMedianMs`. */
  readonly metric: string;
  /** The value has to be lower than this. */
  readonly below?: number;
  /** The value may be this, and no more. */
  readonly max?: number;
  /** The value may be this, and no less. */
  readonly min?: number;
}

/** A limit, and how a run did. */
export interface MeasuredLimit extends Limit {
  /** Absent where the results do not hold it. */
  readonly value?: number;
  /** Whether the run keeps it. */
  readonly ok: boolean;
}

/** Holds a run's metrics against a limit. */
export function measure(metrics: Metrics, limit: Limit): MeasuredLimit {
  const value = metrics[limit.metric];
  if (value === undefined) return { ...limit, ok: false };
  const { below = Infinity, max = Infinity, min = -Infinity } = limit;
  return { ...limit, value, ok: value < below && value <= max && value >= min };
}

/** The limits that a run exceeded, as opposed to those that could not be measured. */
export function exceeded(limits: readonly MeasuredLimit[]): MeasuredLimit[] {
  return limits.filter(({ ok, value }) => !ok && value !== undefined);
}

/** The names of limits, as a sentence lists them. */
export function listNames(limits: readonly Limit[]): string {
  return limits.map(({ name }) => name).join("; ");
}
