/**
 * A leader's term: what it sends to whom, what is committed, and which reads are safe.
 *
 * A leader sends nothing by itself. What it has to say is collected when its node is ready, so that
 * all commands and reads that came meanwhile share the messages. Each message with entries carries a
 * heartbeat along.
 *
 * @module
 */
import type { Entry, Log } from "./log.ts";
import type { Message, MessageOf, Snapshot } from "./messages.ts";
import { Progress } from "./progress.ts";
import { reachedByMajority } from "./quorum.ts";
import { type Read, Reads } from "./reads.ts";

/** Bound on the entries of one message, in characters of JSON; a single entry may exceed it. */
const MAX_BATCH = 256 * 1024;
/** Bound on a leader's own entries that are not committed, in characters of JSON. */
const MAX_UNCOMMITTED = 16 * 1024 * 1024;
/** Ticks between two heartbeats. */
export const HEARTBEAT_TICKS = 2;
/** A leader waits no less for a majority, and for an answer to a snapshot. */
const LEAST_SUPPORT_TICKS = 9;
const LEAST_SNAPSHOT_TICKS = 10;

/** A message and the node it goes to. */
export type Addressed<Data, State> = [to: string, message: Message<Data, State>];

/** What a leader leads, and in which term. */
interface Realm<Data, State> {
  readonly id: string;
  readonly peers: readonly string[];
  readonly term: number;
  readonly log: Log<Data>;
  /** The ticks that a message and its answer took in the election. */
  readonly roundTripTicks: number;
  /** The state that the applied entries have led to. */
  readonly snapshot: () => Snapshot<State>;
}

/** One node's leadership of one term. */
export class Leadership<Data, State> {
  readonly #realm: Realm<Data, State>;
  readonly #followers: ReadonlyMap<string, Progress>;
  readonly #reads = new Reads();
  /** The entry that begins the term. Once it is committed, so is all that came before it. */
  readonly #beginning: number;
  readonly #uncommitted: { readonly index: number; readonly size: number }[] = [];
  #uncommittedSize = 0;
  /** Characters of entries: one that is cut off is sent the same ones again and again. */
  readonly #sizes = new WeakMap<Entry<Data>, number>();
  #round = 1;
  #ticks = 0;

  /** Begins a term with an entry of its own. */
  constructor(realm: Realm<Data, State>) {
    const { log, peers, term, roundTripTicks } = realm;
    this.#realm = realm;
    const next = log.last.index + 1;
    this.#followers = new Map(peers.map((peer) => [peer, new Progress(next, roundTripTicks)]));
    this.#beginning = log.append([term, null]);
  }

  /** Appends a command for a node that waits for it. Refuses it if too much waits already. */
  propose(from: string, command: Data): boolean {
    if (this.#uncommittedSize >= MAX_UNCOMMITTED) return false;
    const { log, term } = this.#realm;
    const index = log.append([term, command]);
    const size = JSON.stringify(command).length;
    this.#uncommitted.push({ index, size });
    this.#uncommittedSize += size;
    const follower = this.#followers.get(from);
    if (follower !== undefined) follower.awaited = index;
    return true;
  }

  /** Confirms in a new round that this node still leads. Refuses that if too many reads wait. */
  read(from: string, id: number): boolean {
    // Before an entry of the term is committed, a leader may not know all that is.
    const index = Math.max(this.#realm.log.committed, this.#beginning);
    return this.#reads.ask({ from, id, index }, this.#round + 1);
  }

  /** Takes a follower's answer to entries, a heartbeat or a snapshot. */
  answered(
    from: string,
    message: MessageOf<"matched" | "rejected", Data, State>,
  ): void {
    const follower = this.#followers.get(from);
    const { log } = this.#realm;
    if (follower === undefined || message.round > this.#round) return;
    follower.heard(message.round, this.#ticks);
    if (message.type === "rejected") {
      const possible = log.lastPossibleMatch(message.possible).index;
      follower.reject(message.index, possible, message.round);
    } else if (message.index <= log.last.index) {
      follower.acknowledge(message.index, this.#round);
      this.commit();
    }
  }

  /**
   * Commits what a majority has on stable storage, this node included. Only an entry of this term
   * counts: one of an earlier term can be on a majority and yet be replaced (the paper's figure 8).
   */
  commit(): void {
    const { log, term } = this.#realm;
    const matches = [...this.#followers.values()].map(({ match }) => match);
    const index = reachedByMajority([log.stable, ...matches]);
    if (log.termAt(index) === term) log.commit(index);
    const settled = this.#uncommitted.findIndex((entry) => entry.index > log.committed);
    const count = settled < 0 ? this.#uncommitted.length : settled;
    for (const { size } of this.#uncommitted.splice(0, count)) this.#uncommittedSize -= size;
  }

  /** The reads that a majority has confirmed since the last call. */
  confirmedReads(): Read[] {
    const rounds = [...this.#followers.values()].map(({ answeredRound }) => answeredRound);
    return this.#reads.confirm(reachedByMajority([this.#round, ...rounds]));
  }

  /** The ticks in which the nearest follower answers: one that is paused says nothing of the rest. */
  get roundTripTicks(): number {
    return this.#followers.size === 0 ? 0 : Math.ceil(Math.min(...this.#tripsTicks));
  }

  get #tripsTicks(): number[] {
    return [...this.#followers.values()].map(({ roundTripTicks }) => roundTripTicks);
  }

  /**
   * Notes that one interval has passed, and begins a round of heartbeats when it is time, for
   * followers that were sent nothing since the last.
   *
   * @returns Whether a majority was heard lately, so that this node leads on.
   */
  tick(): boolean {
    this.#ticks++;
    if (this.#ticks % HEARTBEAT_TICKS === 0) {
      this.#round++;
      for (const follower of this.#followers.values()) {
        const patienceTicks = Math.max(LEAST_SNAPSHOT_TICKS, 2 * follower.roundTripTicks);
        follower.beat(patienceTicks / HEARTBEAT_TICKS);
      }
    }
    const heard = [...this.#followers.values()].map(({ heardTick }) => heardTick);
    return reachedByMajority([this.#ticks, ...heard]) > this.#ticks - this.#supportTicks;
  }

  /** Who is likely to be elected next: the follower with the newest log, of equals the last heard. */
  get heir(): string {
    const [[heir] = [""]] = [...this.#followers].sort(([, a], [, b]) =>
      b.match - a.match || b.heardTick - a.heardTick
    );
    return heir;
  }

  /** So long a leader waits for a majority: for its round trip, and as long for what is lost. */
  get #supportTicks(): number {
    const ascending = this.#tripsTicks.map((ticks) => -ticks);
    return Math.max(LEAST_SUPPORT_TICKS, 2 * -reachedByMajority([0, ...ascending]));
  }

  /** All that is to be sent now. */
  messages(): Addressed<Data, State>[] {
    this.#round = Math.max(this.#round, this.#reads.lastRound);
    return [...this.#followers].flatMap(([peer, follower]) =>
      this.#messagesTo(follower).map((message): Addressed<Data, State> => [peer, message])
    );
  }

  #messagesTo(follower: Progress): Message<Data, State>[] {
    const { log } = this.#realm;
    const messages: Message<Data, State>[] = [];
    if (!this.#holds(follower.next)) follower.startOver();
    while (!follower.isPaused && follower.next <= log.last.index) {
      // One that may be down gets no state.
      if (!this.#holds(follower.next) && !this.#isActive(follower)) break;
      messages.push(this.#catchUp(follower));
    }
    const { awaited, toldCommit, next } = follower;
    const isOwedNews = awaited > toldCommit && awaited <= log.committed && awaited < next &&
      this.#holds(next); // else there is no saying which entries are meant
    if (messages.length === 0 && (isOwedNews || follower.expects(this.#reads.lastRound))) {
      messages.push(this.#append(follower, []));
    }
    if (messages.length > 0) follower.contacted(this.#round, this.#ticks);
    return messages;
  }

  #isActive({ heardTick, answeredRound }: Progress): boolean {
    return answeredRound > 0 && heardTick > this.#ticks - this.#supportTicks;
  }

  /** Whether the entries from that one on can be sent. */
  #holds(index: number): boolean {
    return this.#realm.log.termAt(index - 1) !== undefined;
  }

  /** The next entries, or the state if they are no longer held. */
  #catchUp(follower: Progress): Message<Data, State> {
    const { log, term, snapshot } = this.#realm;
    if (!this.#holds(follower.next)) {
      const state = snapshot();
      follower.sentSnapshot(state.index);
      return { type: "snapshot", term, round: this.#round, snapshot: state };
    }
    const entries = this.#takeBatch(log.slice(follower.next, log.last.index));
    const message = this.#append(follower, entries);
    follower.sent(follower.next + entries.length - 1);
    return message;
  }

  #append(follower: Progress, entries: Entry<Data>[]): Message<Data, State> {
    const { log, term } = this.#realm;
    const index = follower.next - 1;
    const known = log.termAt(index);
    const behind = known === undefined ? { index: 0, term: 0 } : { index, term: known };
    const told = Math.min(log.committed, behind.index + entries.length);
    follower.toldCommit = Math.max(follower.toldCommit, told);
    return {
      type: "append",
      term,
      round: this.#round,
      roundTrip: this.roundTripTicks,
      behind,
      entries,
      committed: log.committed,
    };
  }

  #takeBatch(entries: Entry<Data>[]): Entry<Data>[] {
    let size = 0;
    const end = entries.findIndex((entry, i) => {
      size += this.#sizeOf(entry);
      return size > MAX_BATCH && i > 0;
    });
    return end < 0 ? entries : entries.slice(0, end);
  }

  #sizeOf(entry: Entry<Data>): number {
    const known = this.#sizes.get(entry);
    if (known !== undefined) return known;
    const size = JSON.stringify(entry).length;
    this.#sizes.set(entry, size);
    return size;
  }
}
