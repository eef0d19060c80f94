/**
 * How long to wait for an acknowledgement, learned from how long they took.
 *
 * The estimate is TCP's (RFC 6298, after Jacobson, "Congestion Avoidance and Control", 1988): a
 * smoothed round trip and its smoothed deviation; an acknowledgement is overdue after the one plus
 * four times the other. So a network with long or scattered delays makes a node patient instead of
 * making it suspect everyone.
 *
 * @module
 */

const GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;
/** The time-out doubles with each one that passed, so often at most. */
const MAX_DOUBLINGS = 4;

/** Estimates round trips to one peer, or to peers that are alike. */
export class RoundTrip {
  readonly #leastMs: number;
  readonly #initialMs: number;
  #meanMs: number | undefined;
  #deviationMs = 0;
  #doublings = 0;

  /**
   * @param leastMs The time-out is never shorter than this.
   * @param initialMs The time-out before anything was measured. Default 1000, as in TCP.
   */
  constructor(leastMs: number, initialMs = 1000) {
    this.#leastMs = leastMs;
    this.#initialMs = Math.max(leastMs, initialMs);
  }

  /** After how long an acknowledgement is overdue. */
  get timeoutMs(): number {
    const estimateMs = this.#meanMs === undefined
      ? this.#initialMs
      : Math.max(this.#leastMs, this.#meanMs + DEVIATIONS * this.#deviationMs);
    return estimateMs * 2 ** this.#doublings;
  }

  /** Takes a measured round trip into account. */
  measured(ms: number): void {
    this.#doublings = 0;
    if (this.#meanMs === undefined) {
      this.#meanMs = ms;
      this.#deviationMs = ms / 2;
    } else {
      this.#deviationMs += DEVIATION_GAIN * (Math.abs(this.#meanMs - ms) - this.#deviationMs);
      this.#meanMs += GAIN * (ms - this.#meanMs);
    }
  }

  /** The time-out has passed. Until something is measured the next will be longer. */
  timedOut(): void {
    this.#doublings = Math.min(this.#doublings + 1, MAX_DOUBLINGS);
  }
}
