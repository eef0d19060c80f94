/**
 * Rounds: work that is done soon after it is requested, but at most once in every interval.
 *
 * After a pause a round begins at once; whatever is requested within an interval of its beginning
 * is done together, in one round at the end of that interval. So a busy node pays for one round an
 * interval, however much there is to do, and an idle one for none.
 *
 *     request ────▶ round          request, request ────▶ round          (quiet)
 *                   ├──────────── interval ────────────▶│
 *
 * @module
 */
import { delay } from "@std/async/delay";

/** One kind of work, done in rounds. */
export class Rounds {
  readonly #work: () => void | Promise<void>;
  readonly #intervalMs: number;
  #requested: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #begunMs = -Infinity;

  /**
   * Rounds of one kind of work, none of which has begun.
   *
   * @param work Does one round. It must not fail.
   * @param intervalMs The least time from the beginning of one round to that of the next. A longer
   * round delays the next: there is one at a time.
   */
  constructor(work: () => void | Promise<void>, intervalMs: number) {
    this.#work = work;
    this.#intervalMs = intervalMs;
  }

  /** Requests a round that begins after this call; resolves when it has ended. */
  request(): Promise<void> {
    return this.#requested ??= this.#last = this.#after(this.#last);
  }

  async #after(last: Promise<void>): Promise<void> {
    await last;
    const waitMs = this.#begunMs + this.#intervalMs - performance.now();
    if (waitMs > 0) await delay(waitMs);
    this.#requested = undefined;
    this.#begunMs = performance.now();
    await this.#work();
  }
}
