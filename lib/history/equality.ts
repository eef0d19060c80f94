/**
 * Equality of EDN values, Clojure's `=`.
 *
 * Sequences equal sequences, whether vectors or lists; maps and sets are equal whatever their order;
 * numbers are equal within their category only, so that 1 is not 1.0 (see `numbers.ts`).
 *
 * @module
 */
import { printEdn } from "./edn_printer.ts";
import { BigInteger, canonicalNumber, Float, isEdnNumber, plainInteger } from "./numbers.ts";
import { Char, type Edn, entriesOf, Keyword, List, Sym, Tagged } from "./values.ts";

/** A text that two values share exactly if they are equal. */
export function canonical(value: Edn): string {
  if (Array.isArray(value)) return canonicalItems(value);
  if (isEdnNumber(value)) return canonicalNumber(value);
  if (value === null || typeof value !== "object") return printEdn(value);
  if (value instanceof Keyword || value instanceof Sym || value instanceof Char) {
    return printEdn(value);
  }
  if (value instanceof Tagged) return `#${value.tag} ${canonical(value.value)}`;
  if (value instanceof List) return canonicalItems(value.items);
  if (value instanceof Set) return `#{${[...value].map(canonical).sort().join(" ")}}`;
  const entries = entriesOf(value).map(([key, item]) => `${canonical(key)} ${canonical(item)}`);
  return `{${entries.sort().join(", ")}}`;
}

function canonicalItems(items: readonly Edn[]): string {
  let text = "";
  for (const item of items) text += `${text === "" ? "" : " "}${canonical(item)}`;
  return `[${text}]`;
}

/** A value in a form that can be a key of a `Map`. */
export type Key = null | boolean | number | bigint | string | Keyword;

/** Begins the keys of compound values, so that no string equals them. */
const COMPOUND = "\u0000";

/** A key that two values share exactly if they are equal; most scalars are their own. */
export function keyOf(value: Edn): Key {
  switch (typeof value) {
    case "string":
      return value.startsWith(COMPOUND) ? COMPOUND + canonical(value) : value;
    case "number":
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? COMPOUND + canonicalNumber(value)
        : value;
    case "object":
      return value === null || value instanceof Keyword ? value : keyOfObject(value);
    default:
      return value;
  }
}

function keyOfObject(value: Edn & object): Key {
  if (Array.isArray(value)) return COMPOUND + canonical(value);
  if (value instanceof BigInteger) return plainInteger(value.value);
  if (value instanceof Float && !Number.isInteger(value.value)) return value.value;
  return COMPOUND + canonical(value);
}

/** Returns whether two values are equal. */
export function sameEdn(a: Edn, b: Edn): boolean {
  return a === b || keyOf(a) === keyOf(b);
}
