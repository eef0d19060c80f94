/**
 * An idle machine, for measurements.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { UsageError } from "../../lib/workbench/option.ts";

/** At most so many programs want a core on an idle machine. */
const IDLE = 0.5;
const LIMIT_S = 900;
const PERIOD_S = 10;

/** What waiting needs to know. */
interface Machine {
  /** How many programs want a core, in the mean of a minute. */
  readonly load: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
}

/**
 * Waits until the machine is idle.
 *
 * @throws {UsageError} if it is busy for a quarter of an hour.
 */
export async function waitUntilIdle(
  signal: AbortSignal,
  { load, sleep }: Machine = {
    load: () => Deno.loadavg()[0] ?? NaN,
    sleep: (seconds) => delay(seconds * 1000, { signal }),
  },
): Promise<void> {
  for (let waitedS = 0; load() > IDLE; waitedS += PERIOD_S) {
    const busy = `the machine is busy: a load of ${load().toFixed(1)}, idle is ${IDLE}`;
    if (waitedS >= LIMIT_S) throw new UsageError(`${busy}; --no-wait measures all the same`);
    if (waitedS === 0) console.log(`Waiting up to ${LIMIT_S / 60} minutes, as ${busy}.`);
    await sleep(PERIOD_S);
  }
}
