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
/** Bounds on the requests that wait, and on their size in characters of JSON. */
const MAX_WAITING = 10_000;
const MAX_WAITING_SIZE = 16 * 1024 * 1024;

interface Request<Item, Result> {
  readonly item: Item;
  readonly size: number;
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
  #size = 0;
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
    const size = JSON.stringify(item).length;
    if (this.#requests.size >= MAX_WAITING || this.#size >= MAX_WAITING_SIZE) {
      const text = `${this.#requests.size} requests wait already, of ${this.#size} characters`;
      return Promise.reject(new RpcError(ErrorCode.temporarilyUnavailable, text));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const expiresTick = this.#ticks + PATIENCE_TICKS;
    const dueTick = this.#ticks;
    const request = { item, size, resolve, reject, expiresTick, dueTick, attempts: 0 };
    this.#requests.set(++this.#lastNumber, request);
    this.#size += size;
    return promise;
  }

  #take(number: number): Request<Item, Result> | undefined {
    const request = this.#requests.get(number);
    this.#requests.delete(number);
    this.#size -= request?.size ?? 0;
    return request;
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
    this.#take(number)?.resolve(result);
  }

  /**
   * Notes that an interval has passed.
   *
   * @param leader Who leads, if that is known.
   */
  tick(leader: string | undefined): void {
    this.#ticks++;
    for (const [number, { expiresTick, attempts, reject }] of this.#requests) {
      if (expiresTick > this.#ticks) break; // all others came later
      this.#take(number);
      if (attempts > 0) {
        reject(new RpcError(ErrorCode.timeout, "no majority has answered in time"));
      } else {
        const text = leader === undefined
          ? "no leader is known"
          : `${leader} leads, and has had no room for it`;
        reject(new RpcError(ErrorCode.temporarilyUnavailable, text));
      }
    }
  }
}
