/**
 * `JSON.rawJSON` (ECMAScript 2026), which TypeScript's library does not know yet.
 *
 * @module
 */

/** A value that `JSON.stringify` prints as exactly this text. */
export function rawJson(text: string): unknown {
  if (!("rawJSON" in JSON) || typeof JSON.rawJSON !== "function") {
    throw new TypeError("this runtime lacks JSON.rawJSON");
  }
  return JSON.rawJSON(text);
}
