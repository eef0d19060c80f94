/**
 * `seq-kv`: a sequentially consistent key-value store, which shows a client the past.
 *
 * The store has states 0, 1, 2, …, one more with every update. It remembers for each client the
 * newest state that it has seen. A request meets a random state from there to the newest. If it
 * changes nothing in that state, that is its answer; otherwise it is carried out on the newest state,
 * whatever comes of it there, and the client has seen the state that results.
 *
 * So a client never goes back in time, but it may lag: it reads old values, gets errors 20 and 22
 * that are out of date, and has a write acknowledged that only repeats what an old state held. To see
 * the newest state, a client writes something that no state held, then reads.
 *
 * Known defect, reproduced because nodes meet it in Maelstrom: only {@linkcode WINDOW} states are
 * kept, in a ring, and a client that lags further behind is not moved up. What it is shown for a state
 * that is gone is the one that took its place in the ring. It counts as having seen the old one, so
 * that the next request may take it back in time: its order is sequential no more.
 *
 * @module
 */
import type { Body } from "../../message.ts";
import type { Random } from "../random.ts";
import { applyRequest, identityOf, type Stored } from "./key_value.ts";
import type { Service } from "./service.ts";

/** How many states are kept. */
export const WINDOW = 32;

/** A key's value from one state on, until its next version. */
interface Version {
  readonly since: number;
  readonly stored: Stored;
}

/** Every value as it is, and as it was. */
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

  /** A key's value in a state, or in the one that has taken its place. */
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
