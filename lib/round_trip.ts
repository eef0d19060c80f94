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

/** Estimates round trips to one peer, or to peers that are alike. */
export class RoundTrip {
  #meanMs: number | undefined;
  #deviationMs = 0;

  /** After how long an acknowledgement is overdue; 0 as long as nothing was measured. */
  get timeoutMs(): number {
    return this.#meanMs === undefined ? 0 : this.#meanMs + DEVIATIONS * this.#deviationMs;
  }

  /** Takes a measured round trip into account. */
  measured(ms: number): void {
    if (this.#meanMs === undefined) {
      this.#meanMs = ms;
      this.#deviationMs = ms / 2;
    } else {
      this.#deviationMs += DEVIATION_GAIN * (Math.abs(this.#meanMs - ms) - this.#deviationMs);
      this.#meanMs += GAIN * (ms - this.#meanMs);
    }
  }
}
