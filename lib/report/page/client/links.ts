/**
 * How messages belong together: what each was sent because of, and what was sent because of it.
 *
 * @module
 */
import type { Messages } from "../scene.ts";

/** Rows of messages, linked. */
export class Links {
  /** What each was sent because of, be it the request that it answers; -1 where nothing is known. */
  readonly parents: Int32Array;
  /** The request that each answers, and the answer to each; -1 where there is none. */
  readonly requests: Int32Array;
  readonly answers: Int32Array;
  /** Where in `#children` those of each row begin. */
  readonly #starts: Int32Array;
  readonly #children: Int32Array;

  constructor({ answers, cause }: Messages) {
    const { length } = answers;
    this.parents = new Int32Array(length).fill(-1);
    this.requests = new Int32Array(length).fill(-1);
    this.answers = new Int32Array(length).fill(-1);
    const counts = new Int32Array(length + 1);
    for (let row = 0; row < length; row++) {
      const request = answers[row] ? row - (answers[row] ?? 0) : -1;
      const parent = cause[row] ? row - (cause[row] ?? 0) : request;
      this.requests[row] = request;
      if (request >= 0) this.answers[request] = row;
      this.parents[row] = parent;
      if (parent >= 0) counts[parent] = (counts[parent] ?? 0) + 1;
    }
    this.#starts = new Int32Array(length + 1);
    for (let row = 0; row < length; row++) {
      this.#starts[row + 1] = (this.#starts[row] ?? 0) + (counts[row] ?? 0);
    }
    const next = this.#starts.slice();
    this.#children = new Int32Array(this.#starts[length] ?? 0);
    for (let row = 0; row < length; row++) {
      const parent = this.parents[row] ?? -1;
      if (parent < 0) continue;
      const at = next[parent] ?? 0;
      next[parent] = at + 1;
      this.#children[at] = row;
    }
  }

  /** What was sent because of a message, in order of time. */
  childrenOf(row: number): Int32Array {
    return this.#children.subarray(this.#starts[row], this.#starts[row + 1]);
  }

  /** What it was sent because of, and that because of, back to the first. */
  ancestorsOf(row: number): number[] {
    const found: number[] = [];
    for (let at = this.parents[row] ?? -1; at >= 0; at = this.parents[at] ?? -1) found.push(at);
    return found;
  }

  /** All that was sent because of messages, they included, with its depth: a tree, top down. */
  treesOf(roots: readonly number[], most: number): Branch[] {
    const found: Branch[] = [];
    const add = (row: number, depth: number) => {
      if (found.length === most) return;
      found.push({ row, depth });
      for (const child of this.childrenOf(row)) add(child, depth + 1);
    };
    for (const root of roots) add(root, 0);
    return found;
  }
}

/** A message in a tree of causes. */
interface Branch {
  readonly row: number;
  readonly depth: number;
}
