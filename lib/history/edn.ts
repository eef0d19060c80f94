/**
 * EDN, the notation of Jepsen's histories and results.
 *
 * | EDN                         | here                                    |
 * | --------------------------- | --------------------------------------- |
 * | `:name`                     | `keyword("name")`, interned             |
 * | `{:a 1}` all keys keywords  | `{ a: 1 }`                              |
 * | `{"k" 1, 2 3}` other keys   | `Map`                                   |
 * | `[…]`, `(…)`, `#{…}`        | array, {@linkcode List}, `Set`          |
 * | `#tag {…}`                  | {@linkcode Tagged}                      |
 * | `1`, `1.0`                  | `number`; `new Float(1)` prints `1.0`   |
 *
 * `npm:edn-data` does the reading; printing follows Clojure's printer, so that a file written here
 * can be compared with one of Maelstrom's.
 *
 * @module
 */
import { parseEDNString } from "edn-data";
import { rawJson } from "./raw_json.ts";

/** An EDN keyword. Interned: two keywords of one name are the same object. */
export class Keyword {
  private constructor(readonly name: string) {}

  static readonly #interned = new Map<string, Keyword>();

  /** The one keyword of that name, given without its colon. */
  static of(name: string): Keyword {
    let known = Keyword.#interned.get(name);
    if (known === undefined) Keyword.#interned.set(name, known = new Keyword(name));
    return known;
  }

  toString(): string {
    return `:${this.name}`;
  }
}

/** The one keyword of that name: `keyword("read")` is EDN's `:read`. */
export const keyword: (name: string) => Keyword = Keyword.of;

/** A sequence that prints in parentheses, as Clojure's lists and lazy sequences do. */
export class List {
  constructor(readonly items: readonly Edn[] = []) {}
}

/** A tagged element: `#jepsen.history.Op{…}` has the tag `jepsen.history.Op`. */
export class Tagged {
  constructor(readonly tag: string, readonly value: Edn) {}
}

/** A symbol, such as a class name in an exception's trace. */
export class Sym {
  constructor(readonly name: string) {}
}

/** A floating-point number that prints with its decimal point even where it is whole. */
export class Float {
  constructor(readonly value: number) {}

  /** Keeps the decimal point in JSON, too. */
  toJSON(): unknown {
    const text = String(this.value);
    return rawJson(/[.e]/.test(text) ? text : `${text}.0`);
  }
}

/** A map whose keys are keywords, under their names. A key whose value is `undefined` is absent. */
export interface EdnObject {
  [key: string]: Edn | undefined;
}

/** Any EDN value. */
export type Edn =
  | null
  | boolean
  | number
  | bigint
  | string
  | Keyword
  | Sym
  | Float
  | List
  | Tagged
  | readonly Edn[]
  | ReadonlyMap<Edn, Edn>
  | ReadonlySet<Edn>
  | EdnObject;

/** Returns whether a value is a map all of whose keys are keywords. */
export function isEdnObject(value: Edn | undefined): value is EdnObject {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/** Returns the entries of a map of either form; none of anything else. */
export function entriesOf(value: Edn | undefined): [Edn, Edn][] {
  if (value instanceof Map) return [...value];
  if (!isEdnObject(value)) return [];
  const entries: [Edn, Edn][] = [];
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) entries.push([Keyword.of(name), item]);
  }
  return entries;
}

/** Returns the items of a vector, list or set; none of anything else. */
export function itemsOf(value: Edn | undefined): readonly Edn[] {
  if (value instanceof List) return value.items;
  if (Array.isArray(value)) return value;
  return value instanceof Set ? [...value] : [];
}

/** Returns the number in a value, whether integer, big integer or {@linkcode Float}. */
export function numberOf(value: Edn | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof Float ? value.value : undefined;
}

/** Wraps a fraction as Maelstrom prints it: the shortest decimal that identifies its 32-bit float. */
export function float32(value: number): Float {
  const rounded = Math.fround(value);
  for (let digits = 1; digits < 17; digits++) {
    const brief = Number(rounded.toPrecision(digits));
    if (Math.fround(brief) === rounded) return new Float(brief);
  }
  return new Float(rounded);
}

/**
 * Reads one EDN value.
 *
 * @throws {SyntaxError} if the text is not EDN; the message quotes its beginning.
 */
export function parseEdn(text: string): Edn {
  try {
    const value = fromParsed(parseEDNString(markLongIntegers(text)));
    // `edn-data` reads a truncated text as nil.
    if (value === null && text.trim() !== "nil") throw new SyntaxError("it is truncated");
    return value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(`not EDN (${reason}): ${excerpt(text)}`);
  }
}

/**
 * Gives integers of 16 digits and more the suffix `N`, except in strings: `edn-data` reads plain
 * integers as doubles, which would turn 64-bit ids that differ in their last digits into one.
 */
function markLongIntegers(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  return text.replace(
    /"(?:[^"\\]|\\.)*"|(?<![^\s,[\](){}])[-+]?\d{16,}(?![^\s,[\](){}])/g,
    (token) => token.startsWith('"') ? token : `${token}N`,
  );
}

function exactInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function excerpt(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

/** Converts `edn-data`'s tagged objects: `{key}`, `{map: [[k, v]]}`, `{set: []}`, `{list: []}`, … */
function fromParsed(value: unknown): Edn {
  switch (typeof value) {
    case "bigint":
      return exactInteger(value);
    case "string":
    case "number":
    case "boolean":
      return value;
    case "object":
      return value === null ? null : fromObject(value);
    default:
      throw new SyntaxError("it is empty");
  }
}

function fromObject(value: object): Edn {
  if (Array.isArray(value)) return value.map(fromParsed);
  if (value instanceof Date) return new Tagged("inst", value.toISOString());
  if ("map" in value) return fromEntries(items(value.map));
  if ("key" in value) return Keyword.of(String(value.key));
  if ("list" in value) return new List(items(value.list).map(fromParsed));
  if ("set" in value) return new Set(items(value.set).map(fromParsed));
  if ("tag" in value && "val" in value) return new Tagged(String(value.tag), fromParsed(value.val));
  if ("sym" in value) return new Sym(String(value.sym));
  if ("char" in value) return String(value.char);
  throw new SyntaxError(`an unknown kind of value (${Object.keys(value)})`);
}

function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function fromEntries(pairs: unknown[]): Edn {
  const object: EdnObject = {};
  const map = new Map<Edn, Edn>();
  for (const pair of pairs) {
    const [key, value] = items(pair).map(fromParsed);
    map.set(key ?? null, value ?? null);
    if (key instanceof Keyword) object[key.name] = value ?? null;
  }
  return [...map.keys()].every((key) => key instanceof Keyword) ? object : map;
}

/** Prints a value on one line, as Clojure's `pr` does. */
export function printEdn(value: Edn): string {
  if (value === null) return "nil";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object") return printScalar(value);
  if (value instanceof Keyword) return value.toString();
  if (Array.isArray(value)) return `[${printItems(value)}]`;
  if (isEdnObject(value)) return printObject(value);
  if (value instanceof Sym) return value.name;
  if (value instanceof Float) return printFloat(value.value);
  if (value instanceof Tagged) return `#${value.tag}${tagGap(value)}${printEdn(value.value)}`;
  const { open, close, parts } = container(value);
  return open + parts.map((part) => part.map(printEdn).join(" ")).join(separator(value)) + close;
}

function printItems(items: readonly Edn[]): string {
  let text = "";
  for (let i = 0; i < items.length; i++) text += (i === 0 ? "" : " ") + printEdn(items[i] ?? null);
  return text;
}

/** Builds no list of parts: most of what is ever printed is operations. */
function printObject(object: EdnObject): string {
  let text = "";
  for (const key in object) {
    const item = object[key];
    if (item !== undefined) text += `${text === "" ? "" : ", "}:${key} ${printEdn(item)}`;
  }
  return `{${text}}`;
}

function printScalar(value: boolean | number | bigint): string {
  if (typeof value === "number" && !Number.isInteger(value)) return printFloat(value);
  if (typeof value === "number" && !Number.isSafeInteger(value)) return printFloat(value);
  return String(value);
}

/** As Java prints a double: a decimal point always, an exponent from 10^7 and below 10^-3. */
function printFloat(value: number): string {
  if (Number.isNaN(value)) return "##NaN";
  if (!Number.isFinite(value)) return value > 0 ? "##Inf" : "##-Inf";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    const [digits = "0", exponent = "0"] = value.toExponential().split("e");
    return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

function tagGap(tagged: Tagged): string {
  return isEdnObject(tagged.value) || tagged.value instanceof Map ? "" : " ";
}

type Container =
  | List
  | readonly Edn[]
  | ReadonlyMap<Edn, Edn>
  | ReadonlySet<Edn>
  | EdnObject;

function separator(value: Container): string {
  return value instanceof Map || isEdnObject(value) ? ", " : " ";
}

/** Takes a container apart; a part is one value, or a key and its value. */
function container(value: Container): { open: string; close: string; parts: Edn[][] } {
  if (value instanceof Map || isEdnObject(value)) {
    return { open: "{", close: "}", parts: entriesOf(value) };
  }
  const parts = itemsOf(value).map((item) => [item]);
  if (value instanceof List) return { open: "(", close: ")", parts };
  if (value instanceof Set) return { open: "#{", close: "}", parts };
  return { open: "[", close: "]", parts };
}

/** Prints a value over several lines no wider than `width` where that is possible. */
export function prettyEdn(value: Edn, width = 70, indent = 0): string {
  const flat = printEdn(value);
  if (indent + flat.length <= width || value === null || typeof value !== "object") return flat;
  if (value instanceof Keyword || value instanceof Sym || value instanceof Float) return flat;
  if (value instanceof Tagged) {
    const prefix = `#${value.tag}${tagGap(value)}`;
    return prefix + prettyEdn(value.value, width, indent + prefix.length);
  }
  const { open, close, parts } = container(value);
  const inner = indent + open.length;
  const lines = parts.map((part) => {
    const [first = null, second] = part;
    if (second === undefined) return prettyEdn(first, width, inner);
    const key = printEdn(first);
    return `${key} ${prettyEdn(second, width, inner + key.length + 1)}`;
  });
  const comma = separator(value).startsWith(",") ? "," : "";
  return open + lines.join(`${comma}\n${" ".repeat(inner)}`) + close;
}
