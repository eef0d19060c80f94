/**
 * Reads EDN as Clojure's `clojure.edn` does, in one pass over bytes.
 *
 * Text may arrive in pieces, cut anywhere: {@linkcode EdnReader} yields each top-level value as soon
 * as it is whole and keeps no more text than that of the value at hand, so a file of any size can be
 * read. Tags that EDN does not define are kept (see {@linkcode Tagged}), metadata is dropped.
 *
 * @module
 */
import { BigInteger, divide, double, isEdnNumber, parseDecimal, plainInteger } from "./numbers.ts";
import { printEdn } from "./edn_printer.ts";
import { OWN_TAGS } from "./edn_tags.ts";
import { type Key, keyOf } from "./equality.ts";
import {
  Char,
  type Edn,
  type EdnObject,
  isEdnObject,
  Keyword,
  List,
  splitName,
  Sym,
  Tagged,
} from "./values.ts";

/** Values nested deeper than this are refused, before the call stack ends. */
const MAX_DEPTH = 1000;

/**
 * Text that is not EDN, and where.
 *
 * @example
 * ```ts
 * import { EdnError, parseEdn } from "@glomers/maelstrom/history";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const { line, column } = assertThrows(() => parseEdn("[1\n 2}"), EdnError);
 * assertEquals([line, column], [2, 3]);
 * ```
 */
export class EdnError extends SyntaxError {
  /** `"SyntaxError"`. */
  override readonly name = "SyntaxError";

  /** An error says what is wrong, and where. */
  constructor(
    /** What is wrong, without the place. */
    readonly reason: string,
    /** From 1. */
    readonly line: number,
    /** From 1, in characters. */
    readonly column: number,
    /** From 0, in bytes. */
    readonly offset: number,
  ) {
    super(`not EDN, line ${line}, column ${column}: ${reason}`);
  }
}

/** Where a value stands in its text. */
export interface Extent {
  /** Its first byte, from 0. */
  readonly from: number;
  /** The first byte after it. */
  readonly to: number;
}

/** Says that the text so far ends within a value. */
class Incomplete extends Error {}

const INCOMPLETE = new Incomplete("the text ends within a value");

const [SPACE, MACRO, WIDE] = [1, 2, 4];

/** What each byte is: white space, the start of a form of its own, part of a wider character. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return WIDE;
  const character = String.fromCharCode(byte);
  const isSpace = byte >= 0x09 && byte <= 0x0d || byte >= 0x1c && byte <= 0x20;
  if (isSpace || character === ",") return SPACE;
  return /[";^()[\]{}\\#]/.test(character) ? MACRO : 0;
});

const NEWLINE = 10, RETURN = 13, QUOTE = 34, HASH = 35, OPEN_LIST = 40;
const CLOSE_LIST = 41, PLUS = 43, MINUS = 45, ZERO = 48, NINE = 57, COLON = 58, SEMICOLON = 59;
const LESS = 60, OPEN_VECTOR = 91, BACKSLASH = 92, CLOSE_VECTOR = 93, CARET = 94, UNDERSCORE = 95;
const OPEN_MAP = 123, CLOSE_MAP = 125;

/** What Java calls white space beyond ASCII. */
const WIDE_SPACE = /[\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/;

/** What may follow a backslash in a string; of octal digits, fewer than three need an end. */
const ESCAPE = /^(?:u([0-9a-fA-F]{4})|([0-3][0-7]{2}|[0-7]{1,2}(?=[\s,";^()[\]{}\\#]))|[trnbf\\"])/;
const LONGEST_ESCAPE = 5;
const ESCAPED: { readonly [escape: string]: string } = {
  t: "\t",
  r: "\r",
  n: "\n",
  b: "\b",
  f: "\f",
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads one EDN value.
 *
 * @throws {EdnError} if the text is not EDN, or holds no value or more than one.
 *
 * @example
 * ```ts
 * import { keyword, parseEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseEdn("{:f :read, :value [1 2]}"), { f: keyword("read"), value: [1, 2] });
 * ```
 */
export function parseEdn(text: string): Edn {
  const reader = new EdnReader();
  reader.push(encoder.encode(text));
  reader.end();
  const value = reader.next();
  if (value === undefined) throw reader.errorAtValue("there is no value");
  if (reader.next() !== undefined) throw reader.errorAtValue("a second value follows the first");
  return value;
}

/** Reads values from bytes that are pushed to it. */
export class EdnReader {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #isEnded = false;
  /** Bytes to have before it is worth trying again to read a value that was cut off. */
  #wanted = 1;
  /** Bytes and lines that were read and dropped, and what of the last line is among them. */
  #droppedBytes = 0;
  #droppedLines = 0;
  #droppedColumns = 0;
  /** Where the last value began. */
  #start = 0;
  /** The items of all values that are being read, an inner value's above those of its outer one. */
  readonly #items: Edn[] = [];
  #itemCount = 0;

  /** Adds bytes of UTF-8. */
  push(chunk: Uint8Array): void {
    this.#drop();
    const length = this.#end + chunk.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#end));
      grown.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end = length;
  }

  /** Says that no more bytes follow. */
  end(): void {
    this.#isEnded = true;
    this.#wanted = 0;
  }

  /**
   * Returns the next top-level value; `undefined` if it is not whole yet, or if none is left.
   *
   * @throws {EdnError} if the text is not EDN.
   */
  next(): Edn | undefined {
    if (this.#end - this.#at < this.#wanted) return undefined;
    const before = this.#at;
    this.#itemCount = 0;
    try {
      this.#skipBlank(0);
      this.#start = this.#at;
      this.#wanted = 1;
      if (this.#at < this.#end) return this.#readForm(0);
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      this.#at = before;
      this.#wanted = 2 * (this.#end - before);
    }
    return undefined;
  }

  /** Where the value that {@linkcode next} returned last stands, in bytes from the beginning. */
  get extent(): Extent {
    return { from: this.#droppedBytes + this.#start, to: this.#droppedBytes + this.#at };
  }

  /** An error about the value that {@linkcode next} returned last. */
  errorAtValue(reason: string): EdnError {
    return this.#error(reason, this.#start);
  }

  /** Forgets the bytes that were read. */
  #drop(): void {
    const { line, column } = this.#position(this.#at);
    [this.#droppedLines, this.#droppedColumns] = [line - 1, column - 1];
    this.#droppedBytes += this.#at;
    this.#bytes.copyWithin(0, this.#at, this.#end);
    this.#end -= this.#at;
    this.#at = this.#start = 0;
  }

  #position(at: number): { line: number; column: number } {
    let line = this.#droppedLines + 1;
    let lineStart = -1;
    const read = this.#bytes.subarray(0, at);
    for (let i = read.indexOf(NEWLINE); i >= 0; i = read.indexOf(NEWLINE, i + 1)) {
      line++;
      lineStart = i;
    }
    const column = decoder.decode(read.subarray(lineStart + 1)).length + 1;
    return { line, column: lineStart < 0 ? this.#droppedColumns + column : column };
  }

  #error(reason: string, at = this.#at): EdnError {
    const { line, column } = this.#position(at);
    return new EdnError(reason, line, column, this.#droppedBytes + at);
  }

  /** What to throw where the text ends within something. */
  #cutOff(what: string, start = this.#at): Error {
    return this.#isEnded ? this.#error(`the text ends within ${what}`, start) : INCOMPLETE;
  }

  /** Skips white space, comments and discarded values. */
  #skipBlank(depth: number): void {
    const bytes = this.#bytes;
    while (this.#at < this.#end) {
      const byte = bytes[this.#at] ?? 0;
      const kind = KINDS[byte];
      if (kind === SPACE) this.#at++;
      else if (kind === 0) return;
      else if (byte === SEMICOLON) this.#skipComment();
      else if (byte === HASH && this.#skipDiscarded(depth)) continue;
      else if (kind === WIDE && this.#isWideSpace(this.#at)) this.#at += 3;
      else return;
    }
  }

  #skipComment(): void {
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at];
      if (byte === NEWLINE || byte === RETURN) return;
      this.#at++;
    }
    if (!this.#isEnded) throw INCOMPLETE;
  }

  #skipDiscarded(depth: number): boolean {
    if (this.#at + 1 === this.#end) {
      if (this.#isEnded) return false;
      throw INCOMPLETE;
    }
    if (this.#bytes[this.#at + 1] !== UNDERSCORE) return false;
    this.#at += 2;
    this.#readForm(depth + 1);
    return true;
  }

  /** All white space beyond ASCII is three bytes long. */
  #isWideSpace(at: number): boolean {
    const first = this.#bytes[at] ?? 0;
    if (first < 0xe1 || first > 0xe3) return false;
    if (at + 3 > this.#end && !this.#isEnded) throw INCOMPLETE;
    return WIDE_SPACE.test(this.#textAhead(at, 3));
  }

  /** The text of up to `size` bytes. */
  #textAhead(at: number, size: number): string {
    return decoder.decode(this.#bytes.subarray(at, Math.min(at + size, this.#end)));
  }

  /** Reads a value, whatever blanks come before it. */
  #readForm(depth: number): Edn {
    if (depth > MAX_DEPTH) throw this.#error(`values are nested more than ${MAX_DEPTH} deep`);
    this.#skipBlank(depth);
    if (this.#at >= this.#end) throw this.#cutOff("a value");
    const byte = this.#bytes[this.#at] ?? 0;
    if (byte >= ZERO && byte <= NINE) return this.#readNumber();
    switch (byte) {
      case COLON:
        return this.#readSymbol();
      case QUOTE:
        return this.#readString();
      case OPEN_MAP:
        return this.#buildMap(this.#readItems(CLOSE_MAP, depth));
      case OPEN_VECTOR:
        return this.#readVector(depth);
      case OPEN_LIST:
        return new List(this.#takeItems(this.#readItems(CLOSE_LIST, depth)));
      case HASH:
        return this.#readDispatched(depth);
      case BACKSLASH:
        return this.#readCharacter();
      case CARET:
        return this.#readWithMetadata(depth);
      case CLOSE_LIST:
      case CLOSE_VECTOR:
      case CLOSE_MAP:
        throw this.#error(`"${String.fromCharCode(byte)}" closes nothing that is open`);
    }
    return (byte === MINUS || byte === PLUS) && this.#isDigitAt(this.#at + 1)
      ? this.#readNumber()
      : this.#readSymbol();
  }

  #isDigitAt(at: number): boolean {
    if (at >= this.#end && !this.#isEnded) throw INCOMPLETE;
    const byte = at < this.#end ? this.#bytes[at] ?? 0 : 0;
    return byte >= ZERO && byte <= NINE;
  }

  /**
   * Reads what stands between an opening bracket, which is next, and its closing one. Returns where
   * the items begin; they end with all others.
   */
  #readItems(close: number, depth: number): number {
    const open = this.#at++;
    const first = this.#itemCount;
    while (true) {
      this.#skipBlank(depth);
      if (this.#at >= this.#end) {
        throw this.#cutOff(`a value whose "${this.#textAhead(open, 1)}" is never closed`, open);
      }
      const byte = this.#bytes[this.#at];
      if (byte === close) break;
      if (byte === CLOSE_LIST || byte === CLOSE_VECTOR || byte === CLOSE_MAP) {
        const [got, expected] = [byte, close].map((code) => String.fromCharCode(code));
        throw this.#error(`"${got}" where "${expected}" should close the value`);
      }
      const item = this.#readForm(depth + 1);
      this.#items[this.#itemCount++] = item;
    }
    this.#at++;
    return first;
  }

  #readVector(depth: number): readonly Edn[] {
    const start = this.#at;
    const bytes = this.#bytes;
    const limit = Math.min(this.#end, start + CACHED_BYTES);
    let at = start + 1;
    let hash = 0;
    while (at < limit && KINDS[bytes[at] ?? 0] !== MACRO) {
      hash = (Math.imul(hash, 31) + (bytes[at++] ?? 0)) | 0;
    }
    const isShort = at < limit && bytes[at] === CLOSE_VECTOR;
    const known = isShort ? vectors.get(bytes, start, at, hash) : undefined;
    if (known !== undefined) {
      this.#at = at + 1;
      return known;
    }
    const items = this.#takeItems(this.#readItems(CLOSE_VECTOR, depth));
    if (isShort) vectors.set(bytes, start, at, hash, items);
    return items;
  }

  /** Takes the items from the first one on into an array that is no longer than they are. */
  #takeItems(first: number): Edn[] {
    const items = this.#items.slice(first, this.#itemCount);
    this.#itemCount = first;
    return items;
  }

  /** Makes a map of keys and values in turn. */
  #buildMap(first: number): Edn {
    const items = this.#items;
    const end = this.#itemCount;
    if ((end - first) % 2 === 1) throw this.#error("a map's last key has no value", this.#at - 1);
    this.#refuseDuplicates(first, { step: 2, what: "key of a map" });
    this.#itemCount = first;
    const object: EdnObject = {};
    for (let i = first; i < end; i += 2) {
      const key = items[i];
      if (!(key instanceof Keyword) || !isPlainName(key.name)) return mapOf(items, first, end);
      object[key.name] = items[i + 1] ?? null;
    }
    return object;
  }

  #refuseDuplicates(first: number, { step, what }: { step: number; what: string }): void {
    const twice = findDuplicate(this.#items, first, this.#itemCount, step);
    if (twice === undefined) return;
    throw this.#error(`${printEdn(twice)} is twice the ${what}`, this.#at - 1);
  }

  #readDispatched(depth: number): Edn {
    const at = this.#at;
    if (at + 1 >= this.#end) throw this.#cutOff('a form that begins with "#"');
    const byte = this.#bytes[at + 1] ?? 0;
    this.#at++;
    switch (byte) {
      case OPEN_MAP: {
        const first = this.#readItems(CLOSE_MAP, depth);
        this.#refuseDuplicates(first, { step: 1, what: "member of a set" });
        return new Set(this.#takeItems(first));
      }
      case COLON:
        return this.#readNamespacedMap(depth);
      case CARET:
        return this.#readWithMetadata(depth);
      case HASH:
        this.#at++;
        return this.#symbolicValue(this.#readForm(depth + 1), at);
      case LESS:
        throw this.#error('"#<" begins an object that cannot be read', at);
    }
    const character = this.#textAhead(this.#at, 4).charAt(0);
    if (!/\p{L}/u.test(character)) throw this.#error(`"#${character}" begins no form`, at);
    return this.#readTagged(depth, at);
  }

  #readTagged(depth: number, at: number): Edn {
    const tag = this.#readSymbol();
    if (!(tag instanceof Sym)) throw this.#error("a tag must be a symbol", at);
    const value = this.#readForm(depth + 1);
    const parse = OWN_TAGS.get(tag.name);
    if (parse === undefined) return new Tagged(tag.name, value);
    const text = typeof value === "string" ? parse(value) : undefined;
    if (text === undefined) throw this.#error(`not the value of an #${tag.name}`, at);
    return new Tagged(tag.name, text);
  }

  #symbolicValue(name: Edn, at: number): number {
    switch (name instanceof Sym ? name.name : "") {
      case "NaN":
        return NaN;
      case "Inf":
        return Infinity;
      case "-Inf":
        return -Infinity;
    }
    throw this.#error('only NaN, Inf and -Inf may follow "##"', at);
  }

  /** Reads what follows the `#` of `#:name{…}`. */
  #readNamespacedMap(depth: number): Edn {
    const at = this.#at++;
    const space = this.#readForm(depth + 1);
    if (!(space instanceof Sym) || splitName(space.name)[0] !== "") {
      throw this.#error('a symbol without a namespace must follow "#:"', at);
    }
    while (KINDS[this.#bytes[this.#at] ?? 0] === SPACE && this.#at < this.#end) this.#at++;
    if (this.#at >= this.#end) throw this.#cutOff("a namespaced map");
    if (this.#bytes[this.#at] !== OPEN_MAP) throw this.#error(`a map must follow #:${space.name}`);
    const first = this.#readItems(CLOSE_MAP, depth);
    for (let i = first; i < this.#itemCount; i += 2) {
      this.#items[i] = qualify(this.#items[i] ?? null, space.name);
    }
    return this.#buildMap(first);
  }

  /** Reads a value and drops the metadata before it, which begins with the `^` that is next. */
  #readWithMetadata(depth: number): Edn {
    const at = this.#at++;
    const metadata = this.#readForm(depth + 1);
    const isMetadata = metadata instanceof Sym || metadata instanceof Keyword ||
      typeof metadata === "string" || metadata instanceof Map || isEdnObject(metadata);
    if (!isMetadata) {
      throw this.#error("metadata must be a symbol, a keyword, a string or a map", at);
    }
    const value = this.#readForm(depth + 1);
    const isAtom = typeof value !== "object" || value === null || isEdnNumber(value) ||
      value instanceof Keyword || value instanceof Char ||
      value instanceof Tagged && OWN_TAGS.has(value.tag);
    if (isAtom) throw this.#error("only collections and symbols have metadata", at);
    return value;
  }

  /** Integers of up to 15 digits, most numbers by far, are read as they pass by. */
  #readNumber(): Edn {
    const start = this.#at;
    const first = this.#bytes[start] ?? 0;
    let at = first === MINUS || first === PLUS ? start + 1 : start;
    const limit = Math.min(this.#end, at + 15);
    const leading = this.#bytes[at];
    let value = 0;
    for (; at < limit; at++) {
      const digit = (this.#bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
    }
    const kind = at < this.#end ? KINDS[this.#bytes[at] ?? 0] : 0;
    const isPlain = (kind === SPACE || kind === MACRO) && (leading !== ZERO || value === 0);
    if (!isPlain) return this.#readAnyNumber(start);
    this.#at = at;
    return first === MINUS && value !== 0 ? -value : value;
  }

  #readAnyNumber(start: number): Edn {
    const text = this.#readToken(start, MACRO);
    const number = parseNumber(text);
    if (number === undefined) throw this.#error(`${quote(text)} is no number`, start);
    return number;
  }

  /**
   * Reads on to white space or to a byte that ends the token: of {@linkcode MACRO}s, all end a number;
   * `#` may stand within a symbol or name.
   */
  #readToken(start: number, ending: typeof MACRO | 0): string {
    let at = this.#at;
    for (; at < this.#end; at++) {
      const byte = this.#bytes[at] ?? 0;
      const kind = KINDS[byte] ?? 0;
      if (kind === 0) continue;
      if (kind === SPACE || kind === MACRO && (byte !== HASH || ending === MACRO)) break;
      if (kind === WIDE && this.#isWideSpace(at)) break;
    }
    if (at >= this.#end && !this.#isEnded) throw INCOMPLETE;
    this.#at = at;
    return decoder.decode(this.#bytes.subarray(start, at));
  }

  /** Reads a keyword, a symbol, `nil`, `true` or `false`. */
  #readSymbol(): Edn {
    const start = this.#at;
    const bytes = this.#bytes;
    let at = start;
    let hash = 0;
    for (; at < this.#end; at++) {
      const byte = bytes[at] ?? 0;
      const kind = KINDS[byte] ?? 0;
      if (kind === WIDE || kind === MACRO && byte === HASH) return this.#readUnusualSymbol();
      if (kind !== 0) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (at >= this.#end && !this.#isEnded) throw INCOMPLETE;
    this.#at = at;
    const known = symbols.get(bytes, start, at, hash);
    if (known !== undefined) return known;
    const value = this.#parseSymbol(decoder.decode(bytes.subarray(start, at)), start);
    symbols.set(bytes, start, at, hash, value);
    return value;
  }

  #readUnusualSymbol(): Edn {
    const start = this.#at;
    return this.#parseSymbol(this.#readToken(start, 0), start);
  }

  #parseSymbol(text: string, start: number): Edn {
    const bad = /[@`~]/.exec(text)?.[0];
    if (bad !== undefined) throw this.#error(`"${bad}" may not stand in a name`, start);
    if (/^[-+]?\p{Nd}/u.test(text)) throw this.#error(`${quote(text)} is no number`, start);
    const value = parseSymbol(text);
    if (value === undefined) throw this.#error(`${quote(text)} is no name`, start);
    return value;
  }

  #readString(): string {
    const start = ++this.#at;
    const bytes = this.#bytes;
    let hash = 0;
    for (let at = start; at < this.#end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return readText(bytes, start, at, hash);
      }
      if (byte === BACKSLASH) return this.#readEscapedString(start, at);
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    throw this.#cutOff("a string", start - 1);
  }

  /** Reads a string with escapes from `start` on, the first of them at `at`. */
  #readEscapedString(start: number, at: number): string {
    let text = "";
    let from = start;
    for (this.#at = at; this.#at < this.#end;) {
      const byte = this.#bytes[this.#at];
      if (byte === QUOTE || byte === BACKSLASH) {
        text += decoder.decode(this.#bytes.subarray(from, this.#at));
        this.#at++;
        if (byte === QUOTE) return text;
        text += this.#readEscape();
        from = this.#at;
      } else this.#at++;
    }
    throw this.#cutOff("a string", start - 1);
  }

  #readEscape(): string {
    const at = this.#at;
    if (at + LONGEST_ESCAPE > this.#end && !this.#isEnded) throw INCOMPLETE;
    const escape = ESCAPE.exec(this.#textAhead(at, LONGEST_ESCAPE));
    if (escape === null) {
      throw this.#error(`"\\${this.#textAhead(at, 4).charAt(0)}" begins no escape`, at - 1);
    }
    const [all, hex, octal] = escape;
    this.#at += all.length;
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return octal === undefined ? ESCAPED[all] ?? all : String.fromCharCode(parseInt(octal, 8));
  }

  #readCharacter(): Char {
    const start = ++this.#at;
    if (start >= this.#end) throw this.#cutOff("a character");
    this.#at += utf8Length(this.#bytes[start] ?? 0);
    const text = this.#readToken(start, 0);
    const unit = parseCharacter(text);
    if (unit === undefined) throw this.#error(`${quote(`\\${text}`)} is no character`, start - 1);
    return new Char(unit);
  }
}

/**
 * Remembers what short texts stand for, as most occur again and again. Values are immutable, so equal
 * texts may share one, which saves most of the memory of a long history.
 */
class TextCache<T> {
  readonly #values = new Array<T | undefined>(CACHE_SLOTS);
  readonly #hashes = new Int32Array(CACHE_SLOTS);
  readonly #lengths = new Uint8Array(CACHE_SLOTS);
  /** The text of each slot. */
  readonly #bytes = new Uint8Array(CACHE_SLOTS * CACHED_BYTES);

  get(bytes: Uint8Array, start: number, end: number, hash: number): T | undefined {
    const slot = slotOf(hash);
    if (this.#hashes[slot] !== hash || this.#lengths[slot] !== end - start) return undefined;
    const own = slot * CACHED_BYTES - start;
    for (let i = start; i < end; i++) if (this.#bytes[own + i] !== bytes[i]) return undefined;
    return this.#values[slot];
  }

  /** Remembers the value of a text; one that is too long is not worth it. */
  set(bytes: Uint8Array, start: number, end: number, hash: number, value: T): void {
    if (end - start > CACHED_BYTES) return;
    const slot = slotOf(hash);
    const own = slot * CACHED_BYTES - start;
    for (let i = start; i < end; i++) this.#bytes[own + i] = bytes[i] ?? 0;
    this.#hashes[slot] = hash;
    this.#lengths[slot] = end - start;
    this.#values[slot] = value;
  }
}

const CACHE_SLOTS = 8192;
const CACHED_BYTES = 96;

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (CACHE_SLOTS - 1);
}

const symbols = new TextCache<Edn>();
const strings = new TextCache<string>();
/** Vectors without brackets or strings in them. */
const vectors = new TextCache<readonly Edn[]>();

function readText(bytes: Uint8Array, start: number, end: number, hash: number): string {
  if (end - start > CACHED_BYTES) return decoder.decode(bytes.subarray(start, end));
  const known = strings.get(bytes, start, end, hash);
  if (known !== undefined) return known;
  const text = decoder.decode(bytes.subarray(start, end));
  strings.set(bytes, start, end, hash, text);
  return text;
}

function utf8Length(lead: number): number {
  if (lead < 0xc0) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/**
 * Whether a name keeps its place among an object's keys: JavaScript sorts numeric ones to the front,
 * and `__proto__` is none.
 */
function isPlainName(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first < ZERO || first > NINE) && name !== "__proto__";
}

function mapOf(items: readonly Edn[], first: number, end: number): ReadonlyMap<Edn, Edn> {
  const map = new Map<Edn, Edn>();
  for (let i = first; i < end; i += 2) map.set(items[i] ?? null, items[i + 1] ?? null);
  return map;
}

/** Returns one of every `step`-th item between `first` and `end` that equals an earlier one. */
function findDuplicate(
  items: readonly Edn[],
  first: number,
  end: number,
  step: number,
): Edn | undefined {
  if (end - first <= SMALL_MAP * step && areKeywords(items, first, end, step)) {
    for (let i = first + step; i < end; i += step) {
      for (let j = first; j < i; j += step) if (items[i] === items[j]) return items[i];
    }
    return undefined;
  }
  const seen = new Set<Key>();
  for (let i = first; i < end; i += step) {
    const key = keyOf(items[i] ?? null);
    if (seen.has(key)) return items[i];
    seen.add(key);
  }
  return undefined;
}

/** Up to so many keys are compared faster one by one. */
const SMALL_MAP = 8;

function areKeywords(items: readonly Edn[], first: number, end: number, step: number): boolean {
  for (let i = first; i < end; i += step) if (!(items[i] instanceof Keyword)) return false;
  return true;
}

function qualify(key: Edn, space: string): Edn {
  if (!(key instanceof Keyword || key instanceof Sym)) return key;
  const [own, rest] = splitName(key.name);
  if (own !== "" && own !== "_") return key;
  const name = own === "" ? `${space}/${rest}` : rest;
  return key instanceof Keyword ? Keyword.of(name) : new Sym(name);
}

function quote(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 40)}…`);
}

const SYMBOL = /^:?([^\d/].*\/)?(\/|[^\d/][^/]*)$/;

/** Reads a keyword, a symbol, `nil`, `true` or `false`; `undefined` if the text is none of them. */
function parseSymbol(text: string): Edn | undefined {
  if (text === "nil") return null;
  if (text === "true" || text === "false") return text === "true";
  const [all, space = "", name = ""] = SYMBOL.exec(text) ?? [];
  if (all === undefined || space.endsWith(":/") || name.endsWith(":")) return undefined;
  if (text.includes("::")) return undefined;
  return text.startsWith(":") ? Keyword.of(text.slice(1)) : new Sym(text);
}

const INTEGER =
  /^([-+]?)(?:(0)|([1-9][0-9]*)|0[xX]([0-9A-Fa-f]+)|0([0-7]+)|([1-9][0-9]?)[rR]([0-9A-Za-z]+)|0[0-9]+)(N)?$/;
const DECIMAL = /^([-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)(M)?$/;
const RATIO = /^([-+]?[0-9]+)\/([0-9]+)$/;

function parseNumber(text: string): Edn | undefined {
  const integer = INTEGER.exec(text);
  if (integer !== null) return parseInteger(integer);
  const [, decimal, suffix] = DECIMAL.exec(text) ?? [];
  if (decimal !== undefined) {
    return suffix === undefined ? double(Number(decimal)) : parseDecimal(decimal);
  }
  const [, numerator, denominator] = RATIO.exec(text) ?? [];
  if (numerator === undefined || denominator === undefined || /^0+$/.test(denominator)) {
    return undefined;
  }
  return divide(BigInt(numerator.replace("+", "")), BigInt(denominator));
}

function parseInteger(match: RegExpExecArray): Edn | undefined {
  const [, sign, zero, decimal, hex, octal, radix, digits = "", suffix] = match;
  const value = zero ?? decimal ?? (hex === undefined ? undefined : `0x${hex}`) ??
    (octal === undefined ? undefined : `0o${octal}`);
  const size = value === undefined ? parseRadix(digits, Number(radix ?? 0)) : BigInt(value);
  if (size === undefined) return undefined;
  const signed = sign === "-" ? -size : size;
  return suffix === undefined ? plainInteger(signed) : new BigInteger(signed);
}

function parseRadix(digits: string, radix: number): bigint | undefined {
  if (radix < 2 || radix > 36) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const size = parseInt(digit, radix);
    if (Number.isNaN(size)) return undefined;
    value = value * BigInt(radix) + BigInt(size);
  }
  return value;
}

const CHARACTERS: { readonly [name: string]: string } = {
  newline: "\n",
  space: " ",
  tab: "\t",
  backspace: "\b",
  formfeed: "\f",
  return: "\r",
};

/** Reads a character from what follows its backslash. */
function parseCharacter(text: string): string | undefined {
  if (text.length === 1) return text;
  const [, hex, octal] = /^(?:u([0-9a-fA-F]{4})|o([0-7]{0,3}))$/.exec(text) ?? [];
  if (hex === undefined && octal === undefined) {
    return Object.hasOwn(CHARACTERS, text) ? CHARACTERS[text] : undefined;
  }
  const code = hex === undefined ? parseInt(octal || "0", 8) : parseInt(hex, 16);
  if (hex === undefined && code > 0o377 || code >= 0xd800 && code <= 0xdfff) return undefined;
  return String.fromCharCode(code);
}
