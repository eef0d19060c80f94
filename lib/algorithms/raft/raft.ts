/**
 * Raft: several nodes agree on one log of commands, and so on the state that the commands lead to.
 *
 * One node leads. It appends commands to its log and sends them to the others; once a majority has
 * an entry on stable storage, the entry is committed, and every node applies it. When the leader
 * falls silent, the others elect a new one, for a new *term*. A node votes once in a term, and only
 * for a node whose log is at least as new as its own; so a leader always has every committed entry.
 *
 * This is the algorithm alone. It has no clock and does no input or output: whoever drives it calls
 * `tick` at equal intervals and `step` with each message, takes what is `ready`, and does it in this
 * order: store, send, apply, `advance`. As nothing is sent before what it rests on is stored, a node
 * that is killed at any moment has promised nothing that it forgets. What a leader says rests on its
 * term and its vote alone, so it is sent at once, `early`: a leader stores its entries while its
 * followers do, and is heard however long that takes.
 *
 *     tick(), step(message), propose(command), read(id) ──▶ early() ──▶ send
 *              │
 *              ▼                                              ┌▶ apply, serve reads ┐
 *           ready() ──▶ store ──▶ send ───────────────────────┴──────▶ advance() ◀──┘
 *
 * Beyond the paper (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm",
 * 2014) it has, mostly from Ongaro's thesis:
 *
 * - **pre-vote**: before it begins a term, a node asks whether it would be elected. One that was cut
 *   off does not disturb the others when it is back. Of two that ask at once, one stands back, once;
 *   that is our own;
 * - **check-quorum**: a leader that hears from no majority steps down, and a node that hears from a
 *   leader votes for nobody else. So a link that is cut in one direction does no lasting harm. As the
 *   leader may still be heard, it names an heir, who stands at once (our own, after the thesis's
 *   transfer of leadership);
 * - **time-outs that follow the network**, our own as well: candidates time votes, a leader times its
 *   rounds and tells its followers. All wait for parts or multiples of a round trip, so that no latency
 *   keeps a cluster without a leader, and none ends a leader;
 * - **pipelining** in batches, with a bounded window for each follower (`progress.ts`);
 * - **reads by read index**, one round for all that wait (`reads.ts`);
 * - **changes of the voters**, one at a time (`membership.ts`);
 * - **snapshots**: applied entries are dropped, and a follower that needs them gets the state.
 *
 * The division of labour is etcd-io/raft's.
 *
 * @module
 */
import { HEARTBEAT_TICKS, Leadership } from "./leadership.ts";
import type { Addressed, Change } from "./leadership.ts";
import { Log } from "./log.ts";
import { isPlausible, type Message, type MessageOf, type Snapshot } from "./messages.ts";
import { countVotes } from "./quorum.ts";
import { type DiskRecord, Storage, type Stored } from "./storage.ts";

/**
 * The least number of ticks without a leader before an election; chance adds half as many at most.
 * Where a round trip takes more than twice as long, it is half a round trip.
 */
const ELECTION_TICKS = 6;
/** A leader may wait so many for its disk. */
const STANDSTILL_TICKS = 40;
/** Bound on the ticks that a round trip is taken to last. */
const MAX_ROUND_TRIP_TICKS = 400;
/**
 * Bounds: on the messages that wait to be sent, the commands that they carry to the leader, in
 * characters of JSON, the entries applied at once, and the reads asked for.
 */
const MAX_MESSAGES = 10_000;
const MAX_PROPOSED = 16 * 1024 * 1024;
const MAX_APPLIED = 1_000;
const MAX_ASKED = 10_000;

/** What a node does in its term. */
type Role = "follower" | "precandidate" | "candidate" | "leader";

/** What a node is given. */
interface RaftOptions<Data, State> {
  /** This node. */
  readonly id: string;
  /** The nodes that vote as long as no entry of the log has changed that: the same at all nodes. */
  readonly voters: readonly string[];
  /** All nodes that ever vote, or are heard. Default: the voters. */
  readonly servers?: readonly string[];
  /** Draws a number from 0 to below 1. */
  readonly random: () => number;
  /** A copy of the state that all applied commands have led to. */
  readonly state: () => State;
  /** What an earlier incarnation stored. Default: nothing. */
  readonly stored?: Stored<Data, State>;
  /**
   * Applied entries that are kept, for followers that are a little behind; at most twice as many.
   * Default 1000.
   */
  readonly keptEntries?: number;
  /** Bound on their size, in characters of JSON; at most twice as much. Default 16 Mi. */
  readonly keptSize?: number;
}

/** What a candidate stands for, and what has come of it. */
interface Ballot {
  readonly pre: boolean;
  /** Who has voted how. */
  readonly votes: Map<string, boolean>;
  /** The ticks that votes took which were granted. */
  readonly tripsTicks: number[];
}

/** A committed command; null for an entry without one. */
interface Committed<Data> {
  readonly index: number;
  readonly command: Data | null;
}

/** What is to be done, in the order of its fields. */
export interface Ready<Data, State> {
  /** To be on stable storage before anything below is done. */
  readonly record: DiskRecord<Data, State> | undefined;
  /** To be sent; each may be lost, repeated or overtaken. */
  readonly messages: readonly Addressed<Data, State>[];
  /** A state that replaces the state machine's. */
  readonly restore: Snapshot<State> | undefined;
  /** To be applied in this order. */
  readonly committed: readonly Committed<Data>[];
  /** Reads that may be served after that. */
  readonly reads: readonly number[];
}

/** What only a node itself does to its log. */
type Changes = "append" | "merge" | "settle" | "commit" | "apply" | "compact" | "restore";

/** One node of Raft. */
export class Raft<Data, State> {
  readonly #options: RaftOptions<Data, State>;
  /** Who is heard. */
  readonly #peers: readonly string[];
  readonly #log: Log<Data>;
  #term: number;
  #vote: string | null;
  #leader: string | undefined;
  #leadership: Leadership<Data, State> | undefined;
  #ballot: Ballot | undefined;
  /** Rivals for which this node has stood back since it last heard a leader. */
  readonly #preferred = new Set<string>();
  /** The ticks that a message and its answer take to the nearest node, at least of late. */
  #roundTripTicks = 0;
  /** Whether this node led until it heard from no majority, and has heard nobody since. */
  #isDeaf = false;
  #ticks = 0;
  #elapsedTicks = 0;
  #timeoutTicks = 0;
  /** The last round of the leader that this node has answered. */
  #answeredRound = 0;
  readonly #messages: Addressed<Data, State>[] = [];
  /** The size of the commands in them. */
  #proposedSize = 0;
  #asked = new Set<number>();
  #reads: { readonly id: number; readonly index: number }[] = [];
  /** A leader's state that the state machine has yet to take. */
  #restoring: Snapshot<State> | undefined;
  /** The number of the last record. */
  #records: number;
  /** The term and the vote that are stored. */
  #storedVote: { readonly term: number; readonly vote: string | null };
  #underWay: Ready<Data, State> | undefined;
  #underWaySince = 0;

  /** A follower that continues where its earlier incarnation ended. */
  constructor(options: RaftOptions<Data, State>) {
    const { id, voters, servers = voters, stored = new Storage<Data, State>().stored } = options;
    const { number, term, vote, snapshot, entries } = stored;
    this.#options = options;
    this.#peers = servers.filter((server) => server !== id);
    this.#log = new Log(snapshot ?? { index: 0, term: 0 }, entries, voters);
    this.#term = term;
    this.#vote = vote;
    this.#records = number;
    this.#storedVote = { term, vote };
    this.#startTimer();
  }

  /** The newest term that this node knows of. */
  get term(): number {
    return this.#term;
  }

  /** The leader of that term, as far as this node knows. */
  get leader(): string | undefined {
    return this.#leader;
  }

  /** What this node does in that term. */
  get role(): Role {
    if (this.#leadership !== undefined) return "leader";
    if (this.#ballot === undefined) return "follower";
    return this.#ballot.pre ? "precandidate" : "candidate";
  }

  /** The ticks that a message and its answer take, as far as this node knows. */
  get roundTripTicks(): number {
    return this.#leadership?.roundTripTicks ?? this.#roundTripTicks;
  }

  /** The log, to be looked at. */
  get log(): Omit<Log<Data>, Changes> {
    return this.#log;
  }

  /** All that has to be stored, as one: what a journal keeps in place of its records. */
  store(): Stored<Data, State> {
    const snapshot = this.#snapshot();
    const entries = this.#log.slice(snapshot.index + 1, this.#log.last.index);
    return { number: this.#records, term: this.#term, vote: this.#vote, snapshot, entries };
  }

  #snapshot(): Snapshot<State> {
    if (this.#restoring !== undefined) return this.#restoring;
    const index = this.#log.applied;
    const voters = this.#log.changedVotersAt(index);
    const snapshot = { index, term: this.#log.termAt(index) ?? 0, state: this.#options.state() };
    return voters === undefined ? snapshot : { ...snapshot, voters };
  }

  /** The other nodes that vote. */
  get #voters(): readonly string[] {
    return this.#log.voters.filter((voter) => voter !== this.#options.id);
  }

  // What drives a node.

  /** Notes that one interval has passed. */
  tick(): void {
    this.#ticks++;
    this.#elapsedTicks++;
    if (this.#leadership !== undefined) {
      this.#isDeaf = !this.#leadership.tick();
      if (this.#isDeaf || this.#standsStill) this.#resign(this.#leadership.heir);
    } else if (this.#elapsedTicks >= this.#timeoutTicks && this.#canLead) {
      this.#campaign({ pre: true });
    } else if (this.role === "candidate" && this.#elapsedTicks % this.#patienceTicks === 0) {
      this.#canvass(); // a request may be lost, and then nobody else might be elected
    }
  }

  /** Whether it has stored nothing for so long that its disk may have failed. */
  get #standsStill(): boolean {
    return this.#underWay !== undefined && this.#ticks - this.#underWaySince > STANDSTILL_TICKS;
  }

  /**
   * One that waits for its disk, or may be heard and hears nobody, keeps others from leading. But as
   * long as a change is not committed, the others may not know that they vote.
   */
  get #canLead(): boolean {
    const isLeftToOthers = this.#isDeaf && this.#log.lastChange <= this.#log.committed;
    return this.#underWay === undefined && !isLeftToOthers && this.#mayLead;
  }

  /**
   * Whether this node votes. One whose removal may not be committed has to stand, too: it may be the
   * only one that the rest can elect, as nobody else has that entry.
   */
  get #mayLead(): boolean {
    const { id, voters } = this.#options;
    const log = this.#log;
    return log.voters.includes(id) || (log.changedVotersAt(log.committed) ?? voters).includes(id);
  }

  /** Takes a message from a peer. One that no correct peer would send changes nothing. */
  step(from: string, message: Message<Data, State>): void {
    if (!this.#peers.includes(from) || !isPlausible(message, this.#term)) return;
    this.#isDeaf = false;
    if ("term" in message && !this.#enterTerm(from, message)) return;
    switch (message.type) {
      case "vote":
        return this.#consider(from, message);
      case "voted":
        return this.#count(from, message);
      case "append":
        return this.#append(from, message);
      case "snapshot":
        return this.#install(from, message);
      case "matched":
      case "rejected":
        return this.#leadership?.answered(from, message);
      case "resigned":
        return this.#succeed(from, message);
      case "propose":
        for (const command of message.commands) this.#leadership?.propose(from, command);
        return;
      case "read":
        this.#leadership?.read(from, message.id);
        return;
      case "readable":
        this.#confirm(message);
    }
  }

  /**
   * Proposes a command, here or to the leader. It may be lost, so it is to be repeated until it is
   * committed; and then it may be committed more than once.
   *
   * @returns Whether it was taken: it is not while no leader is known, or too much waits.
   */
  propose(command: Data): boolean {
    const { id } = this.#options;
    if (this.#leadership !== undefined) return this.#leadership.propose(id, command);
    if (this.#leader === undefined || this.#proposedSize >= MAX_PROPOSED) return false;
    this.#proposedSize += JSON.stringify(command).length;
    return this.#send(this.#leader, { type: "propose", commands: [command] });
  }

  /**
   * Adds a node to those that vote, or removes one. A new one gets the log first, and votes once it
   * keeps up. A leader that is removed leads until that is committed. What is asked for may be lost,
   * so it is to be repeated until `log.voters` has it.
   *
   * @returns Whether it was taken: only a leader does, and one change after the other.
   */
  changeVoters(change: Change): boolean {
    return this.#leadership?.changeVoters(change) ?? false;
  }

  /**
   * Asks when a read is linearizable. Its id comes back in `Ready.reads` once the state machine has
   * all that was committed at the time of this call; or never, so it is to be repeated.
   *
   * @param id A number that no incarnation of this node has used before.
   * @returns Whether the leader was asked.
   */
  read(id: number): boolean {
    if (this.#leadership === undefined && this.#leader === undefined) return false;
    const [oldest] = this.#asked;
    if (this.#asked.size >= MAX_ASKED && oldest !== undefined) this.#asked.delete(oldest);
    this.#asked.add(id);
    if (this.#leadership !== undefined) return this.#leadership.read(this.#options.id, id);
    return this.#send(this.#leader ?? "", { type: "read", id });
  }

  /**
   * What a leader sends now, also while something is under way. To be called before `ready`.
   *
   * None of it rests on what the leader has yet to store: its term and its vote were stored before it
   * was elected, unless nobody else votes, and its entries count once they are stored.
   */
  early(): readonly Addressed<Data, State>[] {
    if (this.#leadership === undefined || this.#storedVote.term !== this.#term) return [];
    this.#messages.push(...this.#leadership.messages());
    for (const read of this.#leadership.confirmedReads()) this.#tellReadable(read);
    return this.#messages.splice(0);
  }

  /**
   * What is to be done now; nothing if there is nothing to do.
   *
   * @throws {Error} before `advance` for what was ready last.
   */
  ready(): Ready<Data, State> | undefined {
    if (this.#underWay !== undefined) throw new Error("advance first: something is under way");
    const log = this.#log;
    const restore = this.#restoring;
    const end = Math.min(log.committed, log.stable, log.applied + MAX_APPLIED);
    const committed = log.slice(log.applied + 1, end)
      .map(([, command], i) => ({ index: log.applied + 1 + i, command }));
    const reads = this.#reads.filter(({ index }) => index <= end).map(({ id }) => id);
    const record = this.#unstored();
    if (!record && !committed.length && !reads.length && !this.#messages.length) return undefined;
    this.#reads = this.#reads.filter(({ index }) => index > end);
    const messages = this.#messages.splice(0);
    this.#proposedSize = 0;
    this.#underWaySince = this.#ticks;
    return this.#underWay = { record, messages, restore, committed, reads };
  }

  /** Notes that all of what was ready is done. */
  advance(): void {
    const done = this.#underWay;
    if (done === undefined) throw new Error("nothing is under way");
    this.#underWay = undefined;
    const { record, restore, committed } = done;
    if (record !== undefined) {
      this.#storedVote = { term: record.term, vote: record.vote };
      const index = record.behind + record.entries.length;
      const term = record.entries.at(-1)?.[0];
      if (term !== undefined) this.#log.settle({ index, term });
      if (this.#restoring === restore) this.#restoring = undefined;
    }
    const applied = committed.at(-1)?.index;
    if (applied !== undefined) this.#log.apply(applied);
    this.#compact();
    this.#leadership?.commit();
    this.#leaveIfRemoved();
  }

  /** Stops leading once it is committed that this node votes no more. */
  #leaveIfRemoved(): void {
    const { voters, lastChange, committed } = this.#log;
    if (this.#leadership === undefined || voters.includes(this.#options.id)) return;
    if (lastChange <= committed) this.#resign(this.#leadership.heir);
  }

  /** Drops the oldest applied entries once there are twice as many, or twice as large, as are kept. */
  #compact(): void {
    const { keptEntries = 1_000, keptSize = 16 * 1024 * 1024 } = this.#options;
    const log = this.#log;
    const sizeBehind = (index: number) => log.sizeOf(index + 1, log.applied);
    let to = log.first - 1;
    if (log.applied - log.first >= 2 * keptEntries) to = log.applied - keptEntries;
    if (sizeBehind(to) > 2 * keptSize) { while (sizeBehind(to) > keptSize) to++; }
    log.compact(to);
  }

  #unstored(): DiskRecord<Data, State> | undefined {
    const log = this.#log;
    const { term, vote } = this.#storedVote;
    const isSettled = term === this.#term && vote === this.#vote && log.stable === log.last.index;
    if (isSettled && this.#restoring === undefined) return undefined;
    return {
      number: ++this.#records,
      term: this.#term,
      vote: this.#vote,
      ...(this.#restoring && { snapshot: this.#restoring }),
      behind: log.stable,
      entries: log.slice(log.stable + 1, log.last.index),
    };
  }

  #tellReadable({ from, id, index }: { from: string; id: number; index: number }): void {
    if (from !== this.#options.id) this.#send(from, { type: "readable", id, index });
    else this.#confirm({ id, index });
  }

  #confirm(read: { readonly id: number; readonly index: number }): void {
    if (this.#asked.delete(read.id) && this.#reads.length < MAX_ASKED) this.#reads.push(read);
  }

  /** Returns whether there was room: what is dropped, peers and clients ask for again. */
  #send(to: string, message: Message<Data, State>): boolean {
    const hasRoom = this.#messages.length < MAX_MESSAGES;
    if (hasRoom) this.#messages.push([to, message]);
    return hasRoom;
  }

  // Terms and elections.

  /** Follows a message into its term; returns whether it is of this node's term then. */
  #enterTerm(from: string, message: Extract<Message<Data, State>, { term: number }>): boolean {
    const { term, type } = message;
    if (term > this.#term) {
      if (type === "vote" && this.#hearsLeader()) return false;
      const isPre = (type === "vote" && message.pre) ||
        (type === "voted" && message.pre && message.granted);
      if (isPre) return true; // nobody is in that term yet
      this.#follow(term, undefined);
      return true;
    }
    if (term === this.#term) return true;
    if (type === "append" || type === "snapshot" || type === "vote") {
      this.#send(from, { type: "outdated", term: this.#term });
    }
    return false;
  }

  /**
   * Whether a leader was heard so lately that its followers are none of a candidate's. It is not
   * after the silence of a heartbeat less than makes a candidate, whose last heartbeat may have come
   * a little earlier.
   */
  #hearsLeader(): boolean {
    return this.#leadership !== undefined ||
      (this.#leader !== undefined && this.#elapsedTicks < this.#patienceTicks - HEARTBEAT_TICKS);
  }

  /** The ticks for which a leader may be silent. */
  get #patienceTicks(): number {
    return Math.max(ELECTION_TICKS, Math.ceil(this.#roundTripTicks / 2));
  }

  #startTimer(leastTicks = this.#patienceTicks): void {
    this.#elapsedTicks = 0;
    this.#timeoutTicks = leastTicks + Math.floor(this.#options.random() * (leastTicks / 2 + 1));
  }

  #follow(term: number, leader: string | undefined): void {
    if (term > this.#term || leader !== undefined) this.#preferred.clear();
    if (term > this.#term) {
      this.#term = term;
      this.#vote = null;
    }
    this.#roundTripTicks = this.roundTripTicks; // one that led knows best
    this.#leader = leader;
    this.#leadership = undefined;
    this.#ballot = undefined;
    this.#answeredRound = 0;
    this.#startTimer();
  }

  /** Stands for election, or asks whether it would win. */
  #campaign({ pre }: { pre: boolean }): void {
    const { id } = this.#options;
    if (pre) {
      // When it asks again, pre-votes granted before count: a round trip may exceed the time-out.
      const { votes = [], tripsTicks = [] } = this.#ballot?.pre ? this.#ballot : {};
      this.#leader = undefined;
      this.#startTimer();
      this.#ballot = { pre, votes: new Map([...votes].filter(([, given]) => given)), tripsTicks };
    } else {
      // Votes take as long as the pre-votes did, or, for an heir, who had none, a round trip: a
      // candidate that gave up earlier would never win.
      const tripsTicks = this.#ballot?.tripsTicks ?? [this.#roundTripTicks];
      const leastTicks = 2 * Math.min(MAX_ROUND_TRIP_TICKS, ...tripsTicks);
      this.#follow(this.#term + 1, undefined);
      this.#startTimer(Math.max(ELECTION_TICKS, leastTicks));
      this.#vote = id;
      this.#ballot = { pre, votes: new Map(), tripsTicks: [] };
    }
    this.#canvass();
    this.#tally(id, true); // others cannot vote before this vote is stored: only then are they asked
  }

  /** Asks for the votes that have not been given. */
  #canvass(): void {
    const { pre = false, votes } = this.#ballot ?? {};
    const term = pre ? this.#term + 1 : this.#term;
    const { last } = this.#log;
    for (const peer of this.#voters.filter((one) => !votes?.has(one))) {
      this.#send(peer, { type: "vote", term, pre, tick: this.#ticks, last });
    }
  }

  /**
   * Answers a candidate. Of two that stand at the same time, the one with the older log, or of equals
   * the one with the greater id, stands back when it hears of the other: else they would split the
   * votes of the rest, and with two of three nodes up, each other's. It does so once: the other may be
   * one that hears nobody, and asks for ever.
   */
  #consider(from: string, { term, pre, tick, last }: MessageOf<"vote", Data, State>): void {
    const isFree = this.#vote === null && this.#leader === undefined;
    const canVote = this.#vote === from || isFree || (pre && term > this.#term);
    const isRival = pre && this.#ballot?.pre === true && !this.#preferred.has(from);
    const granted = canVote && this.#log.isNoNewerThan(last) &&
      !(isRival && this.#log.matches(last) && this.#options.id < from);
    if (isRival && granted) {
      this.#preferred.add(from);
      this.#follow(this.#term, undefined);
      this.#startTimer(2 * this.#patienceTicks); // time for the other to win
    }
    if (granted && !pre) {
      this.#vote = from;
      this.#startTimer();
    }
    // A refusal tells this node's term, so that a candidate that is behind catches up.
    this.#send(from, { type: "voted", term: granted ? term : this.#term, pre, tick, granted });
  }

  #count(from: string, { term, pre, tick, granted }: MessageOf<"voted", Data, State>): void {
    if (this.#ballot?.pre !== pre || term !== (pre && granted ? this.#term + 1 : this.#term)) {
      return;
    }
    const { votes, tripsTicks } = this.#ballot;
    if (granted && votes.get(from) !== true) {
      tripsTicks.push(boundRoundTrip(this.#ticks - tick));
      this.#roundTripTicks = Math.min(...tripsTicks);
    }
    this.#tally(from, granted);
  }

  /** Stops leading, and says so: a node that hears no majority may be heard. */
  #resign(heir: string): void {
    this.#follow(this.#term, undefined);
    for (const peer of this.#voters) this.#send(peer, { type: "resigned", term: this.#term, heir });
  }

  /**
   * Follows the leader no more. The heir needs no pre-vote, as it disturbs nobody: its new term is
   * next to one in which nobody leads. If it is not elected, all wait as if the leader had fallen silent.
   */
  #succeed(leader: string, { heir }: MessageOf<"resigned", Data, State>): void {
    if (this.#leader !== leader) return;
    this.#follow(this.#term, undefined);
    if (heir === this.#options.id && this.#mayLead) this.#campaign({ pre: false });
  }

  #tally(from: string, granted: boolean): void {
    if (this.#ballot === undefined) return;
    const { pre, votes } = this.#ballot;
    const { voters } = this.#log;
    if (voters.includes(from)) votes.set(from, granted);
    const outcome = countVotes(votes.values(), voters.length);
    if (outcome === "lost") this.#follow(this.#term, undefined);
    else if (outcome === "won" && pre) this.#campaign({ pre: false });
    else if (outcome === "won") this.#lead();
  }

  #lead(): void {
    const { id } = this.#options;
    const roundTripTicks = this.#ballot?.tripsTicks.at(-1) ?? 0;
    this.#ballot = undefined;
    this.#leader = id;
    this.#leadership = new Leadership({
      id,
      term: this.#term,
      log: this.#log,
      roundTripTicks,
      snapshot: () => this.#snapshot(),
    });
  }

  // What a follower does.

  /** Notes that the leader of this term was heard; returns whether it is one. */
  #hear(from: string): boolean {
    if (this.#leadership !== undefined) return false; // a term has one leader
    if (this.#leader !== from) this.#follow(this.#term, from);
    this.#startTimer();
    return true;
  }

  #append(from: string, message: MessageOf<"append", Data, State>): void {
    if (!this.#hear(from)) return;
    const { round, roundTrip, behind, entries, committed } = message;
    this.#roundTripTicks = boundRoundTrip(roundTrip);
    const log = this.#log;
    const term = this.#term;
    const isNews = entries.length > 0 || round > this.#answeredRound;
    if (behind.index < log.committed) {
      // What is committed matches, and may be held no longer.
      const index = log.committed;
      return isNews ? this.#answer(from, { type: "matched", term, round, index }) : undefined;
    }
    if (!log.matches(behind)) {
      const possible = log.lastPossibleMatch(behind);
      const rejection = { type: "rejected", term, round, index: behind.index, possible } as const;
      return this.#answer(from, rejection);
    }
    if (!log.merge(behind.index, entries)) return;
    const index = behind.index + entries.length;
    log.commit(Math.min(committed, index));
    if (isNews) this.#answer(from, { type: "matched", term, round, index });
  }

  #install(from: string, message: MessageOf<"snapshot", Data, State>): void {
    if (!this.#hear(from)) return;
    const { round, snapshot } = message;
    const log = this.#log;
    if (snapshot.index > log.committed) {
      if (log.matches(snapshot)) {
        log.commit(snapshot.index);
      } else {
        log.restore(snapshot);
        this.#restoring = snapshot;
      }
    }
    const index = log.committed;
    this.#answer(from, { type: "matched", term: this.#term, round, index });
  }

  #answer(to: string, message: MessageOf<"matched" | "rejected", Data, State>): void {
    this.#answeredRound = Math.max(this.#answeredRound, message.round);
    this.#send(to, message);
  }
}

function boundRoundTrip(ticks: number): number {
  return Math.min(Math.max(ticks, 0), MAX_ROUND_TRIP_TICKS);
}
