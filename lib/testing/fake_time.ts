/**
 * Time that passes when a test says so.
 *
 * ```ts
 * using time = new FakeTime();
 * setTimeout(() => console.log("three seconds later"), 3_000);
 * await time.advance(3_000); // takes no time
 * ```
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { VirtualGlobals } from "../simulator/virtual_globals.ts";
import { NS_PER_MS } from "../history/operations.ts";
import { until } from "../workbench/clock/clock.ts";
import { VirtualClock } from "../workbench/clock/virtual_clock.ts";
import { Random } from "../workbench/random.ts";

/**
 * Owns the globals of time and chance until it is disposed of, as a simulation does: time passes in
 * `advance` only, and random values are the same in every run. Real input and output is refused.
 */
export class FakeTime implements Disposable {
  readonly #clock = new VirtualClock(() => this.#globals.leave());
  readonly #globals = new VirtualGlobals(this.#clock, new Random("fake time"));

  /** How many timers are pending. */
  get pending(): number {
    return this.#globals.pendingTimers;
  }

  /** Lets time pass. Timers fire in order, and promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#clock.nowNs() + ms * NS_PER_MS;
    await this.#clock.run(async () => {
      await until(this.#clock, end);
      await until(this.#clock, end); // timers that were set on the way and are due at the end
    });
  }

  /** Gives the real globals back. */
  [Symbol.dispose](): void {
    this.#globals.restore();
  }
}

/** Resolves when everything that was ready to run has run, and promises have settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
