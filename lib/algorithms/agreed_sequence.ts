/**
 * A sequence of entries that every node sees in the same order, decided by a linearizable store.
 *
 * Entry `i` stands under key `i` of `lin-kv` and is written once, by compare-and-set from nothing.
 * Nodes race for the next index. The first to arrive has its entry there for good; the others read
 * that entry, apply it, and try the index after. So every node applies the same entries in the same
 * order and builds the same state: state machine replication (Schneider, "Implementing
 * Fault-Tolerant Services Using the State Machine Approach", 1990), where the store decides each
 * index as consensus would.
 *
 * A compare-and-set without an answer may have happened or may happen yet, but its outcome can be
 * read: every entry has a name, and the index holds this entry, another one, or none yet. In the
 * last case the node repeats the compare-and-set. If the first one arrives late it writes the same
 * entry, and if another entry got there first it does nothing. So an entry is in the sequence once.
 *
 * Messages: 2 for an entry, and 4 more for each race it loses. Latency: one round trip to the
 * store, and two more for each race lost. While the store is out of reach an append waits, without
 * bound.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { Kv, type Value } from "../kv.ts";
import { ErrorCode, RpcError } from "../message.ts";
import type { Node } from "../node.ts";
import type { Shape } from "../rpc.ts";

/** Pause between two attempts, in milliseconds. */
const RETRY_MS = 100;
/** After so many races lost in a row, a node assumes that it is far behind. */
const MAX_LOST = 3;
/** Entries that a node reads at once. */
const MAX_AHEAD = 64;

/** What an entry is: a name that no other entry has, and anything else. */
type Entry = [name: string, ...Value[]];

/** One node's view of the sequence. */
export class AgreedSequence<T extends Entry, Result> {
  readonly #entries: Kv<T>;
  readonly #apply: (entry: T) => Result;
  readonly #incarnation = crypto.randomUUID();
  /** How many entries have been applied, and so the index of the next. */
  #applied = 0;

  /**
   * A view that has applied nothing yet.
   *
   * @param shape The shape of an entry.
   * @param apply Takes the next entry; called for every entry of the sequence, in order.
   */
  constructor(node: Node, shape: Shape<T>, apply: (entry: T) => Result) {
    this.#entries = new Kv(node, "lin-kv", shape);
    this.#apply = apply;
  }

  /**
   * Appends an entry, and applies those that come before it. One call of this or of `catchUp` at a
   * time.
   *
   * @param entryNamed The entry, given its name.
   * @returns What `apply` returned for it.
   * @throws {RpcError} if the store holds something that is no entry. The entry may be appended
   * yet.
   */
  async append(entryNamed: (name: string) => T): Promise<Result> {
    const mine = entryNamed(`${this.#incarnation}-${this.#applied}`);
    for (let lost = 0;; lost++) {
      if (lost >= MAX_LOST) await this.catchUp();
      const decided = await this.#decide(mine);
      const result = this.#applyNext(decided);
      if (decided[0] === mine[0]) return result;
    }
  }

  /**
   * Applies what others have appended: reads one entry, then two at once, then four, …
   *
   * @throws {RpcError} if the store holds something that is no entry.
   */
  async catchUp(): Promise<void> {
    for (let ahead = 1;; ahead = Math.min(2 * ahead, MAX_AHEAD)) {
      const indices = Array.from({ length: ahead }, (_, i) => this.#applied + i);
      for (const found of await Promise.all(indices.map((index) => this.#read(index)))) {
        if (found === undefined) return;
        this.#applyNext(found);
      }
    }
  }

  #applyNext(entry: T): Result {
    this.#applied++;
    return this.#apply(entry);
  }

  /** The entry at the next index: this one, unless another was first. */
  async #decide(mine: T): Promise<T> {
    for (;; await delay(RETRY_MS)) {
      try {
        await this.#entries.cas(this.#applied, null, mine, { createIfNotExists: true });
        return mine;
      } catch (error) {
        if (!has(error, ErrorCode.preconditionFailed, ErrorCode.timeout)) throw error;
        const decided = await this.#read(this.#applied);
        if (decided !== undefined) return decided;
      }
    }
  }

  /** The entry at an index, `undefined` if there is none; asks until the store answers. */
  async #read(index: number): Promise<T | undefined> {
    for (;; await delay(RETRY_MS)) {
      try {
        return await this.#entries.readOr(index, undefined);
      } catch (error) {
        if (!has(error, ErrorCode.timeout)) throw error;
      }
    }
  }
}

function has(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof RpcError && codes.includes(error.code);
}
