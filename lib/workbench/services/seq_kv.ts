/**
 * `seq-kv`: a sequentially consistent key-value store that shows clients the past.
 *
 * The store has states 0, 1, 2, …, one more with every update, and remembers the newest state that
 * each client has seen. A request meets a random state from there to the newest. If it changes
 * nothing in that state, the state answers it. Otherwise the newest state carries it out, with
 * whatever result, and the client has seen the state that follows.
 *
 * So a client never goes back in time, but it may lag: it reads old values, gets errors 20 and 22
 * that are out of date, and has a write acknowledged that only repeats the value of an old state. To
 * see the newest state, a client writes a value that no state held, and then reads.
 *
 * Known defect, reproduced because nodes meet it in Maelstrom: the store keeps only the last `WINDOW`
 * states, in a ring, and does not move up a client that lags further behind. In place of a state that
 * is gone, the client meets the one that took its place in the ring. As it counts as having seen the
 * old one, its next request may take it back in time, and the store is no longer sequential.
 *
 * @module
 */
import type { Body } from "../../message.ts";
import type { Random } from "../random.ts";
import { applyRequest, identityOf, type Stored } from "./key_value.ts";
import type { Service } from "./service.ts";

const WINDOW = 32;

/** A key's value from one state on, until its next version. */
interface Version {
  readonly since: number;
  readonly stored: Stored;
}

/** Keeps every value, and its history as far as the window goes. */
export class SeqKv implements Service {
  readonly #random: Random;
  /** Each key's versions, oldest first, as far back as the window goes. */
  readonly #versions = new Map<string, Version[]>();
  readonly #seen = new Map<string, number>();
  #newest = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  handle(src: string, request: Body): Body | undefined {
    const key = identityOf(request.key);
    const seen = this.#seen.get(src) ?? 0;
    const state = seen + this.#random.int(this.#newest - seen + 1);
    const past = applyRequest(request, this.#at(key, state));
    if (past?.next === undefined) {
      if (past !== undefined) this.#seen.set(src, state);
      return past?.reply;
    }
    const now = applyRequest(request, this.#at(key, this.#newest));
    this.#newest++; // also if the newest state refuses the request, and remains as it is
    this.#seen.set(src, this.#newest);
    if (now?.next !== undefined) this.#add(key, now.next);
    return now?.reply;
  }

  /** A key's value in a state, or in the state that has taken its place. */
  #at(key: string, state: number): Stored | undefined {
    const behind = this.#oldest - state;
    const shown = behind <= 0 ? state : state + WINDOW * Math.ceil(behind / WINDOW);
    return this.#versions.get(key)?.findLast(({ since }) => since <= shown)?.stored;
  }

  #add(key: string, stored: Stored): void {
    const versions = this.#versions.get(key) ?? [];
    versions.push({ since: this.#newest, stored });
    while (versions[1] !== undefined && versions[1].since <= this.#oldest) versions.shift();
    this.#versions.set(key, versions);
  }

  get #oldest(): number {
    return this.#newest - WINDOW + 1;
  }
}
