/**
 * Requests of clients that wait here until they are answered, whatever is lost on the way.
 *
 * Each has a number. One that is not answered in time is due again, as often as it takes. One that
 * nobody waits for any longer is given up, with an error that says whether it may have taken effect.
 *
 * @module
 */
import { ErrorCode, RpcError } from "../../message.ts";

/** Least ticks after which a request is due again: the first time, and each further time. */
const RETRY_TICKS = { first: 6, later: 12 };
/** Ticks after which a client has stopped waiting. */
const PATIENCE_TICKS = 88;
/** Bound on the requests that wait. */
const MAX_WAITING = 10_000;

interface Request<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: RpcError) => void;
  readonly expiresTick: number;
  dueTick: number;
  attempts: number;
}

/** Requests by their numbers, in the order in which they came. */
export class Waiting<Item, Result> {
  readonly #requests = new Map<number, Request<Item, Result>>();
  #lastNumber: number;
  #ticks = 0;

  /** @param lastNumber What requests are numbered after. */
  constructor(lastNumber: number) {
    this.#lastNumber = lastNumber;
  }

  /** The least number that waits, or the next one if none does. */
  get open(): number {
    const [first] = this.#requests.keys();
    return first ?? this.#lastNumber + 1;
  }

  /** The numbers that wait. */
  get numbers(): readonly number[] {
    return [...this.#requests.keys()];
  }

  /**
   * Adds a request, which is due at once.
   *
   * @throws {RpcError} 11 if too many wait, or when it was given up before its first attempt; 0 when
   * it was given up later, so that it may have taken effect, or may do so yet.
   */
  add(item: Item): Promise<Result> {
    if (this.#requests.size >= MAX_WAITING) {
      const text = `${MAX_WAITING} requests wait already`;
      return Promise.reject(new RpcError(ErrorCode.temporarilyUnavailable, text));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const expiresTick = this.#ticks + PATIENCE_TICKS;
    const request = { item, resolve, reject, expiresTick, dueTick: this.#ticks, attempts: 0 };
    this.#requests.set(++this.#lastNumber, request);
    return promise;
  }

  /** The requests that are due. */
  due(): [number: number, item: Item][] {
    return [...this.#requests].filter(([, { dueTick }]) => dueTick <= this.#ticks)
      .map(([number, { item }]) => [number, item]);
  }

  /** Notes that a request was passed on, and that an answer can take so many ticks. */
  attempted(number: number, answerTicks: number): void {
    const request = this.#requests.get(number);
    if (request === undefined) return;
    const leastTicks = request.attempts === 0 ? RETRY_TICKS.first : RETRY_TICKS.later;
    request.dueTick = this.#ticks + Math.max(leastTicks, answerTicks);
    request.attempts++;
  }

  /** Makes every request due. */
  hurry(): void {
    for (const request of this.#requests.values()) request.dueTick = this.#ticks;
  }

  /** Answers a request, if it still waits. */
  resolve(number: number, result: Result): void {
    const request = this.#requests.get(number);
    this.#requests.delete(number);
    request?.resolve(result);
  }

  /** Notes that an interval has passed. */
  tick(): void {
    this.#ticks++;
    for (const [number, { expiresTick, attempts, reject }] of this.#requests) {
      if (expiresTick > this.#ticks) break; // all others came later
      this.#requests.delete(number);
      const [code, text] = attempts === 0
        ? [ErrorCode.temporarilyUnavailable, "no leader is known"]
        : [ErrorCode.timeout, "no majority has answered in time"];
      reject(new RpcError(code, text));
    }
  }
}
