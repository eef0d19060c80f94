/**
 * One receiver's queue and its reader.
 *
 * The queue is ordered by deadline. The reader takes the head, decides whether a partition cuts it
 * off, waits until its deadline, and delivers it. Whatever else arrives waits behind the message
 * that the reader waits for; Maelstrom's latencies are a consequence of this loop, so the loop is
 * the same here.
 *
 * @module
 */
import type { Clock } from "../clock/clock.ts";
import type { Packet } from "./packet.ts";

/** A packet and the earliest time at which it may be delivered. */
interface Queued {
  readonly packet: Packet;
  readonly deadlineNs: number;
}

interface ReceiverOptions {
  readonly clock: Clock;
  /** Whether a packet gets through now; asked when the reader takes it. */
  readonly admit: (packet: Packet) => boolean;
  readonly deliver: (packet: Packet) => void;
  readonly discarded: (packet: Packet) => void;
  readonly drawBusyNs: () => number;
}

/** Packets taken from the queue that may stay in its array before they are spliced off. */
const COMPACT_ABOVE = 64;

export class Receiver {
  /** Ascending deadlines, equal ones in the order they came; those before `#head` are taken. */
  readonly #queue: Queued[] = [];
  readonly #options: ReceiverOptions;
  #head = 0;
  #current: Queued | undefined;
  #held = false;
  #closed = false;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  offer(item: Queued): void {
    let i = this.#queue.length;
    for (
      let last = this.#queue[i - 1];
      i > this.#head && last && last.deadlineNs > item.deadlineNs;
    ) {
      last = this.#queue[--i - 1];
    }
    if (i === this.#queue.length) this.#queue.push(item); // as most do: splicing costs more
    else this.#queue.splice(i, 0, item);
    this.#read();
  }

  /** Delivers nothing until it is released. */
  hold(): void {
    this.#held = true;
  }

  /** Delivers again, what was held back first. */
  release(): void {
    this.#held = false;
    this.#read();
  }

  discard(): void {
    const left = this.#queue.slice(this.#head);
    if (this.#current !== undefined) left.unshift(this.#current);
    this.#queue.length = this.#head = 0;
    this.#current = undefined;
    for (const { packet } of left) this.#options.discarded(packet);
  }

  /** Drops everything on its way and delivers no more. */
  close(): void {
    this.discard();
    this.#closed = true;
  }

  #read(): void {
    if (this.#current || this.#held || this.#closed) return;
    const { admit, clock, drawBusyNs } = this.#options;
    let next = this.#take();
    while (next !== undefined && !admit(next.packet)) next = this.#take();
    if (next === undefined) return;
    const item = this.#current = next;
    clock.at(Math.max(item.deadlineNs, clock.nowNs()) + drawBusyNs(), () => this.#finish(item));
  }

  /** Delivers what the reader has waited for, unless it was discarded meanwhile. */
  #finish(item: Queued): void {
    if (this.#current !== item) return;
    this.#current = undefined;
    if (this.#held) {
      // What is offered from here on has no earlier deadline, and so does not overtake it.
      this.#queue.splice(this.#head, 0, item);
      return;
    }
    this.#options.deliver(item.packet);
    this.#read();
  }

  #take(): Queued | undefined {
    const next = this.#queue[this.#head];
    if (next === undefined) return undefined;
    if (++this.#head > COMPACT_ABOVE && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return next;
  }
}
