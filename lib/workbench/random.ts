/**
 * Seeded randomness: the same seed gives the same draws on every machine.
 *
 * A run's source is split by purpose, so that one more draw for, say, a latency does not shift the
 * faults. The generator is sfc32 (Chris Doty-Humphrey, PractRand).
 *
 * @module
 */

/** A source of random draws. Two of the same seed and purpose give the same draws. */
export class Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    this.#seed = String(seed);
    [this.#a, this.#b, this.#c] = hash(this.#seed);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** An independent source for one purpose. Does not draw from this one. */
  split(purpose: string): Random {
    return new Random(`${this.#seed}/${purpose}`);
  }

  /** A whole number from 0 to 2^32 − 1. */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** A fraction in [0, 1), with 53 random bits as `Math.random` has. */
  fraction(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** A fraction in [from, to). */
  between(from: number, to: number): number {
    return from + this.fraction() * (to - from);
  }

  /** A whole number from 0 to `below` − 1. */
  int(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return p > 0 && this.fraction() < p;
  }

  /** Exponentially distributed with that mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean;
  }

  /** One of the items, each with the same probability. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(items.length)];
    if (item === undefined) throw new RangeError("cannot pick from nothing");
    return item;
  }

  /** A copy of the items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.fraction() }));
    return keyed.sort((x, y) => x.key - y.key).map(({ item }) => item);
  }
}

/** Three well-mixed words from a text (FNV-1a over its UTF-16 units, with three offsets). */
function hash(text: string): [number, number, number] {
  const mix = (offset: number) => {
    let h = offset;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    return h ^ (h >>> 13);
  };
  return [mix(0x811c9dc5), mix(0x9e3779b9), mix(0x7f4a7c15)];
}
