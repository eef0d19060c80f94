/**
 * What `read`, `write` and `cas` do to the value of a key. All key-value services share this; they
 * differ in the state of the key that a request meets.
 *
 * @module
 */
import { jsonToEdn, printJson } from "../../history/json.ts";
import { printEdn } from "../../history/edn.ts";
import { type Body, ErrorCode } from "../../message.ts";

export interface Stored {
  /** JSON as `parseJson` gives it. */
  readonly value: unknown;
  /** Equal values share it; see {@linkcode identityOf}. */
  readonly identity: string;
}

interface Effect {
  readonly reply: Body;
  /** The key's new value; absent where the request leaves the store as it is. */
  readonly next?: Stored;
}

/**
 * A text that two JSON values share exactly if they are equal in Clojure, where Maelstrom compares
 * them: the order of an object's keys does not matter, and 1 does not equal 1.0.
 */
export function identityOf(value: unknown): string {
  return printJson(sorted(value ?? null));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value; // a `Float`
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/**
 * Carries out a request on its key's current value, `undefined` if the key does not exist. A missing
 * field counts as null. A request of any other type has no effect and no reply.
 */
export function applyRequest(request: Body, current: Stored | undefined): Effect | undefined {
  switch (request.type) {
    case "read":
      return { reply: current === undefined ? absent() : readOk(current) };
    case "write":
      return changed({ type: "write_ok" }, current, request.value);
    case "cas":
      return compareAndSet(request, current);
    default:
      return undefined;
  }
}

function compareAndSet(request: Body, current: Stored | undefined): Effect {
  const { from, to, create_if_not_exists: create } = request;
  const creates = create !== undefined && create !== null && create !== false; // true in Clojure
  if (current === undefined && !creates) return { reply: absent() };
  if (current !== undefined && current.identity !== identityOf(from)) {
    const text = `current value ${print(current.value)} is not ${print(from)}`;
    return { reply: { type: "error", code: ErrorCode.preconditionFailed, text } };
  }
  return changed({ type: "cas_ok" }, current, to);
}

function changed(reply: Body, current: Stored | undefined, value: unknown = null): Effect {
  const identity = identityOf(value);
  return identity === current?.identity ? { reply } : { reply, next: { value, identity } };
}

function readOk({ value }: Stored): Body {
  return { type: "read_ok", value };
}

function absent(): Body {
  return { type: "error", code: ErrorCode.keyDoesNotExist, text: "key does not exist" };
}

function print(value: unknown): string {
  return printEdn(jsonToEdn(value));
}
