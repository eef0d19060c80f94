/**
 * An outbox: what one peer is not known to have, sent again until it is acknowledged.
 *
 * Messages are numbered, and each carries *everything* outstanding, what earlier ones carried
 * included, or nothing. So the newest message that arrived makes all before it superfluous: losses,
 * repetitions and reordering need no care, one number acknowledges all that a peer has received, and
 * a retry is one message however many values wait.
 *
 *     take()          → 1: a        lost
 *     take()          → 2: a b      arrives
 *     acknowledge(2)                nothing is outstanding
 *
 * The price is that a value travels again with each message sent within one round trip. Messages are
 * what costs here, not their size; a protocol for large values would number the values instead, as
 * TCP numbers bytes.
 *
 * An outbox holds no copy of what waits. All outboxes of a node read the one log of values that the
 * node has learned, and each knows two places in it, as TCP does in its stream: up to the first the
 * peer has everything, up to the second everything was sent. So learning a value costs the same for
 * any number of peers, and a peer to which nothing is sent costs nothing.
 *
 * An outbox has no timer: its owner asks since when something waits, and decides.
 *
 * @module
 */

import type { ValueLog } from "./value_log.ts";

/** A numbered message's content: everything outstanding, oldest first. */
interface Batch<T> {
  readonly seq: number;
  readonly values: T[];
}

/** What a message was the first to carry. */
interface Mark {
  readonly seq: number;
  /** The place after the last value that it carried. */
  readonly end: number;
  readonly sinceMs: number;
}

/** How many places of the log one message spans. More wait until some of these are acknowledged. */
const MAX_SPAN = 10_000;

/** What waits for one peer. Times are those of any one clock, in milliseconds. */
export class Outbox<T> {
  readonly #log: ValueLog<T>;
  /** The log's first place whose value the peer may lack: it has all before. */
  #unacknowledged = 0;
  /** The log's first place whose value no message has carried and the peer may lack. */
  #unsent = 0;
  /** Places from the first unacknowledged one on whose values the peer has. */
  readonly #known = new Set<number>();
  /** Until when places from the first unsent one on may wait for something else to be sent. */
  readonly #deferred = new Map<number, number>();
  /** The messages that carried what is unacknowledged for the first time, oldest first. */
  readonly #marks: Mark[] = [];
  /** Messages that carried nothing, newer than the last that was acknowledged. */
  readonly #empty = new Set<number>();
  #requeuedMs = -Infinity;
  #lastSeq: number;
  /**
   * The highest number that an earlier incarnation may have used, or that the peer claimed of a
   * message before there was one.
   */
  #claimedSeq: number;
  #acknowledgedSeq = 0;
  #lastSentMs = -Infinity;
  /** The one message whose round trip is timed. */
  #timed: Pick<Mark, "seq" | "sinceMs"> | undefined;

  /**
   * @param log What the peer is to have. All of it is outstanding at first.
   * @param startSeq The number that those of messages begin after. Default 0.
   */
  constructor(log: ValueLog<T>, startSeq = 0) {
    this.#log = log;
    this.#lastSeq = this.#claimedSeq = startSeq;
  }

  /** The log's first place whose value the peer may lack. */
  get reached(): number {
    return this.#unacknowledged;
  }

  /** How many values are outstanding. */
  get size(): number {
    return this.#log.values.length - this.#unacknowledged - this.#known.size;
  }

  /** The number of the last message; if there was none, the one that numbers begin after. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** When the last message was taken, `-Infinity` if there was none. */
  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  /**
   * Since when the oldest value waits that the next message would be the first to carry. A deferred
   * value counts from the end of its deferral.
   */
  get unsentSinceMs(): number | undefined {
    let firstMs: number | undefined;
    for (let place = this.#unsent; place < this.#end; place++) {
      if (this.#known.has(place)) continue;
      const untilMs = this.#deferred.get(place);
      const sinceMs = Math.max(untilMs ?? this.#log.learnedMs(place) ?? Infinity, this.#requeuedMs);
      firstMs = Math.min(firstMs ?? sinceMs, sinceMs);
      if (untilMs === undefined) break; // what follows was learned later
    }
    return firstMs;
  }

  /** The message that first carried the oldest value that waits to be acknowledged. */
  get unacknowledgedSeq(): number | undefined {
    return this.#marks[0]?.seq;
  }

  /** Since when the oldest value that was sent waits to be acknowledged. */
  get unacknowledgedSinceMs(): number | undefined {
    return this.#marks[0]?.sinceMs;
  }

  /** The place after the last value that the next message may carry. */
  get #end(): number {
    return Math.min(this.#log.values.length, this.#unacknowledged + MAX_SPAN);
  }

  /** The peer turns out to have the value at that place of the log, which is not sent to it. */
  skip(place: number): void {
    if (place < this.#unacknowledged) return;
    this.#known.add(place);
    this.#settle();
  }

  /** The peer turns out to have every value before that place of the log. */
  reach(place: number): void {
    while (this.#unacknowledged < place) this.#known.delete(this.#unacknowledged++);
    this.#settle();
  }

  /** Lets the value at that place, if it is unsent, wait for another one to ride with until then. */
  defer(place: number, untilMs: number): void {
    if (place >= this.#unsent) this.#deferred.set(place, untilMs);
  }

  /** Moves past what the peer is known to have. */
  #settle(): void {
    while (this.#known.delete(this.#unacknowledged)) this.#unacknowledged++;
    this.#sendFrom(Math.max(this.#unsent, this.#unacknowledged));
    while (this.#known.has(this.#unsent)) this.#sendFrom(this.#unsent + 1); // not to look again
    while ((this.#marks[0]?.end ?? Infinity) <= this.#unacknowledged) this.#marks.shift();
  }

  #sendFrom(place: number): void {
    if (this.#deferred.size === 0) this.#unsent = place;
    else while (this.#unsent < place) this.#deferred.delete(this.#unsent++);
  }

  /** The next message: everything outstanding, which counts as sent from now on. May be empty. */
  take(nowMs: number): Batch<T> {
    const seq = ++this.#lastSeq;
    const end = this.#end;
    if (this.#unsent < end) {
      this.#marks.push({ seq, end, sinceMs: nowMs });
      this.#sendFrom(end);
    }
    const sent = this.#log.values.slice(this.#unacknowledged, this.#unsent);
    const values = this.#known.size === 0
      ? sent
      : sent.filter((_, i) => !this.#known.has(this.#unacknowledged + i));
    if (values.length > 0) this.#timed ??= { seq, sinceMs: nowMs };
    this.#lastSentMs = nowMs;
    return { seq, values };
  }

  /** The number of a message that carries nothing: its acknowledgement says nothing of any value. */
  takeNothing(nowMs: number): number {
    this.#lastSentMs = nowMs;
    this.#empty.add(++this.#lastSeq);
    return this.#lastSeq;
  }

  /**
   * What an acknowledgement is worth: 0 if no message had that number. The peer may go by the numbers
   * of an earlier incarnation, or have erred. Numbers go on from there, or it would take the messages
   * to come for old ones.
   */
  believe(seq: number): number {
    if (seq > this.#lastSeq) this.#lastSeq = this.#claimedSeq = seq;
    return seq > this.#claimedSeq ? seq : 0;
  }

  /**
   * The peer has received the message of that number, and so every value it carried. It may say so
   * more than once.
   *
   * @returns The round trip in milliseconds if this message was timed. When a later one is
   * acknowledged, the timed one may be lost (Karn's rule).
   */
  acknowledge(seq: number, nowMs: number): number | undefined {
    if (seq <= this.#acknowledgedSeq) return undefined; // and if it was empty, it is forgotten by now
    this.#acknowledgedSeq = seq;
    const isEmpty = this.#empty.has(seq);
    for (const empty of this.#empty) if (empty <= seq) this.#empty.delete(empty);
    if (isEmpty) return undefined;
    const end = this.#marks.findLast((mark) => mark.seq <= seq)?.end ?? 0;
    this.reach(end);
    if (this.#timed === undefined || this.#timed.seq > seq) return undefined;
    const { seq: timed, sinceMs } = this.#timed;
    this.#timed = undefined;
    return timed === seq ? nowMs - sinceMs : undefined;
  }

  /** Counts everything as unsent again, because what was sent reached nobody, and as new from now. */
  requeue(nowMs: number): void {
    this.#unsent = this.#unacknowledged;
    this.#marks.length = 0;
    this.#timed = undefined;
    this.#requeuedMs = nowMs;
  }
}
