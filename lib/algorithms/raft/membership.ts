/**
 * Who votes: the voters that a log begins with, and how its entries change them.
 *
 * A change counts from the moment when its entry is in the log, committed or not, and no more once
 * the entry is replaced. It adds one voter or removes one, so that every majority before it shares a
 * node with every majority after it; a second change must wait until the first is committed. (Ongaro's
 * thesis, 4.1.)
 *
 * @module
 */

/** A change: the index of its entry, and the voters from there on. */
interface Change {
  readonly index: number;
  readonly voters: readonly string[];
}

/** The voters of one log. */
export class Membership {
  #base: readonly string[];
  #changes: Change[] = [];

  /** @param base The voters before the first entry. */
  constructor(base: readonly string[]) {
    this.#base = base;
  }

  /** The voters now. */
  get voters(): readonly string[] {
    return this.#changes.at(-1)?.voters ?? this.#base;
  }

  /** The index of the last change; 0 if its entry is no longer held. */
  get lastChange(): number {
    return this.#changes.at(-1)?.index ?? 0;
  }

  /** The voters after the entry of an index. */
  at(index: number): readonly string[] {
    return this.#changes.findLast((change) => change.index <= index)?.voters ?? this.#base;
  }

  /** Notes a change behind all others. */
  push(index: number, voters: readonly string[]): void {
    this.#changes.push({ index, voters });
  }

  /** Forgets changes from an index on, whose entries are replaced. */
  truncate(from: number): void {
    this.#changes = this.#changes.filter(({ index }) => index < from);
  }

  /** Notes that entries up to an index are no longer held. */
  compact(to: number): void {
    this.#base = this.at(to);
    this.#changes = this.#changes.filter(({ index }) => index > to);
  }
}
