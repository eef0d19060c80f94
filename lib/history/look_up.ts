/**
 * Values deep inside other values.
 *
 * @module
 */
import { type Edn, isEdnObject, itemsOf, keyword, Tagged } from "./edn.ts";
import { keyOf } from "./equality.ts";

/**
 * Follows a path of keys into a value. A name is a keyword or a string, a number the key of a map or
 * the index of an item; maps may be tagged.
 */
export function lookUp(
  value: Edn | undefined,
  path: readonly (string | number)[],
): Edn | undefined {
  return path.reduce(child, value);
}

function child(value: Edn | undefined, key: string | number): Edn | undefined {
  const map = value instanceof Tagged ? value.value : value;
  if (isEdnObject(map)) return map[key];
  if (!(map instanceof Map)) return itemsOf(map)[Number(key)];
  if (typeof key === "string") return map.get(keyword(key)) ?? map.get(key);
  for (const [name, item] of map) if (keyOf(name) === key) return item;
  return undefined;
}
