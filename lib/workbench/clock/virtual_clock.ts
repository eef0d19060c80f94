/**
 * A clock for simulations: hours pass in seconds, and the same run takes the same course every time.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { NS_PER_MS } from "../../history/operations.ts";
import { Agenda } from "./agenda.ts";
import type { Clock, Timer } from "./clock.ts";

/** Events at one instant after which virtual time is taken never to pass again. */
const MAX_EVENTS_PER_INSTANT = 200_000;

/** Events that one turn of the event loop takes, which costs as much as an event itself. */
const EVENTS_PER_TURN = 64;

/**
 * A run that has not ended can make no progress: nothing is scheduled, or time does not pass.
 *
 * @example
 * ```ts
 * import { Deadlock } from "@glomers/maelstrom/simulator";
 * import { scenario } from "@glomers/maelstrom/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const forever = () => new Promise<void>(() => {});
 * await assertRejects(() => scenario(() => {}, {}, forever), Deadlock);
 * ```
 */
export class Deadlock extends Error {
  /** `"Deadlock"`. */
  override readonly name = "Deadlock";
}

/**
 * A clock whose time passes only while {@linkcode VirtualClock.run} drives it: from one scheduled
 * event to the next, each time after everything that the last one set off has settled. Computation
 * takes no time.
 */
export class VirtualClock implements Clock {
  readonly #agenda = new Agenda();
  readonly #beforeEach: () => void;
  #nowNs = 0;
  /** Events so far at this instant. */
  #eventsNow = 0;
  /** Pieces of real work that time waits for, and how to go on after the last. */
  #holds = 0;
  #continue = () => {};

  /** @param beforeEach Called before each event. */
  constructor(beforeEach: () => void = () => {}) {
    this.#beforeEach = beforeEach;
  }

  nowNs(): number {
    return this.#nowNs;
  }

  at(timeNs: number, callback: () => void): Timer {
    return this.#agenda.add(Math.max(Math.ceil(timeNs), this.#nowNs), callback);
  }

  /** Stops time, and with it every other event, until the work is done, however long it takes. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#holds++;
    try {
      return await work;
    } finally {
      if (--this.#holds === 0) setImmediate(this.#continue);
    }
  }

  /**
   * Lets time pass until the work is done; resolves or rejects as it does.
   *
   * @throws {Deadlock} if the work waits and nothing is scheduled, or if events follow each other
   * for ever at one instant.
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let done = false;
      const finish = (settle: () => void) => {
        done = true;
        settle();
      };
      work().then((value) => finish(() => resolve(value)), (error) => finish(() => reject(error)));
      let queued = 0;
      const step = () => {
        queued--;
        if (done || this.#holds > 0) return;
        try {
          this.#step();
        } catch (error) {
          return finish(() => reject(error));
        }
        if (queued === 0) queueSteps();
      };
      // Before each of them all microtasks run, and unhandled rejections are reported.
      const queueSteps = () => {
        for (; queued < EVENTS_PER_TURN; queued++) setImmediate(step);
      };
      this.#continue = queueSteps;
      queueSteps();
    });
  }

  /** Moves time on to the next event and runs it. */
  #step(): void {
    const nextNs = this.#agenda.nextTimeNs();
    if (nextNs === undefined) {
      throw new Deadlock(
        `nothing is scheduled any more at ${this.#nowNs / NS_PER_MS} ms, yet the run has not ` +
          "ended: it waits for something that nobody does, or that is outside the simulation, " +
          "such as input or output",
      );
    }
    this.#eventsNow = nextNs === this.#nowNs ? this.#eventsNow + 1 : 0;
    if (this.#eventsNow > MAX_EVENTS_PER_INSTANT) {
      throw new Deadlock(
        `${MAX_EVENTS_PER_INSTANT} things happened at ${this.#nowNs / NS_PER_MS} ms and time did ` +
          "not pass",
      );
    }
    this.#nowNs = nextNs;
    this.#beforeEach();
    this.#agenda.takeDue(nextNs)?.();
  }
}
