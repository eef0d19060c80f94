/**
 * The workbench's clock. Whatever takes time here asks a {@linkcode Clock}: the machine's, or one
 * whose time is virtual. A time is nanoseconds since the clock was made.
 *
 * @module
 */

export interface Timer {
  /** Drops the callback, unless it has run. */
  cancel(): void;
}

export interface Clock {
  /** Whole nanoseconds since the clock was made. */
  nowNs(): number;
  /** Calls back at that time, or as soon as possible if it is past; never before returning. */
  at(timeNs: number, callback: () => void): Timer;
}

export function until(clock: Clock, timeNs: number): Promise<void> {
  return new Promise((resolve) => clock.at(timeNs, resolve));
}

export function sleep(clock: Clock, durationNs: number): Promise<void> {
  return until(clock, clock.nowNs() + durationNs);
}
