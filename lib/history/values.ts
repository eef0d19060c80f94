/**
 * Equality and order of EDN values, as Clojure's `=` and `compare` see them.
 *
 * Numbers are equal by what they are worth, whatever type holds them; sequences are equal to
 * sequences, whether vectors or lists; maps and sets are equal whatever their order.
 *
 * @module
 */
import { type Edn, Float, isEdnObject, Keyword, List, printEdn, Sym, Tagged } from "./edn.ts";

/** A text that two values share exactly if they are equal: a key for sets, maps and sorting. */
export function canonical(value: Edn): string {
  if (value instanceof Float) return printEdn(value.value);
  if (value === null || typeof value !== "object") return printEdn(value);
  if (value instanceof Keyword || value instanceof Sym) return printEdn(value);
  if (value instanceof Tagged) return `#${value.tag} ${canonical(value.value)}`;
  if (value instanceof List) return `[${value.items.map(canonical).join(" ")}]`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(" ")}]`;
  if (value instanceof Set) return `#{${[...value].map(canonical).sort().join(" ")}}`;
  const entries = entriesOf(value).map(([key, item]) => `${canonical(key)} ${canonical(item)}`);
  return `{${entries.sort().join(", ")}}`;
}

/** Whether two values are equal. */
export function sameEdn(a: Edn, b: Edn): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** The entries of a map of either form; none of anything else. */
export function entriesOf(value: Edn | undefined): [Edn, Edn][] {
  if (value instanceof Map) return [...value];
  if (!isEdnObject(value)) return [];
  const entries: [Edn, Edn][] = [];
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) entries.push([Keyword.of(name), item]);
  }
  return entries;
}

/** The items of a vector, list or set; none of anything else. */
export function itemsOf(value: Edn | undefined): readonly Edn[] {
  if (value instanceof List) return value.items;
  if (Array.isArray(value)) return value;
  return value instanceof Set ? [...value] : [];
}

/** The number in a value, a {@linkcode Float} or an integer of any size included. */
export function numberOf(value: Edn | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof Float ? value.value : undefined;
}

/**
 * The order of two values as Clojure's `compare` has it: numbers by worth, strings by code units,
 * vectors by length and then item by item, nothing before everything.
 *
 * @throws {TypeError} where they are of kinds that have no order between them, or none at all, as
 * maps and sets.
 */
export function compareEdn(a: Edn, b: Edn): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === "string" && typeof b === "string") return order(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return order(a, b);
  if (a instanceof Keyword && b instanceof Keyword) return order(a.name, b.name);
  if (isNumber(a) && isNumber(b)) return order(worth(a), worth(b));
  if (Array.isArray(a) && Array.isArray(b)) return compareItems(a, b);
  throw new TypeError(
    `${kindOf(a)} and ${kindOf(b)} have no order: ${printEdn(a)} beside ${printEdn(b)}`,
  );
}

function compareItems(a: readonly Edn[], b: readonly Edn[]): number {
  if (a.length !== b.length) return a.length - b.length;
  for (const [index, item] of a.entries()) {
    const difference = compareEdn(item, b[index] ?? null);
    if (difference !== 0) return difference;
  }
  return 0;
}

function order<T extends string | boolean | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isNumber(value: Edn): value is number | bigint | Float {
  return typeof value === "number" || typeof value === "bigint" || value instanceof Float;
}

function worth(value: number | bigint | Float): number | bigint {
  return value instanceof Float ? value.value : value;
}

function kindOf(value: Edn): string {
  if (isNumber(value)) return "a number";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A `Map` key that two values share exactly if they are equal; numbers are their own. */
export function keyOf(value: Edn): Edn {
  if (value instanceof Float) return value.value;
  return typeof value === "object" || typeof value === "string" ? canonical(value) : value;
}
