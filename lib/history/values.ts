/**
 * The values of EDN.
 *
 * @module
 */
import { type EdnNumber, isEdnNumber, toDouble } from "./numbers.ts";

/**
 * An EDN keyword. Interned: two keywords of one name are the same object.
 *
 * @example
 * ```ts
 * import { Keyword, parseEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const read = parseEdn(":read");
 * assertEquals([read === Keyword.of("read"), read?.toString()], [true, ":read"]);
 * ```
 */
export class Keyword {
  private constructor(readonly name: string) {}

  static readonly #interned = new Map<string, Keyword>();

  /** The one keyword of that name, given without its colon. */
  static of(name: string): Keyword {
    let known = Keyword.#interned.get(name);
    if (known === undefined) Keyword.#interned.set(name, known = new Keyword(name));
    return known;
  }

  /** The name with its colon. */
  toString(): string {
    return `:${this.name}`;
  }
}

/**
 * The one keyword of that name: `keyword("read")` is EDN's `:read`.
 *
 * @example
 * ```ts
 * import { keyword, printEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printEdn([keyword("read"), "read"]), '[:read "read"]');
 * assertEquals(keyword("read") === keyword("read"), true);
 * ```
 */
export const keyword: (name: string) => Keyword = Keyword.of;

/** A sequence that prints in parentheses, as Clojure's lists and lazy sequences do. */
export class List {
  /** A list of these items. */
  constructor(readonly items: readonly Edn[] = []) {}
}

/** A tagged element: `#jepsen.history.Op{…}` has the tag `jepsen.history.Op`. */
export class Tagged {
  /** A value and its tag, without the `#`. */
  constructor(readonly tag: string, readonly value: Edn) {}
}

/** A symbol, such as a class name in an exception's trace. */
export class Sym {
  /** A symbol of that name. */
  constructor(readonly name: string) {}
}

/** A character, a UTF-16 code unit: `\a` is no string. */
export class Char {
  /** The character as a string of length 1. */
  constructor(readonly unit: string) {}
}

/** Splits the name of a keyword or symbol into its namespace, empty where it has none, and the rest. */
export function splitName(name: string): [namespace: string, name: string] {
  const slash = name === "/" ? -1 : name.indexOf("/");
  return slash < 0 ? ["", name] : [name.slice(0, slash), name.slice(slash + 1)];
}

/** A map whose keys are keywords, under their names. A key whose value is `undefined` is absent. */
export interface EdnObject {
  /** The value of a key, by the key's name. */
  [key: string]: Edn | undefined;
}

/** Any EDN value. */
export type Edn =
  | null
  | boolean
  | EdnNumber
  | string
  | Char
  | Keyword
  | Sym
  | List
  | Tagged
  | readonly Edn[]
  | ReadonlyMap<Edn, Edn>
  | ReadonlySet<Edn>
  | EdnObject;

/**
 * Returns whether a value is a map all of whose keys are keywords.
 *
 * @example
 * ```ts
 * import { isEdnObject, parseEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["{:a 1}", '{"a" 1}', "[1]"].map((text) => isEdnObject(parseEdn(text))), [true, false, false]);
 * ```
 */
export function isEdnObject(value: Edn | undefined): value is EdnObject {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Returns the entries of a map of either form; none of anything else.
 *
 * @example
 * ```ts
 * import { entriesOf, keyword, parseEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(entriesOf(parseEdn("{:a 1}")), [[keyword("a"), 1]]);
 * assertEquals(entriesOf(parseEdn('{"a" 1}')), [["a", 1]]);
 * ```
 */
export function entriesOf(value: Edn | undefined): [Edn, Edn][] {
  if (value instanceof Map) return [...value];
  if (!isEdnObject(value)) return [];
  const entries: [Edn, Edn][] = [];
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) entries.push([Keyword.of(name), item]);
  }
  return entries;
}

/**
 * Returns the items of a vector, list or set; none of anything else.
 *
 * @example
 * ```ts
 * import { itemsOf, parseEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["[1 2]", "(1 2)", "#{1 2}", "12"].map((text) => itemsOf(parseEdn(text)).length), [2, 2, 2, 0]);
 * ```
 */
export function itemsOf(value: Edn | undefined): readonly Edn[] {
  if (value instanceof List) return value.items;
  if (Array.isArray(value)) return value;
  return value instanceof Set ? [...value] : [];
}

/**
 * Returns a number of any kind as the nearest double.
 *
 * @example
 * ```ts
 * import { numberOf, parseEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["1", "1.50M", "1/2", ":a"].map((text) => numberOf(parseEdn(text))), [1, 1.5, 0.5, undefined]);
 * ```
 */
export function numberOf(value: Edn | undefined): number | undefined {
  return isEdnNumber(value) ? toDouble(value) : undefined;
}
