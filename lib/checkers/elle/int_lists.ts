/**
 * Many short lists of small integers in four flat arrays, of which a million take a few megabytes.
 *
 * @module
 */
import { at, doubled } from "./graph.ts";

/** Room to begin with. */
const INITIAL = 16;

/** Lists by number; each keeps its items in the order in which they were added. */
export class IntLists {
  /** For each list, one more than the place of its first item, and of its last; 0 if it is empty. */
  #first = new Int32Array(INITIAL);
  #last = new Int32Array(INITIAL);
  #items = new Int32Array(INITIAL);
  /** For each place, one more than the place of the item after it; 0 at the end. */
  #next = new Int32Array(INITIAL);
  #length = 0;

  /** Adds an item at the end of a list. */
  add(list: number, item: number): void {
    while (list >= this.#first.length) {
      this.#first = doubled(this.#first);
      this.#last = doubled(this.#last);
    }
    if (this.#length === this.#items.length) {
      this.#items = doubled(this.#items);
      this.#next = doubled(this.#next);
    }
    this.#items[this.#length++] = item;
    const last = at(this.#last, list);
    if (last === 0) this.#first[list] = this.#length;
    else this.#next[last - 1] = this.#length;
    this.#last[list] = this.#length;
  }

  /** The items of a list. */
  of(list: number): number[] {
    const items: number[] = [];
    for (let place = at(this.#first, list); place !== 0; place = at(this.#next, place - 1)) {
      items.push(at(this.#items, place - 1));
    }
    return items;
  }

  /** Returns whether a list has no items. */
  isEmpty(list: number): boolean {
    return at(this.#first, list) === 0;
  }
}
