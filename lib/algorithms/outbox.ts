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
 * An outbox holds no copy of what waits. All outboxes of a node read the one log of the values that
 * it has learned, each from a place of its own; so to learn a value costs the same for any number of
 * peers, and a peer to whom nothing is sent costs nothing.
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

/** Values in the order in which they were learned, each once. */
export class ValueLog<T> {
  readonly #values: T[] = [];
  readonly #learnedMs: number[] = [];
  readonly #indices = new Map<T, number>();

  /** All values, oldest first. */
  get values(): readonly T[] {
    return this.#values;
  }

  /**
   * Adds a value to the end, unless it is there already. Times must not run backwards.
   *
   * @returns whether it is new.
   */
  add(value: T, nowMs: number): boolean {
    if (this.#indices.has(value)) return false;
    this.#indices.set(value, this.#values.length);
    this.#values.push(value);
    this.#learnedMs.push(nowMs);
    return true;
  }

  /** A value's place, from 0; `undefined` if it is not there. */
  indexOf(value: T): number | undefined {
    return this.#indices.get(value);
  }

  /** The values that were added after that time, oldest first. */
  since(ms: number): T[] {
    let first = this.#values.length;
    while (first > 0 && (this.#learnedMs[first - 1] ?? ms) > ms) first--;
    return this.#values.slice(first);
  }

  /** When the value at that place was added; `undefined` if there is none. */
  learnedMs(index: number): number | undefined {
    return this.#learnedMs[index];
  }
}

/** Values in one message. More wait until some of these are acknowledged. */
const MAX_BATCH = 10_000;

/** What waits for one peer. Times are those of any one clock, in milliseconds. */
export class Outbox<T extends NonNullable<unknown>> {
  readonly #log: ValueLog<T>;
  /** The log's first value that no message has carried and the peer may lack. */
  #cursor = 0;
  /** Places beyond the cursor whose values the peer has. */
  readonly #known = new Set<number>();
  /** Until when places beyond the cursor may wait for something else to be sent. */
  readonly #deferred = new Map<number, number>();
  /** Values to be sent before those in the log: what carried them went to nobody. */
  readonly #requeued = new Set<T>();
  #requeuedMs = -Infinity;
  /** Values that every message since some number has carried, in the order of these numbers. */
  readonly #inFlight = new Map<T, InFlight>();
  /** Messages that carried nothing, newer than the last that was acknowledged. */
  readonly #empty = new Set<number>();
  #lastSeq = 0;
  #lastSentMs = -Infinity;
  /** The one message whose round trip is being timed. */
  #timed: InFlight | undefined;

  /** @param log What the peer is to have. All of it is outstanding at first. */
  constructor(log: ValueLog<T>) {
    this.#log = log;
  }

  /** How many values are outstanding. */
  get size(): number {
    const ahead = this.#log.values.length - this.#cursor - this.#known.size;
    return this.#inFlight.size + this.#requeued.size + ahead;
  }

  /** The number of the last message, 0 if there was none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** When the last message was taken, `-Infinity` if there was none. */
  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  /**
   * Since when the oldest value waits that the next message would carry for the first time. A value
   * that may wait counts from when it may not.
   */
  get unsentSinceMs(): number | undefined {
    if (this.#inFlight.size >= MAX_BATCH) return undefined;
    if (this.#requeued.size > 0) return this.#requeuedMs;
    const sinceMs = this.#waitsSinceMs();
    return sinceMs === undefined ? undefined : Math.max(sinceMs, this.#requeuedMs);
  }

  #waitsSinceMs(): number | undefined {
    let firstMs: number | undefined;
    for (let index = this.#cursor; index < this.#log.values.length; index++) {
      if (this.#known.has(index)) continue;
      const untilMs = this.#deferred.get(index);
      const sinceMs = untilMs ?? this.#log.learnedMs(index) ?? Infinity;
      firstMs = Math.min(firstMs ?? sinceMs, sinceMs);
      if (untilMs === undefined) break; // what follows was learned later
    }
    return firstMs;
  }

  /** Since when the oldest value that was sent waits to be acknowledged. */
  get unacknowledgedSinceMs(): number | undefined {
    if (this.#inFlight.size === 0) return undefined; // mostly, and asked often
    return this.#inFlight.values().next().value?.sinceMs;
  }

  /** Passes over a value of the log: the peer has it, as one knows from elsewhere. */
  delete(value: T): void {
    const index = this.#log.indexOf(value);
    if (index === undefined) return;
    if (index < this.#cursor) {
      this.#inFlight.delete(value);
      this.#requeued.delete(value);
    } else if (index > this.#cursor) this.#known.add(index);
    else this.#advance();
  }

  /** Lets a value that was not sent yet wait for something else to be sent, until that time. */
  defer(value: T, untilMs: number): void {
    const index = this.#log.indexOf(value);
    if (index !== undefined && index >= this.#cursor) this.#deferred.set(index, untilMs);
  }

  /** Moves the cursor past the value it is at, and past those behind that the peer has. */
  #advance(): void {
    do this.#deferred.delete(this.#cursor++); while (this.#known.delete(this.#cursor));
  }

  /** The next message: everything outstanding, which from now on counts as sent. May be empty. */
  take(nowMs: number): Batch<T> {
    const seq = ++this.#lastSeq;
    const { values } = this.#log;
    const carried: InFlight = { seq, sinceMs: nowMs };
    for (const value of this.#requeued) {
      if (this.#inFlight.size >= MAX_BATCH) break;
      this.#requeued.delete(value);
      this.#inFlight.set(value, carried);
    }
    while (this.#inFlight.size < MAX_BATCH) {
      const value = values[this.#cursor];
      if (value === undefined) break;
      this.#inFlight.set(value, carried);
      this.#advance();
    }
    if (this.#inFlight.size > 0) this.#timed ??= carried;
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
    const values = [...this.#inFlight.keys(), ...this.#requeued];
    this.#inFlight.clear();
    this.#requeued.clear();
    this.#timed = undefined;
    for (const value of values) this.#requeued.add(value);
    this.#requeuedMs = nowMs;
  }
}
