/**
 * Wakes a node when something is due, and sees how late the node is.
 *
 * A machine that has too much to do runs timers late and lets messages wait, and a node can only tell
 * by its timers. So while anything is due at all, the node looks at the clock every
 * {@linkcode WATCH_MS}.
 *
 * @module
 */

const WATCH_MS = 60;

/** What an alarm tells its owner. Points in time are those of `performance.now`, in milliseconds. */
interface AlarmEvents {
  /** It is time to look what is due. */
  woken(nowMs: number): void;
  /** The alarm came that much late, or has not come yet. */
  late(lateMs: number, nowMs: number): void;
}

/** One timer. */
export class Alarm {
  readonly #events: AlarmEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the timer waits for, `Infinity` if for nothing. */
  #atMs = Infinity;

  constructor(events: AlarmEvents) {
    this.#events = events;
  }

  /** Wakes the owner at that time or before; `Infinity`: never. */
  set(ms: number, nowMs: number): void {
    const wakeMs = ms === Infinity ? ms : Math.min(ms, nowMs + WATCH_MS);
    if (this.#atMs <= wakeMs && this.#atMs > nowMs) return; // early enough as it is
    clearTimeout(this.#timer);
    this.#atMs = Infinity;
    if (wakeMs === Infinity) return;
    const waitMs = Math.max(0, Math.ceil(wakeMs - nowMs));
    this.#atMs = nowMs + waitMs;
    this.#timer = setTimeout(() => {
      const wokenMs = performance.now();
      this.#tellLateness(wokenMs);
      this.#events.woken(wokenMs);
    }, waitMs);
  }

  /** Looks whether the alarm is overdue, for something else woke the owner. */
  check(nowMs: number): void {
    if (this.#atMs < nowMs) this.#tellLateness(nowMs);
  }

  #tellLateness(nowMs: number): void {
    const lateMs = Math.max(0, nowMs - this.#atMs); // clocks are not exact to the last digit
    this.#atMs = Infinity;
    this.#events.late(lateMs, nowMs);
  }
}
