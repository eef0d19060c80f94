/**
 * Paces virtual time: it passes as fast as real time does, or a given number of times as fast.
 *
 * @module
 */
import { NS_PER_MS } from "../../history/operations.ts";
import type { VirtualClock } from "../../workbench/clock/virtual_clock.ts";

/** Real time between two looks at the run. */
const SLICE_MS = 30;

// The real ones, before a simulation owns them.
const { setTimeout } = globalThis;
const now = performance.now.bind(performance);

export class Pace {
  #speed = 1;
  /** Goes on where time stands still. */
  #wake = () => {};

  /** Virtual seconds in a second; 0 stops time, Infinity lets it go. */
  set speed(speed: number) {
    this.#speed = speed;
    this.#wake();
  }

  /** Paces a clock for as long as something is scheduled. `each` is called after each slice. */
  drive(clock: VirtualClock, each: () => void): void {
    const startMs = now();
    const sliceMs = SLICE_MS * (Number.isFinite(this.#speed) ? Math.max(0.001, this.#speed) : 100);
    clock.at(clock.nowNs() + sliceMs * NS_PER_MS, () => {
      each();
      clock.hold(this.#rest(startMs));
      this.drive(clock, each);
    });
  }

  /** What of a slice is left once it is simulated; no end where time stands still. */
  async #rest(startMs: number): Promise<void> {
    const leftMs = this.#speed === Infinity ? 0 : SLICE_MS - (now() - startMs);
    if (leftMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, leftMs));
    while (this.#speed === 0) await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
