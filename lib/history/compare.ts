/**
 * The order of EDN values, as Clojure's `compare` has it.
 *
 * @module
 */
import { printEdn } from "./edn_printer.ts";
import { compareNumbers, isEdnNumber } from "./numbers.ts";
import { Char, type Edn, Keyword, splitName, Sym } from "./values.ts";

/**
 * Compares two values: numbers by magnitude, strings by code units, vectors by length and then item
 * by item, `nil` before everything. The result's sign is the order, as `Array.sort` expects.
 *
 * @throws {TypeError} if the values are of kinds that have no order between them, or of a kind that
 * has none at all, such as maps and sets.
 */
export function compareEdn(a: Edn, b: Edn): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === "string" && typeof b === "string") return order(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return order(a, b);
  if (isEdnNumber(a) && isEdnNumber(b)) return compareNumbers(a, b);
  if (a instanceof Keyword && b instanceof Keyword) return compareNames(a.name, b.name);
  if (a instanceof Sym && b instanceof Sym) return compareNames(a.name, b.name);
  if (a instanceof Char && b instanceof Char) return order(a.unit, b.unit);
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

/** Names without a namespace come first, others by their namespaces. */
function compareNames(a: string, b: string): number {
  const [[space, name], [otherSpace, otherName]] = [splitName(a), splitName(b)];
  return order(space, otherSpace) || order(name, otherName);
}

function order<T extends string | boolean>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function kindOf(value: Edn): string {
  if (isEdnNumber(value)) return "a number";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
