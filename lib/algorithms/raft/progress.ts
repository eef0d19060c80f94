/**
 * What a leader knows of one follower's log, and how fast it sends.
 *
 * | mode      | the leader                                                                          |
 * | --------- | ----------------------------------------------------------------------------------- |
 * | probe     | does not know where the logs match: one message at a time, until an answer tells    |
 * | replicate | knows: sends each new entry at once and assumes that it arrives, up to a window     |
 * | snapshot  | no longer has what the follower lacks: has sent its state, and waits                |
 *
 *     probe ── acknowledged ──▶ replicate ── rejected ──▶ probe
 *       └──── too far behind ──▶ snapshot ── acknowledged, or silent for too long ──▶ probe
 *
 * @module
 */

/** Bounds on what one follower has not acknowledged: messages with entries, characters of JSON. */
const MAX_IN_FLIGHT = 256;
const MAX_IN_FLIGHT_SIZE = 8 * 1024 * 1024;
/** Bound on the rounds that it has not answered, and whose answers could be timed. */
const MAX_UNANSWERED = 512;
/** What a shorter round trip counts against the longest of late. */
const ROUND_TRIP_DECAY = 1 / 32;

type Mode = "probe" | "replicate" | "snapshot";

/** A leader's view of one follower. */
export class Progress {
  /** The last index at which the follower's log is known to match. */
  match = 0;
  /** The next index to send. */
  next: number;
  /** The last of the leader's rounds that the follower has answered. */
  answeredRound = 0;
  /** The highest committed index that the follower was told. */
  toldCommit = 0;
  /** The follower waits to hear that this index is committed; 0 if it waits for nothing. */
  awaited = 0;
  /** The leader's tick at which it last heard the follower. */
  heardTick = 0;
  /** The ticks that a message and its answer take: the longest of late. */
  roundTripTicks: number;
  #mode: Mode = "probe";
  /** The last index of each message with entries that is not acknowledged, and their size. */
  #inFlight: { readonly last: number; readonly size: number }[] = [];
  #inFlightSize = 0;
  /** Probe: whether one is under way. Snapshot: how many beats ago it was sent. */
  #probing = false;
  #silentBeats = 0;
  #sentRound = 0;
  /** The last round that began before the leader knew that the logs match so far. */
  #matchedRound = 0;
  /** Rounds that the follower has not answered, and when each was sent. */
  #unanswered: { readonly round: number; readonly tick: number }[] = [];
  /** The round whose answer is awaited, or that of a later one, to be timed. */
  #timedRound: number | undefined;
  #isQuiet = true;
  #isDue = true;

  /** Probes from that index on; expects a round trip to take so many ticks. */
  constructor(next: number, roundTripTicks: number) {
    this.next = next;
    this.roundTripTicks = roundTripTicks;
  }

  /** How the leader sends to the follower. */
  get mode(): Mode {
    return this.#mode;
  }

  /** Whether the leader has to wait before it sends more entries. */
  get isPaused(): boolean {
    if (this.#mode === "replicate") {
      return this.#inFlight.length >= MAX_IN_FLIGHT || this.#inFlightSize >= MAX_IN_FLIGHT_SIZE;
    }
    return this.#mode === "snapshot" || this.#probing;
  }

  /** Whether the follower has to be told of a round, or is due a heartbeat after some silence. */
  expects(round: number): boolean {
    return this.#isDue || this.#sentRound < round;
  }

  /** Notes that the follower was sent a message of a round. */
  contacted(round: number, tick: number): void {
    this.#sentRound = round;
    if (round > this.answeredRound && round !== this.#unanswered.at(-1)?.round) {
      this.#timedRound ??= round;
      this.#unanswered.push({ round, tick });
      if (this.#unanswered.length > MAX_UNANSWERED) this.#unanswered.shift();
    }
    if (!this.#isDue) this.#isQuiet = false; // a heartbeat alone does not put off the next
    this.#isDue = false;
  }

  /** Notes that the follower has answered a message of a round. */
  heard(round: number, tick: number): void {
    this.heardTick = tick;
    const answered = this.#unanswered.find((one) => one.round === round);
    this.answeredRound = Math.max(this.answeredRound, round);
    this.#unanswered = this.#unanswered.filter((one) => one.round > this.answeredRound);
    if (answered === undefined || this.#timedRound === undefined || this.#timedRound > round) {
      return;
    }
    const ticks = tick - answered.tick;
    this.#timedRound = undefined;
    const decayed = this.roundTripTicks + (ticks - this.roundTripTicks) * ROUND_TRIP_DECAY;
    this.roundTripTicks = Math.max(ticks, decayed);
  }

  /** Notes that entries up to an index were sent, and their size. */
  sent(last: number, size: number): void {
    if (this.#mode === "probe") {
      this.#probing = true;
    } else {
      this.next = last + 1;
      this.#inFlight.push({ last, size });
      this.#inFlightSize += size;
    }
  }

  /** Notes that the leader's state was sent. */
  sentSnapshot(index: number): void {
    this.#become("snapshot", index + 1);
  }

  /** Notes that the follower's log matches up to an index; rounds up to the given one have begun. */
  acknowledge(index: number, round: number): void {
    if (index > this.match) {
      this.match = index;
      this.#matchedRound = round;
    }
    if (this.#mode === "replicate") {
      while (this.#inFlight[0] !== undefined && this.#inFlight[0].last <= index) {
        this.#inFlightSize -= this.#inFlight.shift()?.size ?? 0;
      }
      this.next = Math.max(this.next, this.match + 1);
    } else if (this.match + 1 >= this.next) { // else it answers something earlier
      this.#become("replicate", this.match + 1);
    }
  }

  /**
   * Notes that the follower's log does not match at an index. If the follower says so in a round that
   * began when it was known to match, it has lost its journal, and is sent everything again.
   *
   * @param possible The last index at which it can match.
   */
  reject(index: number, possible: number, round: number): void {
    if (possible < this.match && round > this.#matchedRound) {
      this.match = 0;
      this.#become("probe", possible + 1);
    }
    if (this.#mode === "snapshot" || index <= this.match) return; // late
    if (this.#mode === "probe" && index !== this.next - 1) return; // the answer to an earlier probe
    const next = this.#mode === "probe" ? Math.min(index, possible + 1) : this.match + 1;
    this.#become("probe", Math.max(next, this.match + 1));
  }

  /** Probes again what was sent and not acknowledged, as it is no longer held to be sent again. */
  startOver(): void {
    if (this.#mode === "replicate") this.#become("probe", this.match + 1);
  }

  /**
   * Notes that some time has passed.
   *
   * @param patience So many of these times without an answer mean that a snapshot was lost.
   */
  beat(patience: number): void {
    this.#probing = false; // what was lost is sent again
    this.#isDue = this.#isQuiet;
    this.#isQuiet = true;
    if (this.#mode === "snapshot" && ++this.#silentBeats >= patience) {
      this.#become("probe", this.match + 1);
    }
  }

  #become(mode: Mode, next: number): void {
    this.#mode = mode;
    this.next = next;
    this.#inFlight = [];
    this.#inFlightSize = 0;
    this.#probing = false;
    this.#silentBeats = 0;
  }
}
