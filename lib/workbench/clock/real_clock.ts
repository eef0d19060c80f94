/**
 * The machine's clock.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { NS_PER_MS } from "../../history/operations.ts";
import { Agenda } from "./agenda.ts";
import type { Clock, Timer } from "./clock.ts";

/** Rounds of due callbacks after which the event loop gets a turn, so that input is not starved. */
const ROUNDS_PER_TURN = 100;

/** The machine's clock. It keeps a process alive only while something is scheduled. */
export class RealClock implements Clock {
  readonly #startMs = performance.now();
  readonly #agenda = new Agenda();
  /** The only system timer. One that fires early is set again. */
  #timer: { readonly timeNs: number; readonly id: ReturnType<typeof setTimeout> } | undefined;
  #roundIsQueued = false;
  #maxLateNs = 0;
  #rounds = 0;

  nowNs(): number {
    return Math.round((performance.now() - this.#startMs) * NS_PER_MS);
  }

  /** How late the machine was with a timer, at most. */
  get maxLateNs(): number {
    return this.#maxLateNs;
  }

  at(timeNs: number, callback: () => void): Timer {
    const timer = this.#agenda.add(timeNs, callback);
    this.#arm();
    return timer;
  }

  #arm(): void {
    const nextNs = this.#agenda.nextTimeNs();
    if (nextNs === undefined) {
      clearTimeout(this.#timer?.id);
      this.#timer = undefined;
      return;
    }
    if (this.#roundIsQueued || (this.#timer !== undefined && this.#timer.timeNs <= nextNs)) return;
    const waitNs = nextNs - this.nowNs();
    if (waitNs <= 0) return this.#queueRound();
    clearTimeout(this.#timer?.id);
    const id = setTimeout(() => {
      this.#timer = undefined;
      this.#maxLateNs = Math.max(this.#maxLateNs, this.nowNs() - nextNs);
      this.#runDue();
    }, waitNs / NS_PER_MS);
    this.#timer = { timeNs: nextNs, id };
  }

  #queueRound(): void {
    this.#roundIsQueued = true;
    const round = () => {
      this.#roundIsQueued = false;
      this.#runDue();
    };
    if (++this.#rounds % ROUNDS_PER_TURN === 0) setImmediate(round);
    else queueMicrotask(round);
  }

  /** Runs what is due now; what becomes due meanwhile waits for the next round. */
  #runDue(): void {
    const nowNs = this.nowNs();
    for (let due = this.#agenda.takeDue(nowNs); due; due = this.#agenda.takeDue(nowNs)) due();
    this.#arm();
  }
}
