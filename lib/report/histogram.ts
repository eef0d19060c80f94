/**
 * How often each value of a figure occurred, in bounded memory, so that parts can be counted apart
 * and merged.
 *
 * Values are kept as they are while few of them differ. Beyond {@linkcode MOST_VALUES}, all lose the
 * last bit of their mantissa, and the next one, until few enough differ. How many bits that takes
 * depends on the values alone: any subset needs at most as many, so that parts merged in any order
 * give the histogram of the whole.
 *
 * @module
 */

/** How many different values are told apart: a value is off by less than 0.1 % where they are even. */
const MOST_VALUES = 4_096;

/** A histogram as plain data; equal histograms are equal as JSON. */
export interface HistogramData {
  /** How many bits of each mantissa are gone. */
  readonly lostBits: number;
  readonly min: number;
  readonly max: number;
  /** In ascending order. */
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

/** Counts values. */
export class Histogram {
  #lostBits = 0;
  #counts = new Map<number, number>();
  #min = Infinity;
  #max = -Infinity;

  /** The histogram that plain data describes. */
  static from({ lostBits, min, max, values, counts }: HistogramData): Histogram {
    const histogram = new Histogram();
    histogram.#lostBits = lostBits;
    histogram.#min = min;
    histogram.#max = max;
    histogram.#counts = new Map(values.map((value, i) => [value, counts[i] ?? 0]));
    return histogram;
  }

  /** Counts a value, or as many equal ones. */
  add(value: number, count = 1): void {
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    const kept = truncate(value, this.#lostBits);
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + count);
    while (this.#counts.size > MOST_VALUES) this.#lose(this.#lostBits + 1);
  }

  /** Counts all that another has counted. */
  merge(other: Histogram): void {
    if (other.#lostBits > this.#lostBits) this.#lose(other.#lostBits);
    for (const [value, count] of other.#counts) this.add(value, count);
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  #lose(bits: number): void {
    const counts = this.#counts;
    this.#lostBits = bits;
    this.#counts = new Map();
    for (const [value, count] of counts) {
      const kept = truncate(value, bits);
      this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + count);
    }
  }

  /** The median, least and greatest value; nothing of none. */
  spread(): { median: number; min: number; max: number } | undefined {
    const { values, counts, min, max } = this.toJSON();
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return undefined;
    const at = (rank: number) => {
      let seen = 0;
      return values.find((_, i) => (seen += counts[i] ?? 0) > rank) ?? max;
    };
    return { median: (at((total - 1) >> 1) + at(total >> 1)) / 2, min, max };
  }

  toJSON(): HistogramData {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    return {
      lostBits: this.#lostBits,
      min: this.#min,
      max: this.#max,
      values: sorted.map(([value]) => value),
      counts: sorted.map(([, count]) => count),
    };
  }
}

const float = new Float64Array(1);
const words = new BigUint64Array(float.buffer);

/** A value without the last bits of its mantissa. */
function truncate(value: number, bits: number): number {
  if (bits === 0) return value;
  float[0] = value;
  words[0] = (words[0] ?? 0n) >> BigInt(bits) << BigInt(bits);
  return float[0];
}
