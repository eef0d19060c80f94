/**
 * The workbench's clock. Whatever takes time here asks a {@linkcode Clock}: the machine's, or one
 * whose time is virtual. A time is nanoseconds since the clock was made.
 *
 * @module
 */

/** A scheduled callback. */
export interface Timer {
  /** Drops the callback, unless it has run. */
  cancel(): void;
}

/** Tells the time, and calls back at one. */
export interface Clock {
  /** Whole nanoseconds since the clock was made. */
  nowNs(): number;
  /** Calls back at that time, or as soon as possible if it is past; never before returning. */
  at(timeNs: number, callback: () => void): Timer;
}

/** Resolves at that time. */
export function until(clock: Clock, timeNs: number): Promise<void> {
  return new Promise((resolve) => clock.at(timeNs, resolve));
}

/** Resolves after that long. */
export function sleep(clock: Clock, durationNs: number): Promise<void> {
  return until(clock, clock.nowNs() + durationNs);
}
