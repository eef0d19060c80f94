/**
 * Clients of Maelstrom's services: three key-value stores and a timestamp oracle.
 *
 * | store    | promises                                                                           |
 * | -------- | ---------------------------------------------------------------------------------- |
 * | `lin-kv` | linearizable: a read sees every write that was acknowledged before it              |
 * | `seq-kv` | sequentially consistent: a read may be out of date, but a node never goes back      |
 * | `lww-kv` | next to nothing: two replicas, of which any request meets one (see below)          |
 *
 * **Out of date.** What `seq-kv` says about a key may be long past, errors 20 and 22 included. A write
 * that changes the newest state brings its node there; one that repeats what some old state held need
 * not. So a node that must see the newest state first writes something unique, to any key. A
 * compare-and-set that changes something never acts on old values. And a node that lags more than 32
 * updates behind may, in Maelstrom as it is, go back after all.
 *
 * **Definite or not.** An error with a definite code (`error.definite`) says that nothing happened. A
 * time-out (code 0) says nothing at all: the request may have been carried out, or may be yet, long
 * after. What a caller can do then depends on the request:
 *
 * - a read is repeated;
 * - a write is repeated, if no other node writes the key and nothing newer has been written since;
 * - a compare-and-set must not be repeated blindly. If the first one took effect the second fails, or,
 *   worse, it makes the same change once more. Where every value is unique, because it has a version
 *   or its writer's name in it, reading tells: as soon as the key holds anything but what was compared,
 *   the request has either taken effect or never will;
 * - a change that is idempotent, as adding to a set is, is made again from what the key now holds.
 *
 * **Several replicas.** In Maelstrom as it is, `lww-kv`'s replicas never exchange anything: a key that
 * was written once is found by half of all reads, for ever. It knows no `createIfNotExists`. It serves
 * values that never change, read again until found.
 *
 * @module
 */
import { retry, RetryError } from "@std/async/retry";
import { ErrorCode, type Json, RpcError } from "./message.ts";
import type { Node, RpcOptions } from "./node.ts";
import type { Shape } from "./rpc.ts";
import { KvService, TsoService } from "./workloads.ts";

/** A key-value service. */
export type Store = "lin-kv" | "seq-kv" | "lww-kv";

/** A value to keep. Null is none, so that it can stand for a key that does not exist. */
export type Value = Exclude<Json, null>;

/** Options of {@linkcode Kv.cas}. */
export interface CasOptions {
  /** Whether a key that does not exist is created, with whatever it was compared. Default: no. */
  readonly createIfNotExists?: boolean;
}

/** Options of {@linkcode Kv.update}. */
export interface UpdateOptions<T> {
  /** What the key probably holds: saves the first read if it does, and costs nothing but time if not. */
  readonly assume?: T;
  /** Whether the change may be applied again to a value that includes it already. Default: no. */
  readonly idempotent?: boolean;
  /** Bound on attempts, the first included. Default 12, which takes at most 2.6 s beside the requests. */
  readonly maxAttempts?: number;
}

/** Back-off between attempts, drawn from nothing to a bound that doubles each time. */
const BACK_OFF_MS = { first: 4, most: 512 };

/** What an old value or a competitor makes of an attempt. */
const OUT_OF_DATE: ReadonlySet<number> = new Set([
  ErrorCode.keyDoesNotExist,
  ErrorCode.preconditionFailed,
]);

/** One of the stores, for values of one shape. */
export class Kv<T extends Value> {
  readonly #node: Node;
  readonly #store: Store;
  readonly #shape: Shape<T>;
  readonly #options: RpcOptions;

  /**
   * A client of one store, whose values are all of one shape.
   *
   * @param options Of every request.
   */
  constructor(node: Node, store: Store, shape: Shape<T>, options: RpcOptions = {}) {
    this.#node = node;
    this.#store = store;
    this.#shape = shape;
    this.#options = options;
  }

  /**
   * Reads a key.
   *
   * @throws {RpcError} 20 if it does not exist, 0 if no answer came, 13 if its value is not of the
   * store's shape.
   */
  async read(key: Json): Promise<T> {
    const { value } = await this.#node.rpc(this.#store, KvService.read, { key }, this.#options);
    if (isOf(this.#shape, value)) return value;
    const problem = this.#shape.problem(value, JSON.stringify(key));
    throw new RpcError(ErrorCode.crash, `${this.#store}: ${problem}`);
  }

  /** Reads a key, or returns the fallback if it does not exist. Other errors are those of `read`. */
  async readOr<F>(key: Json, fallback: F): Promise<T | F> {
    try {
      return await this.read(key);
    } catch (error) {
      if (error instanceof RpcError && error.code === ErrorCode.keyDoesNotExist) return fallback;
      throw error;
    }
  }

  /**
   * Sets a key, whatever it holds.
   *
   * @throws {RpcError} 0 if no answer came: it may be set, or may be yet.
   */
  async write(key: Json, value: T): Promise<void> {
    await this.#node.rpc(this.#store, KvService.write, { key, value }, this.#options);
  }

  /**
   * Sets a key to `to` if it holds `from`: compare-and-set. Where `from` is null, it holds nothing.
   *
   * @throws {RpcError} 22 if it holds something else and 20 if it does not exist, in which cases
   * nothing has changed; 0 if no answer came: it may have, or may yet.
   */
  async cas(key: Json, from: T | null, to: T, options: CasOptions = {}): Promise<void> {
    const create = options.createIfNotExists ? { create_if_not_exists: true } : {};
    const fields = { key, from, to, ...create };
    await this.#node.rpc(this.#store, KvService.cas, fields, this.#options);
  }

  /**
   * Changes a key by compare-and-set, again and again until no other node came between; creates it if
   * it does not exist. If it resolves, the change was applied, to the value that was there just
   * before: exactly once, unless it is declared idempotent. (On `seq-kv`, a change that leaves the
   * value as it is may have seen an old one.)
   *
   * A compare-and-set that times out may have happened. If doing it twice is harmless, say so
   * (`idempotent`), and it is done again, starting from what the key then holds. Otherwise it ends
   * here, with code 0, and the caller does not know.
   *
   * @param change From the present value, `undefined` if there is none, to the next. May be called
   * several times. Where it returns the very value it was given nothing is written.
   * @returns The value that the change led to.
   * @throws {RpcError} 30 if every attempt failed, and certainly so; 0 if one of them may have
   * succeeded.
   */
  async update(
    key: Json,
    change: (current: T | undefined) => T,
    options: UpdateOptions<T> = {},
  ): Promise<T> {
    const { idempotent = false, maxAttempts = 12 } = options;
    let { assume } = options;
    let unsettled: RpcError | undefined;
    const attempt = async (): Promise<T> => {
      const current = assume ?? await this.readOr(key, undefined);
      assume = undefined;
      const next = change(current);
      if (next === current) return next;
      try {
        await this.cas(key, current ?? null, next, { createIfNotExists: current === undefined });
        return next;
      } catch (error) {
        if (error instanceof RpcError && !error.definite) unsettled = error;
        throw error;
      }
    };
    const isRetriable = (error: unknown) =>
      error instanceof RpcError && (idempotent || unsettled === undefined) &&
      (error.code === ErrorCode.timeout || OUT_OF_DATE.has(error.code));
    const { first: minTimeout, most: maxTimeout } = BACK_OFF_MS;
    try {
      return await retry(attempt, { maxAttempts, minTimeout, maxTimeout, isRetriable });
    } catch (error) {
      if (!(error instanceof RetryError)) throw error;
      const text = `update of ${JSON.stringify(key)}: ${maxAttempts} attempts failed`;
      throw unsettled ?? new RpcError(ErrorCode.txnConflict, text);
    }
  }
}

function isOf<T>(shape: Shape<T>, value: unknown): value is T {
  return shape.problem(value, "") === undefined;
}

/**
 * Asks `lin-tso` for a timestamp: a whole number from 0 that is higher than any that was handed out
 * before the call, to whichever node.
 *
 * @throws {RpcError} 0 if no answer came. Then one may be missing from the sequence; just ask again.
 */
export async function timestamp(node: Node, options: RpcOptions = {}): Promise<number> {
  return (await node.rpc("lin-tso", TsoService.ts, {}, options)).ts;
}
