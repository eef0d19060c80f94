/**
 * Clients of Maelstrom's services: three key-value stores and a timestamp oracle.
 *
 * | store    | promise                                                                          |
 * | -------- | -------------------------------------------------------------------------------- |
 * | `lin-kv` | linearizable: a read sees every write that was acknowledged before it            |
 * | `seq-kv` | sequentially consistent: reads may be stale, but a node never goes back in time  |
 * | `lww-kv` | next to nothing: a request reaches either of two replicas (see below)            |
 *
 * **Stale answers.** Anything `seq-kv` says about a key may be out of date, errors 20 and 22
 * included. A write that changes the newest state brings its node up to date; one that repeats what
 * some old state held need not. So a node that must see the newest state first writes something
 * unique, to any key. A compare-and-set that changes something never acts on a stale value. A node
 * that lags more than 32 updates behind may, in Maelstrom as it is, go back after all.
 *
 * **Definite or not.** An error with a definite code (`error.definite`) means that nothing
 * happened. A time-out (code 0) says nothing: the request may have taken effect, or may do so long
 * after. What a caller can do then depends on the request:
 *
 * - a read can be repeated;
 * - a write can be repeated if no other node writes the key and nothing newer has been written
 *   since;
 * - a compare-and-set must not be repeated blindly. If the first one took effect, the second fails
 *   or, worse, makes the same change again. If every value is unique, because it holds a version or
 *   its writer's name, a read settles it: once the key holds anything but the compared value, the
 *   request has taken effect or never will;
 * - a change that is idempotent, such as adding to a set, can be made again from what the key now
 *   holds.
 *
 * **Replicas of `lww-kv`.** In Maelstrom as it is, they never exchange anything: half of all reads
 * find a key that was written once, for ever. `createIfNotExists` is unknown to it. It suits values
 * that never change, which are read again until found.
 *
 * @module
 */
import { ErrorCode, type Json, RpcError } from "./message.ts";
import type { Node, RpcOptions } from "./node.ts";
import { mustBeShape, type Shape, showValue } from "./rpc.ts";
import { KvService, TsoService } from "./workloads.ts";

/** A key-value service. */
export type Store = "lin-kv" | "seq-kv" | "lww-kv";

const STORES: readonly Store[] = ["lin-kv", "seq-kv", "lww-kv"];

/** A value in a store. Null is not one, so that it can stand for a key that does not exist. */
export type Value = Exclude<Json, null>;

/** Options of {@linkcode Kv.cas}. */
export interface CasOptions {
  /** Whether a key that does not exist is created, whatever `from` is. Default: false. */
  readonly createIfNotExists?: boolean;
}

/** Options of {@linkcode Kv.update}. */
export interface UpdateOptions<T> {
  /**
   * What the key probably holds. Saves the first read if right; costs a failed attempt if wrong.
   */
  readonly assume?: T;
  /** Whether the change may be applied again to a value that includes it. Default: false. */
  readonly idempotent?: boolean;
  /**
   * Bound on attempts, the first included: at least 1. Default 12, whose pauses add up to at most
   * 2.6 s.
   */
  readonly maxAttempts?: number;
}

/**
 * Bounds of the pause between attempts, which is drawn from zero to a bound that doubles each time.
 */
const BACK_OFF_MS = { first: 4, most: 512 };

/** How an attempt fails that acted on a stale value or lost a race. */
const OUT_OF_DATE: ReadonlySet<number> = new Set([
  ErrorCode.keyDoesNotExist,
  ErrorCode.preconditionFailed,
]);

/**
 * A client of one store, for values of one shape.
 *
 * @example
 * ```ts
 * import { Counter, integer, Kv, LinKv, type Node } from "@glomers/maelstrom";
 * import { simulate } from "@glomers/maelstrom/simulator";
 *
 * function counter(node: Node): void {
 *   const store = new Kv(node, "lin-kv", integer);
 *   node.on(Counter.read, async () => ({ type: "read_ok", value: await store.readOr("sum", 0) }));
 *   node.on(Counter.add, async ({ delta }) => {
 *     await store.update("sum", (sum = 0) => sum + delta);
 *     return { type: "add_ok" };
 *   });
 * }
 * await simulate(counter, { workload: "g-counter", nodeCount: 2, timeLimitS: 2 });
 *
 * function proxy(node: Node): void {
 *   const store = new Kv(node, "lin-kv", integer); // the only values that the workload has
 *   node.on(LinKv.read, async ({ key }) => ({ type: "read_ok", value: await store.read(key) }));
 *   node.on(LinKv.write, async ({ key, value }) => {
 *     await store.write(key, Number(value));
 *     return { type: "write_ok" };
 *   });
 *   node.on(LinKv.cas, async ({ key, from, to }) => {
 *     await store.cas(key, Number(from), Number(to));
 *     return { type: "cas_ok" };
 *   });
 * }
 * await simulate(proxy, { workload: "lin-kv", nodeCount: 2, concurrency: "2n", timeLimitS: 5 });
 * ```
 */
export class Kv<T extends Value> {
  readonly #node: Node;
  readonly #store: Store;
  readonly #shape: Shape<T>;
  readonly #options: RpcOptions;

  /**
   * A client of one store.
   *
   * @param shape The shape of every value; a read of any other is an error.
   * @param options Options of every request.
   * @throws {TypeError} if the first three are something else, as can happen in a program that is
   * not type-checked.
   */
  constructor(node: Node, store: Store, shape: Shape<T>, options: RpcOptions = {}) {
    if (typeof node?.rpc !== "function") { // another copy of this library may have made it
      throw new TypeError(`new Kv: the first argument must be the node, got ${showValue(node)}`);
    }
    if (!STORES.includes(store)) {
      const known = STORES.map((name) => `"${name}"`).join(", ");
      throw new TypeError(`new Kv: the store must be one of ${known}, got ${showValue(store)}`);
    }
    mustBeShape("new Kv: the third argument, what values look like,", shape);
    this.#node = node;
    this.#store = store;
    this.#shape = shape;
    this.#options = options;
  }

  /**
   * Reads a key.
   *
   * @throws {RpcError} 20 if it does not exist, 0 if no answer came in time, 13 if its value has
   * another shape.
   */
  async read(key: Json): Promise<T> {
    const { value } = await this.#node.rpc(this.#store, KvService.read, { key }, this.#options);
    if (isOf(this.#shape, value)) return value;
    const problem = this.#shape.problem(value, JSON.stringify(key));
    throw new RpcError(ErrorCode.crash, `${this.#store}: ${problem}`);
  }

  /**
   * Reads a key, or returns `fallback` if it does not exist.
   *
   * @throws {RpcError} 0 or 13, as `read`.
   */
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
   * @throws {RpcError} 0 if no answer came in time: the key may be set, or may be yet.
   */
  async write(key: Json, value: T): Promise<void> {
    await this.#node.rpc(this.#store, KvService.write, { key, value }, this.#options);
  }

  /**
   * Compare-and-set: sets a key to `to` if it holds `from`.
   *
   * @param from Null for a key that is expected not to exist.
   * @throws {RpcError} 22 if the key holds something else or 20 if it does not exist, and nothing
   * has changed; 0 if no answer came in time: it may have changed, or may yet.
   */
  async cas(key: Json, from: T | null, to: T, options: CasOptions = {}): Promise<void> {
    const create = options.createIfNotExists ? { create_if_not_exists: true } : {};
    const fields = { key, from, to, ...create };
    await this.#node.rpc(this.#store, KvService.cas, fields, this.#options);
  }

  /**
   * Changes a key by compare-and-set, repeated until no other node interferes; creates the key if
   * it does not exist. If it resolves, the change was applied exactly once to the value that was
   * there just before, or at least once if it is declared idempotent. (On `seq-kv`, a change that
   * leaves the value as it is may have seen a stale one.)
   *
   * A compare-and-set that times out may have happened. If the change is `idempotent`, it is made
   * again from what the key then holds. Otherwise the update ends with code 0, and its outcome is
   * unknown.
   *
   * @param change Computes the next value from the current one, `undefined` if there is none. It
   * may be called several times. If it returns the very value that it was given, nothing is
   * written.
   * @returns The value that the change produced.
   * @throws {RpcError} 30 if every attempt certainly failed; 0 if one of them may have succeeded.
   * @throws {RangeError} if `maxAttempts` is less than 1.
   */
  async update(
    key: Json,
    change: (current: T | undefined) => T,
    options: UpdateOptions<T> = {},
  ): Promise<T> {
    if (typeof change !== "function") {
      throw new TypeError(`Kv.update: the change must be a function, got ${showValue(change)}`);
    }
    const { idempotent = false, maxAttempts = 12 } = options;
    if (!(maxAttempts >= 1)) {
      throw new RangeError(`maxAttempts must be at least 1: current value is ${maxAttempts}`);
    }
    let { assume } = options;
    let unsettled: RpcError | undefined;
    const set = async (current: T | undefined, next: T) => {
      try {
        await this.cas(key, current ?? null, next, { createIfNotExists: current === undefined });
      } catch (error) {
        if (error instanceof RpcError && !error.definite) unsettled = error;
        throw error;
      }
    };
    const isRetriable = (error: unknown) =>
      error instanceof RpcError && (idempotent || unsettled === undefined) &&
      (error.code === ErrorCode.timeout || OUT_OF_DATE.has(error.code));
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      if (attempt > 1) await backOff(attempt - 2);
      try {
        const current = assume ?? await this.readOr(key, undefined);
        assume = undefined;
        const next = change(current);
        if (next !== current) await set(current, next);
        return next;
      } catch (error) {
        if (!isRetriable(error)) throw error;
      }
    }
    const text = `update of ${JSON.stringify(key)}: ${maxAttempts} attempts failed`;
    throw unsettled ?? new RpcError(ErrorCode.txnConflict, text);
  }
}

/** Pauses for a random time whose bound doubles with each pause, up to a limit. */
async function backOff(pauses: number): Promise<void> {
  const mostMs = Math.min(BACK_OFF_MS.most, BACK_OFF_MS.first * 2 ** pauses);
  const pauseMs = Math.trunc((1 - Math.random()) * mostMs);
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

function isOf<T>(shape: Shape<T>, value: unknown): value is T {
  return shape.problem(value, "") === undefined;
}

/**
 * Asks `lin-tso` for a timestamp: an integer from 0 that is higher than any handed out before the
 * call, to any node.
 *
 * @throws {RpcError} 0 if no answer came in time. The sequence may then lack one; just ask again.
 *
 * @example
 * ```ts
 * import { type Node, timestamp, UniqueIds } from "@glomers/maelstrom";
 *
 * export function uniqueIds(node: Node): void {
 *   node.on(UniqueIds.generate, async () => ({ type: "generate_ok", id: await timestamp(node) }));
 * }
 * ```
 */
export async function timestamp(node: Node, options: RpcOptions = {}): Promise<number> {
  return (await node.rpc("lin-tso", TsoService.ts, {}, options)).ts;
}
