/**
 * An outbox: what one peer is not known to have, sent again until it is acknowledged.
 *
 * Messages are numbered, and each carries *everything* outstanding, what earlier ones carried
 * included, or nothing. So the newest message that arrived makes all before it superfluous: losses, repetitions
 * and reordering need no thought, one number acknowledges all that a peer has received, and a retry
 * is one message however many values wait.
 *
 *     take()          → 1: a        lost
 *     take()          → 2: a b      arrives
 *     acknowledge(2)                nothing is outstanding
 *
 * The price is that a value travels again with each message sent within one round trip; messages
 * are what costs here, not their size. A transfer over a link with large values would number the
 * values instead, as TCP does its bytes.
 *
 * An outbox owns no timer: whoever owns it asks since when something waits, and decides.
 *
 * @module
 */

/** A numbered message's content: everything outstanding, oldest first. */
export interface Batch<T> {
  readonly seq: number;
  readonly values: T[];
}

interface InFlight {
  /** The first message that carried it. */
  readonly seq: number;
  readonly sinceMs: number;
}

/** Values in one message. More wait until some of these are acknowledged. */
const MAX_BATCH = 10_000;

/** What waits for one peer. Times are those of any one clock, in milliseconds. */
export class Outbox<T> {
  /** Values no message has carried, and since when. */
  readonly #unsent = new Map<T, number>();
  /** Values that every message since some number has carried, in the order of these numbers. */
  readonly #inFlight = new Map<T, InFlight>();
  /** Messages that carried nothing, newer than the last that was acknowledged. */
  readonly #empty = new Set<number>();
  #lastSeq = 0;
  #lastSentMs = -Infinity;
  /** The one message whose round trip is being timed. */
  #timed: InFlight | undefined;

  /** How many values are outstanding. */
  get size(): number {
    return this.#unsent.size + this.#inFlight.size;
  }

  /** The number of the last message, 0 if there was none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** When the last message was taken, `-Infinity` if there was none. */
  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  /** Since when the oldest value waits that the next message would carry for the first time. */
  get unsentSinceMs(): number | undefined {
    return this.#inFlight.size < MAX_BATCH ? first(this.#unsent.values()) : undefined;
  }

  /** Since when the oldest value that was sent waits to be acknowledged. */
  get unacknowledgedSinceMs(): number | undefined {
    return first(this.#inFlight.values())?.sinceMs;
  }

  /** Adds a value that the peer may lack; nothing happens if it is outstanding already. */
  add(value: T, nowMs: number): void {
    if (!this.#inFlight.has(value) && !this.#unsent.has(value)) this.#unsent.set(value, nowMs);
  }

  /** Removes a value that the peer has, as one knows from elsewhere. */
  delete(value: T): void {
    this.#unsent.delete(value);
    this.#inFlight.delete(value);
  }

  /** The next message: everything outstanding, which from now on counts as sent. May be empty. */
  take(nowMs: number): Batch<T> {
    const seq = ++this.#lastSeq;
    for (const value of this.#unsent.keys()) {
      if (this.#inFlight.size >= MAX_BATCH) break;
      this.#unsent.delete(value);
      this.#inFlight.set(value, { seq, sinceMs: nowMs });
    }
    if (this.#inFlight.size > 0) this.#timed ??= { seq, sinceMs: nowMs };
    this.#lastSentMs = nowMs;
    return { seq, values: [...this.#inFlight.keys()] };
  }

  /** The number of a message that carries nothing; to acknowledge it says nothing of any value. */
  takeNothing(nowMs: number): number {
    this.#lastSentMs = nowMs;
    this.#empty.add(++this.#lastSeq);
    return this.#lastSeq;
  }

  /**
   * The peer has received the message of that number, and so every value it carried.
   *
   * @returns the round trip, in milliseconds, if it was this message that was being timed: when a
   * later one is acknowledged, the timed one may be lost (Karn's rule).
   */
  acknowledge(seq: number, nowMs: number): number | undefined {
    const isEmpty = this.#empty.has(seq);
    for (const empty of this.#empty) if (empty <= seq) this.#empty.delete(empty);
    if (isEmpty) return undefined;
    for (const [value, { seq: carriedSince }] of this.#inFlight) {
      if (carriedSince > seq) break;
      this.#inFlight.delete(value);
    }
    if (this.#timed === undefined || this.#timed.seq > seq) return undefined;
    const { seq: timed, sinceMs } = this.#timed;
    this.#timed = undefined;
    return timed === seq ? nowMs - sinceMs : undefined;
  }

  /** Takes everything for unsent again: what was sent went to nobody. Nothing waits since before. */
  requeue(nowMs: number): void {
    const values = [...this.#inFlight.keys(), ...this.#unsent.keys()];
    this.#inFlight.clear();
    this.#unsent.clear();
    this.#timed = undefined;
    for (const value of values) this.#unsent.set(value, nowMs);
  }
}

function first<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}
