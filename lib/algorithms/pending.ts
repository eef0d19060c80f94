/**
 * Requests that wait to be answered together: what arrives while a batch is on its way shares the
 * next one, so the busier a node, the bigger its batches and the fewer its messages per request.
 *
 * @module
 */

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** A queue of requests, in the order in which they arrived. */
export class Pending<Item, Result> {
  #waiting: Waiting<Item, Result>[] = [];

  /** How many requests are waiting. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Adds a request; settles when the batch that takes it does. */
  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    return promise;
  }

  /** Takes the requests that have waited longest, at most so many. */
  take(most: number): Batch<Item, Result> {
    return new Batch(this.#waiting.splice(0, most));
  }

  /** Rejects every request that is still waiting. */
  rejectAll(error: unknown): void {
    this.take(Infinity).reject(error);
  }
}

/** Requests that are answered together. */
class Batch<Item, Result> {
  readonly #waiting: readonly Waiting<Item, Result>[];

  /** Made by {@linkcode Pending.take}. */
  constructor(waiting: readonly Waiting<Item, Result>[]) {
    this.#waiting = waiting;
  }

  /** What was requested. */
  get items(): Item[] {
    return this.#waiting.map(({ item }) => item);
  }

  /** Answers every request; results are in the order of the items. */
  resolve(results: readonly Result[]): void {
    for (const [i, result] of results.entries()) this.#waiting[i]?.resolve(result);
  }

  /** Fails every request with one error. */
  reject(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error);
  }
}
