/**
 * How long silence may last before it counts as a cut link.
 *
 * The machine is part of the network. A node that is held up, because its machine is busy or it was
 * paused, hears its peers late, and a peer that is held up answers late; neither is a partition. Four
 * things make a node patient:
 *
 * - *Round trips* that were long (`round_trip.ts`).
 * - *Lateness, its own and its peer's.* A node sees by how much its timers are late, remembers the
 *   worst for some seconds, and tells its peers. A round trip passes each side twice, once as input
 *   and once as a timer, so it may take twice the lateness of either longer. (After Lifeguard: Dadgar,
 *   Phillips and Currey, "Lifeguard: Local Health Awareness for More Accurate Failure Detection",
 *   2018.)
 * - *Time-outs that passed.* Each doubles the next until a round trip is measured.
 * - *False alarms.* Where a suspected parent turns out to have answered, only late, the time-outs
 *   double, and it takes many seconds for that to fade.
 *
 * Suspicion is what costs messages. As each false alarm doubles the time to the next, a node has at
 * most log₂(lateness ÷ least time-out) of them before it is more patient than its machine is late,
 * and a constant number in every {@linkcode ALARM_HALF_LIFE_MS} from then on: messages do not
 * multiply as lateness grows. Time-outs double {@linkcode MAX_DOUBLINGS} times for false alarms; a
 * node whose parent is later than that suspects it once in each time-out.
 *
 * @module
 */
import { RoundTrip } from "./round_trip.ts";

/** The time-out doubles at most this often, for time-outs that passed and for false alarms each. */
const MAX_DOUBLINGS = 4;
const ALARM_HALF_LIFE_MS = 10_000;
const LATENESS_HALF_LIFE_MS = 4_000;
/** After a pause of seconds, or for a peer that claims one, messages are still missed one day. */
const MAX_GRACE_MS = 6_000;

/** A quantity that halves with time, and is raised by what happens. */
class Fading {
  #value = 0;
  #atMs = 0;

  constructor(readonly halfLifeMs: number) {}

  at(nowMs: number): number {
    return this.#value * 2 ** (Math.min(0, this.#atMs - nowMs) / this.halfLifeMs);
  }

  set(value: number, nowMs: number): void {
    this.#value = value;
    this.#atMs = nowMs;
  }
}

/** What a node has learned of how long answers take. All times are milliseconds. */
export class Patience {
  readonly #leastMs: number;
  readonly #initialMs: number;
  readonly #roundTrip = new RoundTrip();
  readonly #lateness = new Fading(LATENESS_HALF_LIFE_MS);
  readonly #alarms = new Fading(ALARM_HALF_LIFE_MS);
  #passed = 0;
  /** When this node's timers were last looked at. */
  #nowMs = 0;

  /**
   * @param leastMs The least time that an answer gets.
   * @param initialMs What the parent's acknowledgement gets before a round trip was measured.
   */
  constructor(leastMs: number, initialMs: number) {
    this.#leastMs = leastMs;
    this.#initialMs = Math.max(leastMs, initialMs);
  }

  /** By how much this node's timers have been late recently. */
  get lateMs(): number {
    return this.#lateness.at(this.#nowMs);
  }

  /** The last round trip, 0 if none was measured. */
  get roundTripMs(): number {
    return this.#roundTrip.lastMs ?? 0;
  }

  /** How long a peer's answer takes at most, lateness apart. */
  get answerMs(): number {
    return this.#allow(this.#roundTrip.estimateMs ?? this.#leastMs);
  }

  /** How long the parent's acknowledgement may take, lateness apart. */
  get timeoutMs(): number {
    return this.#allow(this.#roundTrip.estimateMs ?? this.#initialMs) * 2 ** this.#passed;
  }

  #allow(ms: number): number {
    return Math.max(this.#leastMs, ms) * 2 ** this.#alarms.at(this.#nowMs);
  }

  /** How much longer than these an answer may take for lateness here and at the peer. */
  graceMs(peerLateMs: number): number {
    return Math.min(2 * (this.lateMs + peerLateMs), MAX_GRACE_MS);
  }

  /** A timer came that much late. */
  timerWasLate(lateMs: number, nowMs: number): void {
    this.#nowMs = nowMs;
    if (lateMs > this.lateMs) this.#lateness.set(lateMs, nowMs);
  }

  /** A round trip to the parent has been measured. */
  measured(ms: number): void {
    this.#passed = 0;
    this.#roundTrip.measured(ms);
  }

  /** The parent's acknowledgement did not come in time. */
  timedOut(): void {
    this.#passed = Math.min(this.#passed + 1, MAX_DOUBLINGS);
  }

  /** It was only late. */
  wasFalseAlarm(nowMs: number): void {
    this.#passed = 0;
    this.#alarms.set(Math.min(this.#alarms.at(nowMs) + 1, MAX_DOUBLINGS), nowMs);
  }
}
