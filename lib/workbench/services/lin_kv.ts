/**
 * `lin-kv`: a linearizable key-value store. One copy, one request at a time.
 *
 * @module
 */
import type { Body } from "../../message.ts";
import { applyRequest, identityOf, type Stored } from "./key_value.ts";
import type { Service } from "./service.ts";

export class LinKv implements Service {
  readonly #values = new Map<string, Stored>();

  handle(_src: string, request: Body): Body | undefined {
    const key = identityOf(request.key);
    const effect = applyRequest(request, this.#values.get(key));
    if (effect?.next !== undefined) this.#values.set(key, effect.next);
    return effect?.reply;
  }
}
