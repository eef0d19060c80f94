/**
 * Sets of slots as small numbers, so that configurations compare and hash as numbers do.
 *
 * Each operation takes a slot while it is open, the lowest that is free. Up to 31 slots are the bits of
 * a set's number. Where more operations are open at once, few of all sets occur, and each gets a number
 * the first time.
 *
 * @module
 */

/** The number of the set without members. */
export const EMPTY = 0;

/** So many bits a small integer has. */
const SMALL = 31;

/** Numbers sets of slots, and remembers how one leads to another. */
export class SlotSets {
  readonly #slots: number;
  /** For each set, its members as bits. */
  readonly #words: number[][];
  readonly #numbers: Map<string, number>;
  readonly #toggled = new Map<number, number>();

  /** Prepares for slots below a bound. */
  constructor(slots: number) {
    this.#slots = slots;
    const empty = new Array<number>(Math.ceil(slots / 32)).fill(0);
    this.#words = [empty];
    this.#numbers = new Map([[empty.join(), EMPTY]]);
  }

  has(set: number, slot: number): boolean {
    if (this.#slots <= SMALL) return (set >>> slot & 1) === 1;
    return set !== EMPTY && ((this.#words[set]?.[slot >>> 5] ?? 0) >>> (slot & 31) & 1) === 1;
  }

  /** Returns the set with a slot added, or taken away if it is a member. */
  toggle(set: number, slot: number): number {
    if (this.#slots <= SMALL) return set ^ (1 << slot);
    const step = set * this.#slots + slot;
    let number = this.#toggled.get(step);
    if (number === undefined) {
      const words = this.#words[set]?.slice() ?? [];
      words[slot >>> 5] = (words[slot >>> 5] ?? 0) ^ (1 << (slot & 31));
      this.#toggled.set(step, number = this.#numberOf(words));
    }
    return number;
  }

  isSubset(set: number, other: number): boolean {
    if (this.#slots <= SMALL) return (set & ~other) === 0;
    if (set === other || set === EMPTY) return true;
    const others = this.#words[other] ?? [];
    return this.#words[set]?.every((word, i) => (word & ~(others[i] ?? 0)) === 0) ?? false;
  }

  #numberOf(words: number[]): number {
    const key = words.join();
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, number = this.#words.length);
      this.#words.push(words);
    }
    return number;
  }
}
