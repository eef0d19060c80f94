/**
 * How much edited code holds in large arrays, as no browser tells how much memory a worker takes.
 * Arrays count from their making until they are collected. Small things are not counted: a program
 * that fills the memory with them runs out of time first.
 *
 * @module
 */
import { formatWhole } from "../../checkers/format.ts";

const MIB = 1024 * 1024;
/** What code may hold: several workers have to fit into a browser. */
const MOST_BYTES = 1_000 * MIB;
/** Less is not counted. */
const LEAST_BYTES = 32_768;

class Ledger {
  #bytes = 0;
  /** Why the run is to end. Absent: it need not. */
  problem: string | undefined;
  readonly #collected = new FinalizationRegistry<number>((bytes) => this.#bytes -= bytes);

  /** Notes what was made; throws where that is too much. */
  note(made: object, bytes: number): void {
    if (bytes < LEAST_BYTES) return;
    this.#bytes += bytes;
    this.#collected.register(made, bytes);
    if (this.#bytes <= MOST_BYTES) return;
    this.problem = "the program keeps more and more: its large arrays hold more than " +
      `${formatWhole(MOST_BYTES / MIB)} MiB`;
    throw new RangeError(this.problem);
  }
}

/** That of this thread. */
export const ledger = new Ledger();

type Constructor = new (...args: never[]) => object;

/** A constructor whose large products are noted. */
function watched(constructor: Constructor, bytesOf: (made: object) => number): Constructor {
  const note = (made: object) => {
    ledger.note(made, bytesOf(made));
    return made;
  };
  const proxy: Constructor = new Proxy(constructor, {
    construct: (_, args, target) =>
      note(Reflect.construct(constructor, args, target === proxy ? constructor : target)),
    apply: (_, __, args) => note(Reflect.construct(constructor, args)),
  });
  return proxy;
}

const bytesOfArray = (made: object) => Array.isArray(made) ? 8 * made.length : 0;
const bytesOfBuffer = (made: object) => "byteLength" in made ? Number(made.byteLength) : 0;

const BUFFERS = {
  ArrayBuffer,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** What edited code has in the place of the constructors of arrays. */
export const ARRAYS: Readonly<Record<string, object>> = {
  Array: watched(Array, bytesOfArray),
  ...Object.fromEntries(
    Object.entries<Constructor>(BUFFERS).map(([name, one]) => [name, watched(one, bytesOfBuffer)]),
  ),
};
