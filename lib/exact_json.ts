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
 * Parses JSON; numbers that a double would change become {@linkcode RawNumber}s.
 *
 * @throws {SyntaxError} if the text is not JSON.
 */
export function parseExact(text: string): unknown {
  return mayBeLossy(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
}

const [SPACE, COMMA, MINUS, DOT, ZERO, NINE] = [0x20, 0x2c, 0x2d, 0x2e, 0x30, 0x39];
const [COLON, BRACKET] = [0x3a, 0x5b];
/** A lower-case letter's bit. */
const LOWER = 0x20;
const E = 0x65;
/** Beyond so many digits, doubles do not tell all integers apart. */
const SAFE_DIGITS = 15;

/**
 * Whether a text may hold a number that a double would change: one with many digits, an exponent, or
 * a fraction that begins with 0. It may be harmless, or in a string. A regular expression that
 * says the same takes longer than parsing does.
 */
function mayBeLossy(text: string): boolean {
  let isNumber = false;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= ZERO && unit <= NINE) {
      if (isNumber && ++digits > SAFE_DIGITS) return true;
    } else if (unit === DOT) {
      if (isNumber && text.charCodeAt(i + 1) === ZERO) return true;
      digits = -Infinity; // a fraction may have as many as it likes
    } else {
      if (isNumber && digits !== 0 && (unit | LOWER) === E) return true;
      isNumber = unit <= SPACE || unit === COMMA || unit === MINUS || unit === COLON ||
        unit === BRACKET;
      digits = 0;
    }
  }
  return false;
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
