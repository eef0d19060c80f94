/**
 * Raft's log: entries with the term in which a leader made each, at indices 1, 2, 3, ….
 *
 *     compacted │ applied │ committed │ stable │ last
 *     ──────────┼─────────┴───────────┴────────┴─────▶ index
 *      dropped  │ in memory
 *
 * Two logs that hold an entry of the same index and term are equal up to there (the paper's *log
 * matching*), because an entry is only appended behind the one that its leader had before it. So an
 * index and a term say all about a log that another node has to know, and a follower whose log
 * differs needs few questions to find out from where on.
 *
 * Entries that are applied can be dropped from the front: the state that they led to stands for them.
 *
 * @module
 */

import { Membership } from "./membership.ts";

/**
 * An entry: its leader's term, and a command; null for the entry with which a term begins, and for
 * one that says who votes from there on.
 */
export type Entry<Data> = [term: number, data: Data | null, voters?: readonly string[]];

/** An index, and the term of the entry there. Index 0, before every entry, has term 0. */
export interface Position {
  /** From 0. */
  readonly index: number;
  /** From 0. */
  readonly term: number;
}

/** Where a log begins. */
interface Base extends Position {
  /** Who votes from there on, if an entry has ever changed that. */
  readonly voters?: readonly string[];
}

/** The log of one node. */
export class Log<Data> {
  /** The last entry that is no longer held. */
  #base: Position;
  #entries: Entry<Data>[] = [];
  readonly #firstVoters: readonly string[];
  #membership: Membership;
  /** For each entry, its size and that of all before it since the log was made. */
  #sizes: number[] = [];
  #baseSize = 0;
  #stable: number;
  #committed: number;
  #applied: number;

  /**
   * A log that continues behind `base`; all of its entries are stable.
   *
   * @param firstVoters Who votes as long as no entry has changed that.
   */
  constructor(
    base: Base,
    entries: readonly Entry<Data>[] = [],
    firstVoters: readonly string[] = [],
  ) {
    this.#base = { index: base.index, term: base.term };
    this.#firstVoters = firstVoters;
    this.#membership = new Membership(base.voters ?? firstVoters);
    this.#push(entries);
    this.#stable = base.index + entries.length;
    this.#committed = this.#applied = base.index;
  }

  /** The index of the first entry that is held, if there is one. */
  get first(): number {
    return this.#base.index + 1;
  }

  /** The position of the last entry. */
  get last(): Position {
    return { index: this.#lastIndex, term: this.#entries.at(-1)?.[0] ?? this.#base.term };
  }

  get #lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  /** The last index that is on stable storage. */
  get stable(): number {
    return this.#stable;
  }

  /** The last index that will never change, as far as this node knows. */
  get committed(): number {
    return this.#committed;
  }

  /** The last index whose command has been applied. */
  get applied(): number {
    return this.#applied;
  }

  /** Who votes by all entries so far. */
  get voters(): readonly string[] {
    return this.#membership.voters;
  }

  /** The index of the last entry that changed that; 0 if it is no longer held. */
  get lastChange(): number {
    return this.#membership.lastChange;
  }

  /** Who votes by the entries up to an index; nothing if these are the first voters. */
  changedVotersAt(index: number): readonly string[] | undefined {
    const voters = this.#membership.at(index);
    return voters === this.#firstVoters ? undefined : voters;
  }

  /** The term of the entry at an index; nothing if it is not there, or no longer. */
  termAt(index: number): number | undefined {
    if (index === this.#base.index) return this.#base.term;
    return this.#entries[index - this.first]?.[0];
  }

  /** The size of the entries from an index to another, both included, in characters of JSON. */
  sizeOf(from: number, to: number): number {
    return this.#sizeUpTo(to) - this.#sizeUpTo(from - 1);
  }

  #sizeUpTo(index: number): number {
    return this.#sizes[Math.min(index, this.#lastIndex) - this.first] ?? this.#baseSize;
  }

  #push(entries: readonly Entry<Data>[]): void {
    let size = this.#sizes.at(-1) ?? this.#baseSize;
    for (const entry of entries) {
      this.#sizes.push(size += JSON.stringify(entry).length);
      this.#entries.push(entry);
      if (entry[2] !== undefined) this.#membership.push(this.#lastIndex, entry[2]);
    }
  }

  /** Whether the log holds the entry of that index and term, and so all before it. */
  matches({ index, term }: Position): boolean {
    return this.termAt(index) === term;
  }

  /** The entries from an index to another, both included. */
  slice(from: number, to: number): Entry<Data>[] {
    return this.#entries.slice(Math.max(from - this.first, 0), Math.max(to - this.first + 1, 0));
  }

  /** As many entries from an index on as that size has room for, and at least one. */
  take(from: number, mostSize: number): Entry<Data>[] {
    let to = from;
    while (to < this.#lastIndex && this.sizeOf(from, to + 1) <= mostSize) to++;
    return this.slice(from, to);
  }

  /** Whether a log that ends there is at least as new as this one: what makes a candidate eligible. */
  isNoNewerThan({ index, term }: Position): boolean {
    const { last } = this;
    return term > last.term || (term === last.term && index >= last.index);
  }

  /** Appends an entry; returns its index. */
  append(entry: Entry<Data>): number {
    this.#push([entry]);
    return this.last.index;
  }

  /**
   * Appends a leader's entries behind an index at which both logs match. Entries that are there
   * already stay; from the first that conflicts on, the leader's replace them.
   *
   * @returns Whether that was possible: it is not if it would replace what is committed, which no
   * leader asks for.
   */
  merge(behind: number, entries: readonly Entry<Data>[]): boolean {
    const known = entries.findIndex(([term], i) => this.termAt(behind + 1 + i) !== term);
    if (known < 0) return true;
    const from = behind + 1 + known;
    if (from <= this.#committed) return false;
    this.#entries.length = this.#sizes.length = from - this.first;
    this.#membership.truncate(from);
    this.#push(entries.slice(known));
    this.#stable = Math.min(this.#stable, from - 1);
    return true;
  }

  /**
   * The last index, at most the given one, whose entry has at most the given term: the last at which
   * this log can match one that has that term at that index. It may be one that is no longer held.
   */
  lastPossibleMatch({ index, term }: Position): Position {
    let at = Math.min(index, this.last.index);
    while (at > this.#base.index && (this.termAt(at) ?? 0) > term) at--;
    return { index: at, term: this.termAt(at) ?? 0 };
  }

  /** Notes that entries up to an index are on stable storage, unless they were replaced since. */
  settle(written: Position): void {
    if (this.matches(written)) this.#stable = Math.max(this.#stable, written.index);
  }

  /** Notes that entries up to an index are committed; those that are not there do not count. */
  commit(index: number): void {
    this.#committed = Math.max(this.#committed, Math.min(index, this.last.index));
  }

  /** Notes that commands up to an index are applied. */
  apply(index: number): void {
    this.#applied = Math.max(this.#applied, Math.min(index, this.#committed));
  }

  /** Drops applied entries up to an index. */
  compact(index: number): void {
    const to = Math.min(index, this.#applied);
    const term = this.termAt(to);
    if (to <= this.#base.index || term === undefined) return;
    this.#membership.compact(to);
    this.#baseSize = this.#sizeUpTo(to);
    this.#sizes.splice(0, to - this.#base.index);
    this.#entries.splice(0, to - this.#base.index);
    this.#base = { index: to, term };
  }

  /** Starts anew behind a snapshot, which stands for all entries up to its position. */
  restore(snapshot: Base): void {
    this.#base = { index: snapshot.index, term: snapshot.term };
    this.#membership = new Membership(snapshot.voters ?? this.#firstVoters);
    this.#baseSize = 0;
    this.#entries = [];
    this.#sizes = [];
    this.#stable = this.#committed = this.#applied = snapshot.index;
  }
}
