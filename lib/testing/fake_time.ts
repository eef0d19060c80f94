/**
 * Time that passes when a test says so.
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
 *
 * @example
 * ```ts
 * import { FakeTime } from "@glomers/maelstrom/testing";
 * import { assertEquals } from "@std/assert";
 *
 * using time = new FakeTime();
 * let isDue = false;
 * setTimeout(() => isDue = true, 3_000);
 * await time.advance(3_000); // takes no time
 * assertEquals(isDue, true);
 * ```
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

/**
 * Resolves when everything that was ready to run has run, and promises have settled.
 *
 * @example
 * ```ts
 * import { settled } from "@glomers/maelstrom/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const done: string[] = [];
 * void Promise.resolve().then(() => done.push("a microtask"));
 * await settled();
 * assertEquals(done, ["a microtask"]);
 * ```
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
