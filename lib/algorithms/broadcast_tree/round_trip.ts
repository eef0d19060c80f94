/**
 * How long a round trip takes, learned from those that were measured.
 *
 * The estimate is TCP's (RFC 6298, after Jacobson, "Congestion Avoidance and Control", 1988): a
 * smoothed round trip plus four times its smoothed deviation. It forgets a long round trip within a
 * few short ones, and a machine that was busy for a moment will be busy again, so the longest one
 * counts as well, and fades more slowly.
 *
 * @module
 */

const GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;
/** What is left of the longest round trip with each further measurement: half after 23. */
const LONGEST_DECAY = 0.97;
const LONGEST_MARGIN = 1.1;

/** Estimates round trips to one peer, or to peers that are alike. All times are milliseconds. */
export class RoundTrip {
  #meanMs: number | undefined;
  #deviationMs = 0;
  #longestMs = 0;
  #lastMs: number | undefined;

  /** How long a round trip takes at most, by what was measured; `undefined` if nothing was. */
  get estimateMs(): number | undefined {
    if (this.#meanMs === undefined) return undefined;
    return Math.max(
      this.#meanMs + DEVIATIONS * this.#deviationMs,
      LONGEST_MARGIN * this.#longestMs,
    );
  }

  /** The round trip that was measured last, `undefined` if none was. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** Takes a measured round trip into account. */
  measured(ms: number): void {
    this.#lastMs = ms;
    this.#longestMs = Math.max(ms, LONGEST_DECAY * this.#longestMs);
    if (this.#meanMs === undefined) {
      this.#meanMs = ms;
      this.#deviationMs = ms / 2;
    } else {
      this.#deviationMs += DEVIATION_GAIN * (Math.abs(this.#meanMs - ms) - this.#deviationMs);
      this.#meanMs += GAIN * (ms - this.#meanMs);
    }
  }
}
