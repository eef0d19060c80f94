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
/** Bound on a leader's entries that are not committed, in characters of JSON. */
const MAX_UNCOMMITTED = 16 * 1024 * 1024;
/** Ticks between two heartbeats. */
export const HEARTBEAT_TICKS = 2;
/** A leader waits no less for a majority, or a learner, and for an answer to a snapshot. */
const LEAST_SUPPORT_TICKS = 9;
const LEAST_SNAPSHOT_TICKS = 10;

/** A message and the node it goes to. */
export type Addressed<Data, State> = [to: string, message: Message<Data, State>];

/** A follower that is to vote once it keeps up. */
interface Learner {
  readonly id: string;
  /** What was committed when its time began, and when that was. */
  readonly goal: number;
  readonly sinceTick: number;
}

/** A node that is to vote, or to vote no more. */
export type Change = { readonly add: string } | { readonly remove: string };

/** What a leader leads, and in which term. */
interface Realm<Data, State> {
  readonly id: string;
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
  readonly #followers: Map<string, Progress>;
  #learner: Learner | undefined;
  readonly #reads = new Reads();
  /** The entry that begins the term. Once it is committed, so is all that came before it. */
  readonly #beginning: number;
  #round = 1;
  #ticks = 0;

  /** Begins a term with an entry of its own. */
  constructor(realm: Realm<Data, State>) {
    const { id, log, term, roundTripTicks } = realm;
    this.#realm = realm;
    const next = log.last.index + 1;
    const peers = log.voters.filter((voter) => voter !== id);
    this.#followers = new Map(peers.map((peer) => [peer, new Progress(next, roundTripTicks)]));
    this.#beginning = log.append([term, null]);
  }

  /** Appends a command for a node that waits for it. Refuses it if too much waits already. */
  propose(from: string, command: Data): boolean {
    const { log, term } = this.#realm;
    if (log.sizeOf(log.committed + 1, log.last.index) >= MAX_UNCOMMITTED) return false;
    const index = log.append([term, command]);
    const follower = this.#followers.get(from);
    if (follower !== undefined) follower.awaited = index;
    return true;
  }

  /**
   * Appends an entry that removes a voter, or begins to send the log to one that is to be added.
   * Refuses that before all that it knows of voters is committed, by an entry of its own term: else a
   * leader of another line of changes may know of a majority that shares no node with this one's.
   */
  changeVoters(change: Change): boolean {
    const { log, roundTripTicks } = this.#realm;
    if (log.committed < Math.max(this.#beginning, log.lastChange)) return false;
    if ("add" in change && change.add === this.#learner?.id) return true; // it is on its way
    const left = log.voters.filter((voter) => !("remove" in change) || voter !== change.remove);
    if (left.length === 0) return false;
    if (this.#learner !== undefined) this.#followers.delete(this.#learner.id);
    this.#learner = undefined;
    if ("remove" in change) {
      if (left.length < log.voters.length) this.#appendVoters(left);
      this.#followers.delete(change.remove);
    } else if (!log.voters.includes(change.add)) {
      this.#followers.set(change.add, new Progress(log.last.index + 1, roundTripTicks));
      this.#beginTime(change.add);
    }
    return true;
  }

  #appendVoters(voters: readonly string[]): void {
    const { log, term } = this.#realm;
    log.append([term, null, voters]);
  }

  #beginTime(id: string): void {
    this.#learner = { id, goal: this.#realm.log.committed, sinceTick: this.#ticks };
  }

  /**
   * Lets the learner vote once it has all that is committed, or soon got what was committed when its
   * time began: under load, one that is farther away is always a little behind. (Ongaro's thesis,
   * 4.2.1.)
   */
  #promote({ id, goal, sinceTick }: Learner, { match, roundTripTicks }: Progress): void {
    const { log } = this.#realm;
    if (match < goal) return;
    const isLate = this.#ticks - sinceTick > Math.max(LEAST_SUPPORT_TICKS, 2 * roundTripTicks);
    if (isLate && match < log.committed) return this.#beginTime(id);
    this.#learner = undefined;
    this.#appendVoters([...log.voters, id]);
  }

  /** What a majority of the voters has reached: this node, if it is one, and its followers. */
  #reached(own: number, of: (follower: Progress) => number): number {
    return reachedByMajority(this.#realm.log.voters.map((voter) => {
      const follower = this.#followers.get(voter);
      return follower === undefined ? own : of(follower);
    }));
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
      if (from === this.#learner?.id) this.#promote(this.#learner, follower);
    }
  }

  /**
   * Commits what a majority has on stable storage, this node included. Only an entry of this term
   * counts: one of an earlier term can be on a majority and yet be replaced (the paper's figure 8).
   */
  commit(): void {
    const { log, term } = this.#realm;
    const index = this.#reached(log.stable, ({ match }) => match);
    if (log.termAt(index) === term) log.commit(index);
  }

  /** The reads that a majority has confirmed since the last call. */
  confirmedReads(): Read[] {
    return this.#reads.confirm(this.#reached(this.#round, ({ answeredRound }) => answeredRound));
  }

  /** The ticks in which the nearest follower answers: one that is paused says nothing of the rest. */
  get roundTripTicks(): number {
    if (this.#followers.size === 0) return 0;
    const all = [...this.#followers.values()].map(({ roundTripTicks }) => roundTripTicks);
    return Math.ceil(Math.min(...all));
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
    const heardTick = this.#reached(this.#ticks, (follower) => follower.heardTick);
    return heardTick > this.#ticks - this.#supportTicks;
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
    const tripTicks = -this.#reached(0, ({ roundTripTicks }) => -roundTripTicks);
    return Math.max(LEAST_SUPPORT_TICKS, 2 * tripTicks);
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
    const entries = log.take(follower.next, MAX_BATCH);
    const last = follower.next + entries.length - 1;
    const message = this.#append(follower, entries);
    follower.sent(last, log.sizeOf(follower.next, last));
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
}
