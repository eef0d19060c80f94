/**
 * `lww-kv`: a key-value store of two replicas that is meant to converge to the last write.
 *
 * One replica, chosen at random, serves a request alone. The store does not know
 * `create_if_not_exists`: a compare-and-set of a key that the replica lacks fails.
 *
 * Known defect, reproduced because nodes meet it in Maelstrom: on every request the store merges two
 * replicas by timestamp, and then throws the merged state away. So the replicas never converge. On
 * average every other read finds a key that was written once, for ever, and the replicas may disagree
 * about it for good. As nothing is ever merged, there are no timestamps here.
 *
 * @module
 */
import type { Body } from "../../message.ts";
import type { Random } from "../random.ts";
import { LinKv } from "./lin_kv.ts";
import type { Service } from "./service.ts";

/** Keeps two copies of every value, independent of each other. */
export class LwwKv implements Service {
  readonly #random: Random;
  readonly #replicas = [new LinKv(), new LinKv()];

  constructor(random: Random) {
    this.#random = random;
  }

  handle(src: string, request: Body): Body | undefined {
    return this.#random.pick(this.#replicas).handle(src, {
      ...request,
      create_if_not_exists: false,
    });
  }
}
