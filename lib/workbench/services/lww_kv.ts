/**
 * `lww-kv`: a key-value store of two replicas, meant to converge to the last write.
 *
 * Each request is served by one replica alone, chosen at random. `create_if_not_exists` is not known:
 * a compare-and-set of a key that is missing in that replica fails.
 *
 * Known defect, reproduced because nodes meet it in Maelstrom: on every request it merges two replicas,
 * the higher timestamp wins, and then throws the merged state away. So the replicas never converge. A
 * key that was written once is found by every other read, for ever, and the replicas may disagree
 * about it for good. What is never merged needs no timestamps, so that here there are none.
 *
 * @module
 */
import type { Body } from "../../message.ts";
import type { Random } from "../random.ts";
import { LinKv } from "./lin_kv.ts";
import type { Service } from "./service.ts";

/** Two copies of every value, which do not know of each other. */
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
