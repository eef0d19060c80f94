/**
 * How old a message may be when a node reads it.
 *
 * A process that is stopped, or computes for seconds, does not see its input. What it reads right
 * afterwards may have waited all the time, and nothing in the message says for how long.
 *
 * @module
 */

/** How often a node notes that it runs. */
export const BEAT_MS = 500;
/** Without a beat for so long, a node has stood still; a busy machine is late by less. */
const STALL_MS = 1_000;
/** How long after that it may still read what came meanwhile. */
const BACKLOG_MS = 1_000;

/** Remembers when a node last stood still. */
export class Stalls {
  #seenMs: number;
  /** The beginning and the end of the last stall. */
  #stall: readonly [fromMs: number, toMs: number] = [-Infinity, -Infinity];

  /** A node that runs now. Times are in milliseconds, of any one clock. */
  constructor(nowMs: number) {
    this.#seenMs = nowMs;
  }

  /** Notes that the node runs. */
  beat(nowMs: number): void {
    if (nowMs - this.#seenMs > STALL_MS) this.stalled(this.#seenMs, nowMs);
    this.#seenMs = nowMs;
  }

  /** Notes that the node stood still. What came during an earlier stall may not have been read yet. */
  stalled(fromMs: number, toMs: number): void {
    const [earlierMs] = this.#stall;
    this.#stall = [this.#hasBacklog(fromMs) ? earlierMs : fromMs, toMs];
  }

  /** How long ago at most a message was sent that the node reads now; 0 where that is no question. */
  ageMs(nowMs: number): number {
    const [fromMs] = this.#stall;
    return this.#hasBacklog(nowMs) ? nowMs - fromMs : 0;
  }

  #hasBacklog(nowMs: number): boolean {
    return nowMs - this.#stall[1] < BACKLOG_MS;
  }
}
