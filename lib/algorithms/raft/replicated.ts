/**
 * A state machine that a cluster of nodes keeps together by Raft: it outlives any minority of them.
 *
 * ```ts
 * const registers = new Map<string, number>();
 * const replicated = new Replicated(node, {
 *   name: "registers",
 *   command: tuple<[string, number]>(string, integer),
 *   result: nullable(integer),
 *   state: array(tuple<[string, number]>(string, integer)),
 *   apply: ([key, value]) => { … },
 *   snapshot: () => [...registers],
 *   restore: (state) => { … },
 * });
 *
 * await replicated.execute(["x", 1]);  // takes effect once, at every node, in the same order
 * await replicated.barrier();          // from here on a read of `registers` is linearizable
 * ```
 *
 * This drives the pure core of `raft.ts` in a node: it ticks, keeps a journal, and sends what the
 * core says to one node at one time as one message. Clients talk to any node. A follower passes
 * their commands and reads on to the leader, and again if it does not hear of them in time;
 * `sessions.ts` sees to it that a command takes effect once. Results do not travel: every node
 * applies all commands, so the one that was asked finds the result when it does.
 *
 * **Rounds.** The leader collects what arrives for a while and does it in one round: a message to
 * each follower with all commands, which also confirms that it may answer reads, and one back. A
 * follower passes on what its clients ask for once a round: with its answer, or just before the next
 * round begins. So a round costs 2 messages a follower, however much it is for, and at most 2 more for
 * each follower whose clients wait. After a pause requests go, and a round begins, at once.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import type { Journal } from "../../journal.ts";
import { reasonOf } from "../../message.ts";
import type { Node } from "../../node.ts";
import { array, integer, object, type OneWay, oneWay, optional, type Shape } from "../../rpc.ts";
import { Rounds } from "../rounds.ts";
import { type Message, messageShape } from "./messages.ts";
import { Raft, type Ready } from "./raft.ts";
import { type Batch, batchShape, Sessions, sessionsShape, type SessionState } from "./sessions.ts";
import { type DiskRecord, Storage, storageShapes, type Stored } from "./storage.ts";
import { Waiting } from "./waiting.ts";

/** What `raft.ts` counts time in, in milliseconds. */
const TICK_MS = 50;
/** Ticks within which a round of the leader begins, and disks are done. */
const ROUND_TICKS = 4;
/** A follower passes requests on so long before it expects the leader's next round. */
const EARLY_MS = 5;
/**
 * Bound on the requests of other nodes that wait for a round. Those nodes repeat what is dropped,
 * and bound its size (`waiting.ts`).
 */
const MAX_INBOX = 10_000;
/** Time between two attempts to store a record on a disk that fails. */
const STORE_AGAIN_MS = 100;
/** Reads are numbered from a random place below this, as answers to an earlier incarnation come late. */
const MAX_FIRST_READ = 2 ** 49;

/** What the cluster keeps. Equal commands in equal order must lead to equal states. */
interface Machine<Command, Result, State> {
  /** Names the journal. */
  readonly name: string;
  /** The form of a command. */
  readonly command: Shape<Command>;
  /** The form of what a command results in. */
  readonly result: Shape<Result>;
  /** The form of the state. */
  readonly state: Shape<State>;
  /** Changes the state by a command that is committed. Must not throw. */
  apply(command: Command): Result;
  /** A copy of the state. */
  snapshot(): State;
  /** Replaces the state. */
  restore(state: State): void;
}

/** Options of {@linkcode Replicated}. */
interface ReplicatedOptions {
  /** The least time between two rounds of the leader, in milliseconds. Default 60. */
  readonly roundMs?: number;
  /** Applied commands that are kept for followers that are a little behind. Default 1000. */
  readonly keptEntries?: number;
}

/** The state, with what makes commands take effect once. */
interface Whole<Result, State> {
  readonly machine: State;
  readonly sessions: SessionState<Result>[];
}

/** What a journal records: that an incarnation begins, or what Raft has to store. */
interface JournalRecord<Command, Result, State> {
  readonly incarnation?: number;
  readonly raft?: DiskRecord<Batch<Command>, Whole<Result, State>>;
}

/** What all records have led to. */
interface JournalState<Command, Result, State> {
  readonly incarnation: number;
  readonly raft: Stored<Batch<Command>, Whole<Result, State>>;
}

/** One node's part of a replicated state machine. */
export class Replicated<Command, Result, State> {
  readonly #node: Node;
  readonly #machine: Machine<Command, Result, State>;
  readonly #keptEntries: number;
  readonly #sessions = new Sessions<Command, Result>();
  readonly #journal: Journal<JournalRecord<Command, Result, State>>;
  readonly #talk: OneWay<{ messages: Shape<Message<Batch<Command>, Whole<Result, State>>[]> }>;
  readonly #roundMs: number;
  /** The rounds of a leader. */
  readonly #rounds: Rounds;
  /** A follower passes requests on no earlier. */
  #passOnMs = -Infinity;
  #passOnTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #commands = new Waiting<Command, Result>(0);
  readonly #reads = new Waiting<null, void>(Math.floor(Math.random() * MAX_FIRST_READ));
  /** Requests of other nodes that wait for the next round. */
  #inbox: [from: string, message: Message<Batch<Command>, Whole<Result, State>>][] = [];
  /** What the journal holds, until Raft begins. */
  #storage = new Storage<Batch<Command>, Whole<Result, State>>();
  #raft: Raft<Batch<Command>, Whole<Result, State>> | undefined;
  #incarnation = 0;
  #lastLeader: string | undefined;
  #isBusy = false;

  /** Make it while the program registers its handlers. */
  constructor(
    node: Node,
    machine: Machine<Command, Result, State>,
    { roundMs = 60, keptEntries = 1_000 }: ReplicatedOptions = {},
  ) {
    this.#node = node;
    this.#machine = machine;
    this.#keptEntries = keptEntries;
    this.#roundMs = roundMs;
    this.#rounds = new Rounds(() => this.#passOn(), roundMs);
    const command = batchShape(machine.command);
    const state: Shape<Whole<Result, State>> = object({
      machine: machine.state,
      sessions: sessionsShape(machine.result),
    });
    this.#journal = node.journal(this.#describeJournal(storageShapes(command, state)));
    this.#talk = oneWay("raft", { messages: array(messageShape(command, state)) });
    node.on(this.#talk, ({ messages }, { src }) => this.#receive(src, messages));
    node.onInit(() => this.#start());
  }

  /**
   * Changes the state; resolves to the result once this node's own state has changed.
   *
   * @throws {RpcError} 11 if the command had no effect, 0 if it may have one: no majority answers.
   */
  execute(command: Command): Promise<Result> {
    const result = this.#commands.add(command);
    this.#requestRound();
    return result;
  }

  /**
   * Resolves once this node's state includes all that was acknowledged, by any node, before the call.
   *
   * @throws {RpcError} 11 or 0 if no majority answers.
   */
  barrier(): Promise<void> {
    const passed = this.#reads.add(null);
    this.#requestRound();
    return passed;
  }

  #describeJournal(shapes: ReturnType<typeof storageShapes<Batch<Command>, Whole<Result, State>>>) {
    const record: Shape<JournalRecord<Command, Result, State>> = object({
      incarnation: optional(integer),
      raft: optional(shapes.record),
    });
    const state: Shape<JournalState<Command, Result, State>> = object({
      incarnation: integer,
      raft: shapes.stored,
    });
    return {
      name: this.#machine.name,
      record,
      state,
      restore: ({ incarnation, raft }: JournalState<Command, Result, State>) => {
        this.#incarnation = incarnation;
        this.#storage = new Storage(raft);
      },
      apply: ({ incarnation, raft }: JournalRecord<Command, Result, State>) => {
        if (this.#raft !== undefined) return; // it has what it stores
        this.#incarnation = incarnation ?? this.#incarnation;
        if (raft !== undefined) this.#storage.add(raft);
      },
      snapshot: () => ({
        incarnation: this.#incarnation,
        raft: this.#raft?.store() ?? this.#storage.stored,
      }),
    };
  }

  #start(): void {
    const { stored } = this.#storage;
    this.#storage = new Storage();
    if (stored.snapshot !== null) this.#restore(stored.snapshot.state);
    this.#raft = new Raft({
      id: this.#node.id,
      voters: this.#node.ids,
      random: Math.random,
      keptEntries: this.#keptEntries,
      state: () => ({ machine: this.#machine.snapshot(), sessions: this.#sessions.snapshot() }),
      stored,
    });
    // Without a disk the number has to come from the clock.
    this.#incarnation = Math.max(this.#incarnation + 1, Date.now());
    this.#isBusy = true;
    this.#store({ incarnation: this.#incarnation }).then(() => {
      this.#isBusy = false;
      return this.#work();
    });
    setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    for (const waiting of [this.#commands, this.#reads]) waiting.tick(this.#raft?.leader);
    this.#raft?.tick();
    if (this.#commands.due().length + this.#reads.due().length > 0) this.#requestRound();
    void this.#work();
  }

  #receive(from: string, messages: readonly Message<Batch<Command>, Whole<Result, State>>[]): void {
    const raft = this.#raft;
    for (const message of messages) {
      if (message.type === "propose" || message.type === "read") {
        if (raft?.role !== "leader" || this.#inbox.length >= MAX_INBOX) continue;
        if (message.type === "propose" && message.commands.some(({ node }) => node !== from)) {
          continue;
        }
        this.#inbox.push([from, message]);
        this.#requestRound();
      } else {
        raft?.step(from, message);
        if (message.type === "append" && message.entries.length > 0) this.#joinRound();
      }
    }
    void this.#work();
  }

  /** Passes on what waits along with the answer to a round, and the rest before the next begins. */
  #joinRound(): void {
    if (this.#raft?.role !== "follower") return;
    this.#passOn();
    this.#passOnMs = performance.now() + this.#roundMs - EARLY_MS;
  }

  #requestRound(): void {
    const { role, leader } = this.#raft ?? {};
    if (role === "leader") return void this.#rounds.request();
    if (leader === undefined || this.#passOnTimer !== undefined) return;
    // Even without a wait, so that what comes in one turn goes together.
    this.#passOnTimer = setTimeout(() => {
      this.#passOnTimer = undefined;
      this.#passOnMs = performance.now() + this.#roundMs;
      this.#passOn();
    }, Math.max(this.#passOnMs - performance.now(), 0));
  }

  /** Gives Raft what waits, here and from other nodes. */
  #passOn(): void {
    const raft = this.#raft;
    if (raft === undefined) return;
    for (const [from, message] of this.#inbox.splice(0)) raft.step(from, message);
    const answerTicks = 2 * raft.roundTripTicks + ROUND_TICKS;
    const commands = this.#commands.due();
    const { open } = this.#commands;
    const batch = { node: this.#node.id, incarnation: this.#incarnation, open, commands };
    if (commands.length > 0 && raft.propose(batch)) {
      for (const [number] of commands) this.#commands.attempted(number, answerTicks);
    }
    for (const [number] of this.#reads.due()) {
      if (raft.read(number)) this.#reads.attempted(number, answerTicks);
    }
    void this.#work();
  }

  /** Does what is ready, one thing after the other. */
  async #work(): Promise<void> {
    const raft = this.#raft;
    if (raft === undefined) return;
    this.#send(raft.early());
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let ready = raft.ready(); ready !== undefined; ready = raft.ready()) {
      if (ready.record !== undefined) await this.#store({ raft: ready.record });
      this.#send(ready.messages);
      this.#apply(ready);
      raft.advance();
      this.#send(raft.early());
    }
    this.#isBusy = false;
    if (raft.leader === this.#lastLeader) return;
    this.#lastLeader = raft.leader;
    this.#commands.hurry();
    this.#reads.hurry();
    this.#requestRound();
  }

  /** Stores a record, however long that takes: until then, nothing may be said that rests on it. */
  async #store(record: JournalRecord<Command, Result, State>): Promise<void> {
    for (let attempts = 0;; attempts++) {
      try {
        return await this.#journal.append(record);
      } catch (error) {
        const why = reasonOf(error);
        if (attempts === 0) {
          this.#node.log(`stands still until it can store what it has to: ${why}`);
        }
        await delay(STORE_AGAIN_MS);
      }
    }
  }

  #send(messages: Ready<Batch<Command>, Whole<Result, State>>["messages"]): void {
    for (const [to, addressed] of Map.groupBy(messages, ([to]) => to)) {
      this.#node.send(to, this.#talk, { messages: addressed.map(([, message]) => message) });
    }
  }

  #apply({ restore, committed, reads }: Ready<Batch<Command>, Whole<Result, State>>): void {
    if (restore !== undefined) {
      this.#restore(restore.state);
      for (const number of this.#commands.numbers) {
        const result = this.#sessions.resultOf(this.#node.id, this.#incarnation, number);
        if (result !== undefined) this.#commands.resolve(number, result);
      }
    }
    for (const { command: batch } of committed) {
      if (batch === null) continue;
      const isOwn = batch.node === this.#node.id && batch.incarnation === this.#incarnation;
      this.#sessions.execute(batch, (command, number) => {
        const result = this.#machine.apply(command);
        if (isOwn) this.#commands.resolve(number, result);
        return result;
      });
    }
    for (const number of reads) this.#reads.resolve(number, undefined);
  }

  #restore({ machine, sessions }: Whole<Result, State>): void {
    this.#machine.restore(machine);
    this.#sessions.restore(sessions);
  }
}
