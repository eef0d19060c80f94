/**
 * JSON with numbers as they were written. JavaScript's numbers are doubles, so `JSON.parse` rounds
 * integers beyond 2^53, turns 5.0 into 5 and 1e400 into infinity, which `JSON.stringify` prints as
 * null. What a node only passes on must leave it as it came.
 *
 * @module
 */

/** A number that a double would change. `JSON.stringify` prints it as it was written. */
export interface RawNumber {
  /** The number's text. */
  readonly rawJSON: string;
}

/**
 * Every number that a double may change contains a match of this, and most texts contain none. It is
 * searched five times as fast as the next pattern: V8 skips ahead only where a pattern spells out its
 * length.
 */
const SUSPECT = /\d(?:[eE.][-+\d]|\d\d\d\d\d\d\d\d\d\d\d\d\d\d\d)/;
/** Numbers that a double may change; a match may be harmless, or in a string. */
const LOSSY = /(?:^|[:[,])\s*-?(?:\d{16}|\d+\.(?:0|\d{16})|\d+(?:\.\d+)?[eE])/;

/** Whether JSON may hold numbers that a double would change. */
export function mayLoseDigits(text: string): boolean {
  return SUSPECT.test(text) && LOSSY.test(text);
}

/**
 * Parses JSON; numbers that a double would change become {@linkcode RawNumber}s.
 *
 * @throws {SyntaxError} if the text is not JSON.
 */
export function parseExact(text: string): unknown {
  return mayLoseDigits(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
}

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }) {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined) return value;
  const isExact = /^-?\d+$/.test(source)
    ? Number.isSafeInteger(value)
    : Number.isFinite(value) && !Number.isInteger(value);
  return isExact ? value : rawJson(source);
}

/**
 * A value that `JSON.stringify` prints as exactly this text: `JSON.rawJSON` (ECMAScript 2026), which
 * TypeScript's library does not know yet.
 */
export function rawJson(text: string): unknown {
  if (!("rawJSON" in JSON) || typeof JSON.rawJSON !== "function") {
    throw new TypeError("this runtime lacks JSON.rawJSON");
  }
  return JSON.rawJSON(text);
}

/** Whether a value is an integer, however large. */
export function isAnyInteger(value: unknown): value is number | RawNumber {
  return Number.isInteger(value) || (isRaw(value) && /^-?\d+$/.test(value.rawJSON));
}

/** Raw values have no prototype, unlike an object with such a field. */
function isRaw(value: unknown): value is RawNumber {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null &&
    "rawJSON" in value && typeof value.rawJSON === "string";
}
