/**
 * `setTimeout` and its relatives in virtual time.
 *
 * A timer belongs to the node that set it: it fires in that node's turn, waits while the node is
 * paused, and ends with it.
 *
 * @module
 */
import { NS_PER_MS } from "../history/operations.ts";
import type { Clock, Timer } from "../workbench/clock/clock.ts";
import type { Cause, Owner } from "./owner.ts";

/** No timer waits less, as in Node.js: a loop of timers cannot stop time. */
const MIN_TIMEOUT_MS = 1;

/** A longer timeout overflows, as in Deno, and the timer waits the minimum. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A program that has more of them keeps setting timers, and would take all memory. */
const MOST_TIMERS = 1_000_000;

type Callback = (...args: unknown[]) => void;

/** What `setTimeout` returns: an object that converts to its number, as Deno's does. */
class VirtualTimer implements Disposable {
  /** The next firing, while the timer is set. */
  upcoming: Timer | undefined;

  constructor(
    readonly id: number,
    readonly owner: Owner | undefined,
    readonly timers: VirtualTimers,
    readonly restart: () => void,
  ) {}

  /** Lets the timer wait anew, if it is set. */
  refresh(): this {
    if (this.upcoming !== undefined) this.restart();
    return this;
  }

  close(): this {
    this.timers.clear(this);
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Does nothing: virtual time passes as long as the run goes on. */
  ref(): this {
    return this;
  }

  /** Does nothing, as {@linkcode VirtualTimer.ref}. */
  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }
}

/** What a timer does when it fires. */
interface TimerOptions {
  /** Passed to the callback. Default: none. */
  readonly args?: unknown[];
  /** Whether the timer fires again and again. Default: once. */
  readonly repeat?: boolean;
}

export class VirtualTimers {
  readonly #clock: Clock;
  readonly #currentOwner: () => Owner | undefined;
  readonly #timers = new Map<number, VirtualTimer>();
  #lastId = 0;

  constructor(clock: Clock, currentOwner: () => Owner | undefined) {
    this.#clock = clock;
    this.#currentOwner = currentOwner;
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** `setTimeout`, or with `repeat` `setInterval`. */
  set(callback: unknown, ms: unknown, options: TimerOptions = {}): VirtualTimer {
    const wantedMs = Number(ms) || 0;
    const waitMs = wantedMs > MAX_TIMEOUT_MS ? MIN_TIMEOUT_MS : Math.max(wantedMs, MIN_TIMEOUT_MS);
    return this.#start(callback, waitMs, options);
  }

  setImmediate(callback: unknown, args: unknown[]): VirtualTimer {
    return this.#start(callback, 0, { args });
  }

  /** `clearTimeout`, and the same for the others: takes a timer or its number. */
  clear(of: unknown): void {
    const timer = of instanceof VirtualTimer ? of : this.#timers.get(Number(of));
    if (timer === undefined) return;
    timer.upcoming?.cancel();
    timer.upcoming = undefined;
    this.#timers.delete(timer.id);
  }

  clearAllOf(owner: Owner): void {
    for (const timer of this.#timers.values()) {
      if (timer.owner === owner) this.clear(timer);
    }
  }

  #start(callback: unknown, waitMs: number, options: TimerOptions): VirtualTimer {
    const { args = [], repeat = false } = options;
    const call = asCallback(callback);
    if (this.#timers.size >= MOST_TIMERS) {
      throw new RangeError(`more than ${MOST_TIMERS.toLocaleString("en")} timers are set`);
    }
    const owner = this.#currentOwner();
    const schedule = () => {
      timer.upcoming?.cancel();
      timer.upcoming = this.#clock.at(this.#clock.nowNs() + waitMs * NS_PER_MS, due);
    };
    const timer = new VirtualTimer(++this.#lastId, owner, this, schedule);
    const fire = () => {
      if (timer.upcoming === undefined) return; // cleared while its owner was paused
      if (repeat) schedule();
      else this.clear(timer);
      call(...args);
    };
    const cause = repeat ? undefined : delayed(owner?.cause);
    const due = () => owner === undefined ? fire() : owner.enter(fire, cause);
    schedule();
    this.#timers.set(timer.id, timer);
    return timer;
  }
}

/** What a timer's turn is due to. A timer that a timer sets is a loop of the node's own. */
function delayed(cause: Cause | undefined): Cause | undefined {
  return cause === undefined || cause.isLate ? undefined : { ...cause, isLate: true };
}

function asCallback(value: unknown): Callback {
  if (typeof value === "function") return (...args) => void Reflect.apply(value, undefined, args);
  throw new TypeError(`a timer's callback must be a function, got ${typeof value}`);
}
