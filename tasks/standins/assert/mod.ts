/**
 * Stands in for `@std/assert` where JSR is out of reach (see `tasks/setup.ts`): the functions the
 * project uses, with the real package's signatures and verdicts, on what Deno itself ships.
 */

import { diff, isDeepStrictEqual, stripVTControlCharacters, styleText, types } from "node:util";

/** What every failed assertion throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/**
 * Any class. The tests pass the real package for this one, whose constructors take `any`; and nothing
 * but `any` takes their place: `unknown[]` refuses a class whose constructor asks for something, and
 * `never[]` refuses the real package's type.
 */
// deno-lint-ignore no-explicit-any -- see above
type Class<T> = abstract new (...args: any[]) => T;

/** A value that is false in a condition. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Anything with a length and indexed elements that is not a string. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/**
 * Whether two values are equal by structure, as `assertEquals` sees it: `0` equals `-0`, `NaN`
 * equals `NaN`, a missing property differs from an `undefined` one, an object without a prototype
 * equals a plain one, and the order of properties, map entries and set elements does not matter.
 */
export function equal(a: unknown, b: unknown): boolean {
  return equalWithin(a, b, new Map());
}

/** `pairs` holds the comparisons under way: meeting one again means that a cycle closes alike. */
function equalWithin(a: unknown, b: unknown, pairs: Map<object, object>): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (
    (Object.getPrototypeOf(a) ?? Object.prototype) !==
      (Object.getPrototypeOf(b) ?? Object.prototype)
  ) {
    return false;
  }
  for (const kind of [WeakMap, WeakSet]) {
    if (a instanceof kind) throw new TypeError(`Cannot compare ${kind.name} instances`);
  }
  if (a instanceof WeakRef && b instanceof WeakRef) return equalWithin(a.deref(), b.deref(), pairs);
  if (types.isAnyArrayBuffer(a)) return isDeepStrictEqual(a, b);
  if (pairs.get(a) === b) return true;
  pairs.set(a, b);

  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (types.isTypedArray(a) && types.isTypedArray(b)) {
    return a.length === b.length && [...a].every((x, i) => equalWithin(x, b[i], pairs));
  }
  if (a instanceof Set && b instanceof Set) {
    return a.size === b.size &&
      [...a].every((x) => b.has(x) || isObject(x) && [...b].some((y) => equalWithin(x, y, pairs)));
  }
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size &&
      [...a].every(([key, value]) =>
        b.has(key)
          ? equalWithin(value, b.get(key), pairs)
          : isObject(key) && [...b].some(([otherKey, otherValue]) =>
            equalWithin(key, otherKey, pairs) && equalWithin(value, otherValue, pairs)
          )
      );
  }
  if (isAllInItsText(a)) return String(a) === String(b);
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  const keys = new Set([...keysOf(a), ...keysOf(b)]);
  return [...keys].every((key) =>
    key in a && key in b && equalWithin(Reflect.get(a, key), Reflect.get(b, key), pairs)
  );
}

function isAllInItsText(value: object): boolean {
  return value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams ||
    Object.prototype.toString.call(value).startsWith("[object Temporal.");
}

/** The keys of an object and of its class, whose getters show what is private. */
function* keysOf(value: object): Generator<PropertyKey> {
  yield* Reflect.ownKeys(value);
  const parent: unknown = Object.getPrototypeOf(value);
  const isBuiltIn = parent === Object.prototype || parent === Array.prototype;
  if (isObject(parent) && !isBuiltIn) yield* keysOf(parent);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Throws unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Throws unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** Throws, with the difference line by line, unless the two are equal by structure. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(`Values are not equal${suffix(msg)}\n${difference(actual, expected)}`);
}

/** Throws if the two are equal by structure. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${suffix(msg)}`,
  );
}

/** Throws unless the two are the same by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw new AssertionError(
    format(actual) === format(expected)
      ? `Values have the same structure but are not reference-equal${suffix(msg)}\n\n${
        format(actual)
      }\n`
      : `Values are not strictly equal${suffix(msg)}\n${difference(actual, expected)}`,
  );
}

/** Throws if the two are the same by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${format(actual)}${suffix(msg)}\n`,
  );
}

/**
 * Throws unless the numbers are at most `tolerance` apart; without one, a ten-millionth of
 * `expected`.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  msg?: string,
): void {
  const delta = Math.abs(expected - actual);
  if (Object.is(actual, expected) || delta <= tolerance) return;
  const [a, e, d, t] = [actual, expected, delta, tolerance].map((n) =>
    Number.isInteger(n) ? `${n}` : n.toExponential()
  );
  throw new AssertionError(
    `Expected actual: "${a}" to be close to "${e}": delta "${d}" is greater than "${t}"${
      suffix(msg)
    }`,
  );
}

/** Throws unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) throw new AssertionError(msg ?? comparison(actual, ">", expected));
}

/** Throws unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) throw new AssertionError(msg ?? comparison(actual, ">=", expected));
}

/** Throws unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) throw new AssertionError(msg ?? comparison(actual, "<", expected));
}

/** Throws unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) throw new AssertionError(msg ?? comparison(actual, "<=", expected));
}

/** Throws on `null` and `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}

/** Throws unless the string contains the other. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${suffix(msg)}`,
  );
}

/** Throws unless the string matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(`Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`);
}

/** Throws if the string matches. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not match: "${expected}"${suffix(msg)}`,
  );
}

/** Throws unless every element of `expected` equals some element of `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !present.some((x) => equal(x, item)));
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${format(actual)}" to include: "${format(expected)}"${
      suffix(msg)
    }\nmissing: ${format(missing)}`,
  );
}

/** Throws unless `actual` has every property of `expected`, nested objects and arrays likewise. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals<unknown>(
    common(actual, expected, new Map()),
    common(expected, expected, new Map()),
    msg,
  );
}

/**
 * The part of `actual` that `expected` speaks of, as plain objects, so that classes do not matter.
 * What has nothing in common with a non-empty `expected` stays whole, to be shown in the message.
 */
function common(actual: unknown, expected: unknown, pairs: Map<object, object>): unknown {
  if (!isObject(actual) || !isObject(expected)) return actual;
  if (actual instanceof Date || actual instanceof RegExp) return actual;
  if (pairs.get(actual) === expected) return actual;
  pairs.set(actual, expected);
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.slice(0, expected.length).map((x, i) => common(x, expected[i], pairs));
  }
  if (actual instanceof Set && expected instanceof Set) return actual.intersection(expected);
  if (actual instanceof Map && expected instanceof Map) {
    return new Map(
      [...actual].filter(([key]) => expected.has(key))
        .map(([key, value]) => [key, common(value, expected.get(key), pairs)]),
    );
  }
  const wanted = Reflect.ownKeys(expected);
  const keys = Reflect.ownKeys(actual);
  const shared = keys.filter((key) => wanted.includes(key));
  const kept = shared.length === 0 && wanted.length > 0 ? keys : shared;
  return Object.fromEntries(
    kept.map((key) => [
      key,
      common(Reflect.get(actual, key), Reflect.get(expected, key), pairs),
    ]),
  );
}

/** Throws unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T extends Class<unknown>>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const found = actual === null
    ? "null"
    : isObject(actual)
    ? actual.constructor?.name ?? "Object"
    : typeof actual;
  const but = found === expectedType.name
    ? ""
    : found === "function"
    ? " but was not an instanced object"
    : ` but was "${found}"`;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}"${but}${suffix(msg)}`,
  );
}

/** Throws unless `error` is an error, of the class and with the message asked for. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: Class<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${suffix(msg)}`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor?.name}"${
        suffix(msg)
      }`,
    );
  }
  if (!msgMatches) return;
  const message = stripVTControlCharacters(error.message);
  const matches = typeof msgMatches === "string"
    ? message.includes(stripVTControlCharacters(msgMatches))
    : msgMatches.test(message);
  if (matches) return;
  throw new AssertionError(
    `Expected error message to include ${
      typeof msgMatches === "string" ? JSON.stringify(msgMatches) : msgMatches
    }, but got ${JSON.stringify(error.message)}${suffix(msg)}`,
  );
}

/** Throws unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Throws unless `fn` throws an error of the class and with the message asked for. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  errorClassOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const [ErrorClass, note] = typeof errorClassOrMsg === "string"
    ? [undefined, errorClassOrMsg]
    : [errorClassOrMsg, msg];
  try {
    fn();
  } catch (error) {
    checkError(error, "thrown", ErrorClass, msgIncludes, note);
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(note)}`);
}

/** Throws unless the promise of `fn` rejects; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Throws unless the promise of `fn` rejects with an error of the class and message asked for. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const [ErrorClass, note] = typeof errorClassOrMsg === "string"
    ? [undefined, errorClassOrMsg]
    : [errorClassOrMsg, msg];
  let promise: unknown;
  try {
    promise = fn();
  } catch {
    // Told apart below: throwing is not rejecting.
  }
  if (!isObject(promise) || typeof Reflect.get(promise, "then") !== "function") {
    throw new AssertionError(`Function throws when expected to reject${suffix(note)}`);
  }
  try {
    await promise;
  } catch (error) {
    checkError(error, "rejected", ErrorClass, msgIncludes, note);
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(note)}`);
}

function checkError(
  error: unknown,
  how: "thrown" | "rejected",
  ErrorClass: Class<Error> | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): void {
  if (!ErrorClass) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${suffix(msg)}`);
  }
  assertIsError(error, ErrorClass, msgIncludes, msg);
}

/** Throws, always. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}

/** Throws, always: for a place that can never be reached. */
export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${suffix(msg)}`);
}

function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

function comparison(actual: unknown, operator: string, expected: unknown): string {
  return `Expect ${format(actual)} ${operator} ${format(expected)}`;
}

/** A value in full, one property or element a line, so that two of them compare line by line. */
function format(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: Infinity,
    getters: true,
    strAbbreviateSize: Infinity,
  });
}

/** The lines of both values: `-` only in the actual one, `+` only in the expected one. */
function difference(actual: unknown, expected: unknown): string {
  // A long string is read best line by line, not as one line with escapes.
  const lines = (value: unknown) =>
    typeof value === "string" && value.includes("\n")
      ? value.split("\n").map((line) => JSON.stringify(line).slice(1, -1))
      : format(value).split("\n");
  const [actualLines, expectedLines] = [lines(actual), lines(expected)];
  const changes: string[] = [];
  for (const [where, line] of diff(actualLines, expectedLines)) {
    if (where === 1) changes.push(styleText("red", `-   ${line}`));
    else if (where === -1) changes.push(styleText("green", `+   ${line}`));
    else changes.push(`    ${line}`);
  }
  const legend = `${styleText("red", "- Actual")} / ${styleText("green", "+ Expected")}`;
  return `\n\n    [Diff] ${legend}\n\n\n${changes.join("\n")}\n`;
}
