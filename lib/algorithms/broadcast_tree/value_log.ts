/**
 * What a node knows, in the order in which it learned it.
 *
 * @module
 */

/** Values in the order in which a node learned them, each once, at places that count from 0. */
export class ValueLog<T> {
  readonly #values: T[] = [];
  readonly #learnedMs: number[] = [];
  readonly #places = new Map<T, number>();

  /** All values, oldest first. */
  get values(): readonly T[] {
    return this.#values;
  }

  /**
   * Adds a value to the end, unless it is there already. Times must not run backwards.
   *
   * @returns The value's place.
   */
  add(value: T, nowMs: number): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.#values.length;
    this.#places.set(value, place);
    this.#values.push(value);
    this.#learnedMs.push(nowMs);
    return place;
  }

  /**
   * A value's place; `undefined` if it is not there.
   *
   * @param guess Where it may be: looking there costs less than finding it.
   */
  placeOf(value: T, guess: number): number | undefined {
    return this.#values[guess] === value ? guess : this.#places.get(value);
  }

  /** Those of some values that are not there. Most come in the order that they have in the log. */
  missing(values: readonly T[]): T[] {
    let place: number | undefined;
    return values.filter((value) => {
      place = this.placeOf(value, (place ?? -1) + 1);
      return place === undefined;
    });
  }

  /** The values that were added after that time, oldest first. */
  since(ms: number): T[] {
    let first = this.#values.length;
    while (first > 0 && (this.#learnedMs[first - 1] ?? ms) > ms) first--;
    return this.#values.slice(first);
  }

  /** When the value at that place was added; `undefined` if there is none. */
  learnedMs(place: number): number | undefined {
    return this.#learnedMs[place];
  }
}
