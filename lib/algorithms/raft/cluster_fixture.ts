/**
 * A cluster of Raft's cores in a test: a network and disks that do their worst, and the algorithm's
 * properties, asserted after every step.
 *
 * Of a disk a core sees that storing takes long, or ends with the node. A torn record, and a sync that
 * fails just before a kill, are records that were under way then: there afterwards, or not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Addressed } from "./leadership.ts";
import type { Message } from "./messages.ts";
import { reachedByMajority } from "./quorum.ts";
import { Raft, type Ready } from "./raft.ts";
import { type DiskRecord, Storage, type Stored } from "./storage.ts";

/** The commands applied so far, as a running hash: enough to compare states. */
export interface State {
  readonly index: number;
  readonly hash: number;
}

type Command = string;

/** A message under way. */
export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly message: Message<Command, State>;
}

/** What a harness does wrong on purpose, in the place of a core that would. */
export interface Mutation {
  /** What is written in place of a record. */
  readonly write?: (record: DiskRecord<Command, State>) => DiskRecord<Command, State>;
  /** Loses its last record when it is killed, as one that was written and not synced. */
  readonly losesLast?: boolean;
  /** Sends messages before what they rest on is stored. */
  readonly sendsFirst?: boolean;
  /** What is done to a core that starts. */
  readonly start?: (raft: Raft<Command, State>) => void;
  /** What is sent in place of a message. */
  readonly send?: (letter: Letter, cluster: Cluster) => Message<Command, State>;
}

/** A node, or what is left of it while it is down. */
export class Member {
  readonly id: string;
  readonly #cluster: Cluster;
  raft: Raft<Command, State> | undefined;
  disk: Stored<Command, State>;
  #lastDisk: Stored<Command, State>;
  state: State = { index: 0, hash: 0 };
  underWay: Ready<Command, State> | undefined;
  /** The committed index of the whole cluster when each read was asked for. */
  readonly asked = new Map<number, number>();

  constructor(id: string, cluster: Cluster) {
    this.id = id;
    this.#cluster = cluster;
    this.disk = cluster.options.disks?.[id] ?? new Storage<Command, State>().stored;
    this.#lastDisk = this.disk;
    this.start();
  }

  start(): void {
    const { voters, servers = voters, random, keptEntries } = this.#cluster.options;
    const { snapshot } = this.disk;
    this.state = snapshot?.state ?? { index: 0, hash: 0 };
    this.raft = new Raft<Command, State>({
      id: this.id,
      voters,
      servers,
      random,
      keptEntries,
      state: () => this.state,
      stored: this.disk,
    });
    this.#cluster.mutation.start?.(this.raft);
  }

  /** Ends the node. What it was storing may have reached the disk, or not. */
  kill({ stored }: { readonly stored: boolean }): void {
    if (this.#cluster.mutation.losesLast) this.disk = this.#lastDisk;
    else if (stored && this.underWay !== undefined) this.#write(this.underWay);
    this.raft = undefined;
    this.underWay = undefined;
    this.asked.clear();
  }

  /** Takes what is ready; it is stored, but nobody knows, until `finish`. */
  begin(): boolean {
    if (this.raft === undefined) return false;
    this.#send(this.raft.early());
    if (this.underWay !== undefined) return false;
    this.underWay = this.raft.ready();
    if (this.#cluster.mutation.sendsFirst && this.underWay) this.#send(this.underWay.messages);
    return this.underWay !== undefined;
  }

  /** Does what is ready. */
  finish(): void {
    const { underWay, raft } = this;
    if (underWay === undefined || raft === undefined) return;
    this.#write(underWay);
    if (!this.#cluster.mutation.sendsFirst) this.#send(underWay.messages);
    if (underWay.restore !== undefined) this.state = underWay.restore.state;
    for (const { index, command } of underWay.committed) {
      if (index <= this.state.index) continue;
      this.#cluster.assertCommand(index, command);
      this.state = { index, hash: hashOf(`${this.state.hash}/${command}`) };
    }
    this.#cluster.assertState(this.state);
    for (const id of underWay.reads) this.#cluster.assertRead(this, id);
    this.underWay = undefined;
    raft.advance();
  }

  /** Replaces the journal by what the node holds, as compaction does. */
  compact(): void {
    if (this.raft !== undefined) this.disk = this.raft.store();
  }

  #write({ record }: Ready<Command, State>): void {
    if (record === undefined) return;
    const { write = (same) => same } = this.#cluster.mutation;
    this.#lastDisk = this.disk;
    const storage = new Storage(this.disk);
    storage.add(write(record));
    this.disk = storage.stored;
    const terms = [this.disk.snapshot?.term ?? 0, ...this.disk.entries.map(([term]) => term)];
    const isOneLog = [...terms, this.disk.term].every((term, i) => term >= (terms[i - 1] ?? 0));
    assert(isOneLog, `what is stored is no log: ${terms} in term ${this.disk.term}`);
  }

  #send(messages: readonly Addressed<Command, State>[]): void {
    for (const [to, message] of messages) this.#cluster.post({ from: this.id, to, message });
  }
}

/** What a cluster is like. */
interface Options {
  readonly voters: readonly string[];
  /** Those who may be added to them, too. Default: the voters. */
  readonly servers?: readonly string[];
  readonly random: () => number;
  readonly keptEntries: number;
  readonly mutation?: Mutation;
  /** What nodes have stored to begin with. Default: nothing. */
  readonly disks?: { readonly [id: string]: Stored<Command, State> };
}

/** Nodes, the messages between them, and all that may never be contradicted. */
export class Cluster {
  readonly options: Options;
  readonly members: readonly Member[];
  readonly mutation: Mutation;
  /** Messages under way. */
  letters: Letter[] = [];
  /** The highest index that any node knows to be committed. */
  committed = 0;
  /** How many changes of the voters are committed. */
  changes = 0;
  readonly #leaders = new Map<number, string>();
  readonly #entries = new Map<string, string>();
  /** By index: the entry's term, and the term in which it was seen to be committed. */
  readonly #commits: { readonly term: number; readonly inTerm: number }[] = [];
  readonly #commands = new Map<number, string | null>();
  readonly #states = new Map<number, number>();

  constructor(options: Options) {
    this.options = options;
    this.mutation = options.mutation ?? {};
    const { voters, servers = voters } = options;
    this.members = servers.map((id) => new Member(id, this));
  }

  /** Who leads in the newest term with a leader. */
  get leader(): Member | undefined {
    return this.members.filter(({ raft }) => raft?.role === "leader")
      .toSorted((a, b) => (b.raft?.term ?? 0) - (a.raft?.term ?? 0))[0];
  }

  /** Those who vote, as far as that one knows. */
  get voters(): readonly Member[] {
    return this.leader?.raft?.log.voters.map(this.member) ?? [];
  }

  /** The node of that id. */
  readonly member = (id: string): Member => {
    const member = this.members.find((one) => one.id === id);
    assert(member !== undefined);
    return member;
  };

  /** Puts a message on its way, as JSON, so that nodes share nothing. */
  post(letter: Letter): void {
    const message = this.mutation.send?.(letter, this) ?? letter.message;
    this.letters.push({ ...letter, message: JSON.parse(JSON.stringify(message)) });
  }

  /** Asserts everything that the step of a node may have broken. */
  assertAll({ raft, id, disk }: Member): void {
    if (raft === undefined) return;
    const { log, term, role } = raft;
    // Who votes alone leads before its term is stored, and may forget that; it sends nothing before.
    if (role === "leader" && disk.term === term) {
      const leader = this.#leaders.get(term) ?? id;
      assertEquals(leader, id, `election safety: term ${term} has two leaders`);
      this.#leaders.set(term, id);
    }
    this.#assertLogMatching(raft);
    for (let index = Math.max(log.first, 1); index <= log.committed; index++) {
      this.#assertCommitted(raft, index);
    }
    if (role === "leader") this.#assertCompleteness(raft);
  }

  /** An index and a term say all about an entry, and about the one before it. */
  #assertLogMatching({ log }: Raft<Command, State>): void {
    // A node alone leads before its term is stored, and may forget that together with its entries.
    const end = log.voters.length === 1 ? log.stable : log.last.index;
    const entries = log.slice(log.first, end);
    let before = log.termAt(log.first - 1);
    for (const [i, [term, command, voters = ""]] of entries.entries()) {
      const key = `${log.first + i}@${term}`;
      const text = `${before} ${command} ${voters}`;
      const known = this.#entries.get(key) ?? text;
      if (known !== text) assertEquals(text, known, `log matching: ${key} differs`);
      this.#entries.set(key, text);
      before = term;
    }
  }

  #assertCommitted({ log, term: inTerm }: Raft<Command, State>, index: number): void {
    const term = log.termAt(index) ?? 0;
    const known = this.#commits[index];
    if (known !== undefined) {
      if (known.term !== term) assertEquals(term, known.term, `${index} was committed twice`);
      return;
    }
    const voters = log.voters.map(this.member);
    const copies = voters.map(({ disk: { snapshot, entries } }): number => {
      const base = snapshot?.index ?? 0;
      return base >= index || entries[index - base - 1]?.[0] === term ? 1 : 0;
    });
    assert(
      reachedByMajority(copies) === 1,
      `durability: ${index} is committed, but not on the disks of a majority`,
    );
    this.#commits[index] = { term, inTerm };
    if (log.slice(index, index)[0]?.[2] !== undefined) this.changes++;
    this.committed = Math.max(this.committed, index);
  }

  #assertCompleteness({ log, term: inTerm }: Raft<Command, State>): void {
    for (let index = Math.max(log.first, 1); index <= this.committed; index++) {
      const commit = this.#commits[index];
      if (commit === undefined || commit.inTerm >= inTerm) continue;
      const term = log.termAt(index);
      if (term !== commit.term) {
        assertEquals(term, commit.term, `leader completeness: ${index} in term ${inTerm}`);
      }
    }
  }

  /** No two nodes apply different commands at the same index. */
  assertCommand(index: number, command: string | null): void {
    const known = this.#commands.has(index) ? this.#commands.get(index) : command;
    assertEquals(command, known, `state machine safety: ${index}`);
    this.#commands.set(index, command);
    assert(index <= this.committed, `${index} is applied before it is committed`);
  }

  /** Nor do they come to different states, by commands or by snapshots. */
  assertState({ index, hash }: State): void {
    assertEquals(hash, this.#states.get(index) ?? hash, `state machine safety: state at ${index}`);
    this.#states.set(index, hash);
  }

  /** A read sees all that was committed when it was asked for. */
  assertRead({ asked, state }: Member, id: number): void {
    const least = asked.get(id);
    assert(least !== undefined, `read ${id} was not asked for`);
    assert(state.index >= least, `stale read: it sees ${state.index}, ${least} was committed`);
    asked.delete(id);
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
