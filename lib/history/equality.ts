/**
 * Equality of EDN values.
 *
 * It is Clojure's `=`, except that numbers are equal if their values are, whether integers or
 * floats: a history read back from a file no longer tells `1.0` from `1`. Sequences equal sequences,
 * whether vectors or lists; maps and sets are equal whatever their order.
 *
 * @module
 */
import { type Edn, entriesOf, Float, Keyword, List, printEdn, Sym, Tagged } from "./edn.ts";

/** A text that two values share exactly if they are equal. */
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

/** A value in a form that can be a key of a `Map`. */
export type Key = null | boolean | number | bigint | string | Keyword;

/** Begins the keys of compound values, so that no string equals them. */
const COMPOUND = "\u0000";

/** A key that two values share exactly if they are equal; scalars are their own. */
export function keyOf(value: Edn): Key {
  if (typeof value === "string") {
    return value.startsWith(COMPOUND) ? COMPOUND + canonical(value) : value;
  }
  if (value === null || typeof value !== "object" || value instanceof Keyword) return value;
  return value instanceof Float ? value.value : COMPOUND + canonical(value);
}

/** Returns whether two values are equal. */
export function sameEdn(a: Edn, b: Edn): boolean {
  return a === b || keyOf(a) === keyOf(b);
}
