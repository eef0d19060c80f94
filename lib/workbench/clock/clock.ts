/**
 * The workbench's clock. Everything here that takes time asks a {@linkcode Clock}, of which there
 * are two: the machine's, and one whose time is virtual.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Nanoseconds in a millisecond. */
export const MS = 1_000_000;
/** Nanoseconds in a second. */
export const SECOND = 1_000_000_000;

/** Something that will happen, unless it is cancelled. */
export interface Timer {
  cancel(): void;
}

/** Time since the clock was made, and things that happen at a time. */
export interface Clock {
  /** Nanoseconds, whole. */
  now(): number;
  /** Calls back at that time (ns), or as soon as possible if it is past; never before returning. */
  at(time: number, callback: () => void): Timer;
}

/** Resolves at that time (ns). */
export function until(clock: Clock, time: number): Promise<void> {
  return new Promise((resolve) => clock.at(time, resolve));
}

/** Resolves after that long (ns). */
export function sleep(clock: Clock, duration: number): Promise<void> {
  return until(clock, clock.now() + duration);
}

/** Cancelled entries are swept out of an agenda once they are more than this, and than the others. */
const SWEEP_ABOVE = 64;

class Scheduled implements Timer {
  /** Whether it is yet to happen. */
  pending = true;

  constructor(
    readonly time: number,
    readonly order: number,
    readonly callback: () => void,
    readonly agenda: Agenda,
  ) {}

  cancel(): void {
    if (!this.pending) return;
    this.pending = false;
    this.agenda.noteCancelled();
  }
}

/** Scheduled callbacks by time, those of one instant in the order they were scheduled. */
class Agenda {
  #heap: Scheduled[] = [];
  #order = 0;
  /** Entries in the heap that will not happen. */
  #cancelled = 0;

  add(time: number, callback: () => void): Scheduled {
    const entry = new Scheduled(time, this.#order++, callback, this);
    this.#heap.push(entry);
    this.#siftUp(entry);
    return entry;
  }

  /** Most timers watch over what ends well, and are cancelled: they must not make the heap deep. */
  noteCancelled(): void {
    this.#cancelled++;
    if (this.#cancelled <= SWEEP_ABOVE || this.#cancelled * 2 <= this.#heap.length) return;
    this.#heap = this.#heap.filter(({ pending }) => pending)
      .sort((a, b) => before(a, b) ? -1 : 1); // what is sorted is a heap
    this.#cancelled = 0;
  }

  /** The time of what comes next; `undefined` if nothing does. */
  nextTime(): number | undefined {
    while (this.#heap[0]?.pending === false) {
      this.#removeFirst();
      this.#cancelled--;
    }
    return this.#heap[0]?.time;
  }

  /** Removes and returns what comes next, if it is due at `time`. */
  takeDue(time: number): Scheduled | undefined {
    const next = this.nextTime();
    if (next === undefined || next > time) return undefined;
    const due = this.#removeFirst();
    if (due !== undefined) due.pending = false;
    return due;
  }

  #removeFirst(): Scheduled | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#siftDown(last);
    return first;
  }

  /** Moves an entry up from the end, where it is, to its place. */
  #siftUp(entry: Scheduled): void {
    const heap = this.#heap;
    let i = heap.length - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || before(parent, entry)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = entry;
  }

  /** Moves an entry down from the top, which is free, to its place. */
  #siftDown(entry: Scheduled): void {
    const heap = this.#heap;
    let i = 0;
    while (true) {
      let down = 2 * i + 1;
      let child = heap[down];
      const right = heap[down + 1];
      if (child !== undefined && right !== undefined && before(right, child)) {
        child = right;
        down++;
      }
      if (child === undefined || before(entry, child)) break;
      heap[i] = child;
      i = down;
    }
    heap[i] = entry;
  }
}

/** No two entries are equal: the order they came in decides at the last. */
function before(a: Scheduled, b: Scheduled): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** How often the machine's clock does what is due before the event loop, and input, has its turn. */
const RUNS_A_TURN = 100;

/** The machine's clock. It keeps a process alive only while something is due. */
export class RealClock implements Clock {
  readonly #start = performance.now();
  readonly #agenda = new Agenda();
  /** The one timer; it may come earlier than needed, and then is set again. */
  #timer: { readonly time: number; readonly id: ReturnType<typeof setTimeout> } | undefined;
  #runsSoon = false;
  #runs = 0;

  now(): number {
    return Math.round((performance.now() - this.#start) * MS);
  }

  at(time: number, callback: () => void): Timer {
    const entry = this.#agenda.add(time, callback);
    this.#arm();
    return entry;
  }

  #arm(): void {
    const next = this.#agenda.nextTime();
    if (next === undefined) {
      clearTimeout(this.#timer?.id);
      this.#timer = undefined;
      return;
    }
    const wait = next - this.now();
    if (wait <= 0) return this.#soon();
    if (this.#timer !== undefined && this.#timer.time <= next) return;
    clearTimeout(this.#timer?.id);
    const id = setTimeout(() => {
      this.#timer = undefined;
      this.#run();
    }, wait / MS);
    this.#timer = { time: next, id };
  }

  #soon(): void {
    if (this.#runsSoon) return;
    this.#runsSoon = true;
    const run = () => {
      this.#runsSoon = false;
      this.#run();
    };
    if (++this.#runs % RUNS_A_TURN === 0) setImmediate(run);
    else queueMicrotask(run);
  }

  #run(): void {
    // What becomes due while these run waits for the next, so that input is not starved.
    const now = this.now();
    for (let due = this.#agenda.takeDue(now); due; due = this.#agenda.takeDue(now)) due.callback();
    this.#arm();
  }
}

/** More events than this at one instant mean that virtual time no longer passes. */
const MAX_EVENTS_AT_ONCE = 200_000;

/** Virtual time can no longer pass, although the run has not ended. */
export class Deadlock extends Error {
  override readonly name = "Deadlock";
}

/**
 * A clock whose time passes only while {@linkcode VirtualClock.run} drives it, from one scheduled
 * thing to the next, and only once all that the last one set off has settled. Nothing takes time.
 */
export class VirtualClock implements Clock {
  readonly #agenda = new Agenda();
  readonly #beforeEach: () => void;
  #now = 0;
  /** How much goes on for which time stands still, and how to go on after it. */
  #holds = 0;
  #goOn = () => {};

  /** @param beforeEach Called before each thing that happens. */
  constructor(beforeEach: () => void = () => {}) {
    this.#beforeEach = beforeEach;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, callback: () => void): Timer {
    return this.#agenda.add(Math.max(Math.ceil(time), this.#now), callback);
  }

  /** Lets no time pass and nothing else happen until the work is done, however long it takes. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#holds++;
    try {
      return await work;
    } finally {
      if (--this.#holds === 0) setImmediate(this.#goOn);
    }
  }

  /**
   * Lets time pass until the work is done; resolves or rejects as it does.
   *
   * @throws {Deadlock} if nothing is scheduled before it is done: it waits for something that can
   * not happen, such as real input or output.
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let done = false;
      const finish = (end: () => void) => {
        done = true;
        end();
      };
      work().then((value) => finish(() => resolve(value)), (error) => finish(() => reject(error)));
      const fail = (why: string) => finish(() => reject(new Deadlock(why)));
      let eventsNow = 0;
      const step = () => {
        if (done || this.#holds > 0) return;
        const next = this.#agenda.nextTime();
        if (next === undefined) {
          return fail(
            `nothing is scheduled any more at ${this.#now / MS} ms, yet the run has not ended: ` +
              "it waits for something that nobody does, or that is outside the simulation, such as " +
              "input or output",
          );
        }
        eventsNow = next === this.#now ? eventsNow + 1 : 0;
        if (eventsNow > MAX_EVENTS_AT_ONCE) {
          const when = `${this.#now / MS} ms`;
          return fail(`${MAX_EVENTS_AT_ONCE} things happened at ${when} and time did not pass`);
        }
        this.#now = next;
        try {
          this.#beforeEach();
          this.#agenda.takeDue(next)?.callback();
        } catch (error) {
          return finish(() => reject(error));
        }
        setImmediate(step); // comes after all microtasks
      };
      this.#goOn = step;
      setImmediate(step);
    });
  }
}
