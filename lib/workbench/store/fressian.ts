/**
 * Reads Fressian, the binary form in which Maelstrom keeps its journal of messages: as much of it as
 * such a journal holds. The format is described at https://github.com/Datomic/fressian/wiki.
 *
 * A byte says what comes: a small integer, the beginning of a longer one, the length of a string, an
 * entry of a cache. Two caches hold what was said before: objects, and kinds of structures.
 *
 * @module
 */

/** What a text in Fressian may hold here: JSON's values, and structures. */
export type Fressian =
  | null
  | boolean
  | number
  | string
  | readonly Fressian[]
  | { readonly [key: string]: Fressian }
  | Structure;

/** Values under a tag. */
export class Structure {
  readonly tag: string;
  readonly fields: readonly Fressian[];

  constructor(tag: string, fields: readonly Fressian[]) {
    this.tag = tag;
    this.fields = fields;
  }
}

/** Bytes that are not Fressian, or more of it than this reader knows. */
export class MalformedFressian extends Error {
  override readonly name = "MalformedFressian";
}

/**
 * Reads values one behind the other until the bytes end; a last one that is cut off is left out.
 *
 * @throws {MalformedFressian} naming the place.
 */
export function* readFressian(bytes: Uint8Array): Generator<Fressian, void> {
  const reader = new Reader(bytes);
  while (reader.hasMore) {
    try {
      yield reader.read();
    } catch (error) {
      if (error instanceof RangeError) return; // cut off
      throw error;
    }
  }
}

const CODES = {
  map: 0xc0,
  bigInteger: 0xc6,
  keyword: 0xca,
  cached: 0xcc,
  toCache: 0xcd,
  bytes: 0xd9,
  stringChunk: 0xe2,
  string: 0xe3,
  list: 0xec,
  closedList: 0xed,
  structureType: 0xef,
  structure: 0xf0,
  true: 0xf5,
  false: 0xf6,
  null: 0xf7,
  integer: 0xf8,
  double: 0xfa,
  double0: 0xfb,
  double1: 0xfc,
  end: 0xfd,
  minusOne: 0xff,
} as const;

/** Codes that hold a number themselves: the first, and the first beyond them. */
const PACKED = {
  cached: [0x80, 0xa0],
  structure: [0xa0, 0xb0],
  bytes: [0xd0, 0xd8],
  string: [0xda, 0xe2],
  list: [0xe4, 0xec],
} as const;

/** Integers of more than one byte: codes from, the code of 0, and the bytes that follow. */
const INTEGERS = [
  [0x7c, 0x7e, 6],
  [0x78, 0x7a, 5],
  [0x74, 0x76, 4],
  [0x70, 0x72, 3],
  [0x60, 0x68, 2],
  [0x40, 0x50, 1],
] as const;

class Reader {
  readonly #bytes: DataView;
  #at = 0;
  readonly #cache: Fressian[] = [];
  readonly #kinds: { readonly tag: string; readonly length: number }[] = [];

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#bytes = new DataView(buffer, byteOffset, byteLength);
  }

  get hasMore(): boolean {
    return this.#at < this.#bytes.byteLength;
  }

  read(): Fressian {
    return this.#value(this.#byte());
  }

  #byte(): number {
    return this.#bytes.getUint8(this.#at++);
  }

  #value(code: number): Fressian {
    if (code < 0x80) return this.#integer(code);
    if (isIn(code, PACKED.cached)) return this.#cache[code - PACKED.cached[0]] ?? null;
    if (isIn(code, PACKED.structure)) return this.#structure(code - PACKED.structure[0]);
    if (isIn(code, PACKED.bytes)) return this.#bigInteger(code - PACKED.bytes[0]);
    if (isIn(code, PACKED.string)) return this.#string(code - PACKED.string[0]);
    if (isIn(code, PACKED.list)) return this.#list(code - PACKED.list[0]);
    switch (code) {
      case CODES.minusOne:
        return -1;
      case CODES.null:
        return null;
      case CODES.true:
        return true;
      case CODES.false:
        return false;
      case CODES.double0:
        return 0;
      case CODES.double1:
        return 1;
      case CODES.double:
        this.#at += 8;
        return this.#bytes.getFloat64(this.#at - 8);
      case CODES.integer:
        this.#at += 8;
        return Number(this.#bytes.getBigInt64(this.#at - 8));
      default:
        return this.#composite(code);
    }
  }

  #composite(code: number): Fressian {
    switch (code) {
      case CODES.string:
        return this.#string(this.#count());
      case CODES.stringChunk:
        return this.#string(this.#count()) + String(this.read());
      case CODES.list:
        return this.#list(this.#count());
      case CODES.closedList:
        return this.#closedList();
      case CODES.map:
        return asObject(this.read());
      case CODES.keyword:
        this.read(); // its namespace
        return this.read();
      case CODES.bigInteger:
        return this.read();
      case CODES.bytes:
        return this.#bigInteger(this.#count());
      case CODES.cached:
        return this.#cache[this.#count()] ?? null;
      case CODES.toCache: {
        const place = this.#cache.push(null) - 1;
        return this.#cache[place] = this.read();
      }
      case CODES.structureType: {
        const tag = String(this.read());
        return this.#structure(this.#kinds.push({ tag, length: this.#count() }) - 1);
      }
      case CODES.structure:
        return this.#structure(this.#count());
      default:
        throw new MalformedFressian(
          `byte ${this.#at - 1}: expected a value, got 0x${code.toString(16)}`,
        );
    }
  }

  #integer(code: number): number {
    const wide = INTEGERS.find(([from]) => code >= from);
    if (wide === undefined) return code;
    const [, zero, bytes] = wide;
    let value = code - zero;
    for (let i = 0; i < bytes; i++) value = value * 256 + this.#byte();
    return value;
  }

  /** A length or a place in a cache. */
  #count(): number {
    const count = this.read();
    if (typeof count === "number" && count >= 0) return count;
    throw new MalformedFressian(`byte ${this.#at}: expected a count, got ${JSON.stringify(count)}`);
  }

  /** Each unit of UTF-16 by itself, in one to three bytes. */
  #string(length: number): string {
    const end = this.#at + length;
    let text = "";
    while (this.#at < end) {
      const first = this.#byte();
      if (first < 0x80) text += String.fromCharCode(first);
      else if (first < 0xe0) text += String.fromCharCode((first & 0x1f) << 6 | this.#tail());
      else {
        text += String.fromCharCode((first & 0x0f) << 12 | this.#tail() << 6 | this.#tail());
      }
    }
    return text;
  }

  #tail(): number {
    return this.#byte() & 0x3f;
  }

  /** Bytes stand for big integers only. */
  #bigInteger(length: number): number {
    let value = 0n;
    for (let i = 0; i < length; i++) value = value << 8n | BigInt(this.#byte());
    return Number(BigInt.asIntN(8 * length, value));
  }

  #list(length: number): Fressian[] {
    const list: Fressian[] = [];
    for (let i = 0; i < length; i++) list.push(this.read());
    return list;
  }

  #closedList(): Fressian[] {
    const list: Fressian[] = [];
    for (let code = this.#byte(); code !== CODES.end; code = this.#byte()) {
      list.push(this.#value(code));
    }
    return list;
  }

  #structure(kind: number): Structure {
    const { tag, length } = this.#kinds[kind] ?? {};
    if (tag === undefined || length === undefined) {
      throw new MalformedFressian(`byte ${this.#at}: there is no kind ${kind} of structure`);
    }
    return new Structure(tag, this.#list(length));
  }
}

function isIn(code: number, [from, to]: readonly [number, number]): boolean {
  return code >= from && code < to;
}

/** Keys and values in turn. */
function asObject(list: Fressian): Fressian {
  if (!Array.isArray(list)) throw new MalformedFressian("expected the entries of a map");
  const entries: [string, Fressian][] = [];
  for (let i = 0; i + 1 < list.length; i += 2) entries.push([String(list[i]), list[i + 1]]);
  return Object.fromEntries(entries);
}
