/**
 * What a clock has scheduled: a binary heap of callbacks, earliest first. Callbacks of one instant
 * keep the order in which they were scheduled.
 *
 * Most timers are time-outs that get cancelled. A cancelled entry stays in the heap until it comes
 * up, or until cancelled entries outnumber the others and are swept out together.
 *
 * @module
 */
import type { Timer } from "./clock.ts";

/** Cancelled entries that may stay in the heap however few the others are. */
const SWEEP_ABOVE = 64;

/** A callback, and the way to cancel it. */
class Entry implements Timer {
  /** It has neither been taken nor cancelled. */
  pending = true;
  readonly #cancelled: () => void;

  constructor(
    readonly timeNs: number,
    readonly order: number,
    readonly callback: () => void,
    /** Called when it is cancelled. */
    cancelled: () => void,
  ) {
    this.#cancelled = cancelled;
  }

  cancel(): void {
    if (!this.pending) return;
    this.pending = false;
    this.#cancelled();
  }
}

export class Agenda {
  #heap: Entry[] = [];
  #nextOrder = 0;
  /** Cancelled entries that are still in the heap. */
  #cancelled = 0;

  add(timeNs: number, callback: () => void): Timer {
    const entry = new Entry(timeNs, this.#nextOrder++, callback, this.#countCancelled);
    this.#heap.push(entry);
    this.#siftUp(entry);
    return entry;
  }

  /** The time of the earliest callback; `undefined` if nothing is scheduled. */
  nextTimeNs(): number | undefined {
    while (this.#heap[0]?.pending === false) {
      this.#removeFirst();
      this.#cancelled--;
    }
    return this.#heap[0]?.timeNs;
  }

  /** Removes and returns the earliest callback that is due at `timeNs`. */
  takeDue(timeNs: number): (() => void) | undefined {
    const nextNs = this.nextTimeNs();
    if (nextNs === undefined || nextNs > timeNs) return undefined;
    const due = this.#removeFirst();
    if (due !== undefined) due.pending = false;
    return due?.callback;
  }

  readonly #countCancelled = (): void => {
    this.#cancelled++;
    if (this.#cancelled <= SWEEP_ABOVE || this.#cancelled * 2 <= this.#heap.length) return;
    this.#heap = this.#heap.filter(({ pending }) => pending)
      .sort((a, b) => isBefore(a, b) ? -1 : 1); // a sorted array is a heap
    this.#cancelled = 0;
  };

  #removeFirst(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#siftDown(last);
    return first;
  }

  /** Moves the last entry up to its place. */
  #siftUp(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = entry;
  }

  /** Puts an entry at the top, which is vacant, and moves it down to its place. */
  #siftDown(entry: Entry): void {
    const heap = this.#heap;
    let i = 0;
    while (true) {
      let down = 2 * i + 1;
      let child = heap[down];
      const right = heap[down + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        child = right;
        down++;
      }
      if (child === undefined || isBefore(entry, child)) break;
      heap[i] = child;
      i = down;
    }
    heap[i] = entry;
  }
}

/** A total order: no two entries have the same `order`. */
function isBefore(a: Entry, b: Entry): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.order < b.order);
}
