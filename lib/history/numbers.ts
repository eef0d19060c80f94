/**
 * Numbers as Clojure has them.
 *
 * Clojure's `=` compares numbers within a category only: `1` and `1.0` are two values, and so are
 * `1.0` and `1.0M`; `1` and `1N`, both integers, are one.
 *
 * | EDN                    | here                                                   |
 * | ---------------------- | ------------------------------------------------------ |
 * | `1`                    | `number`; `bigint` beyond 2^53                         |
 * | `1N`                   | {@linkcode BigInteger}                                 |
 * | `1.5`, `##Inf`,`##NaN` | `number`                                               |
 * | `1.0`, `1e300`         | {@linkcode Float}, as a `number` would be an integer   |
 * | `1.50M`                | {@linkcode Decimal}                                    |
 * | `1/2`                  | {@linkcode Ratio}                                      |
 *
 * @module
 */
import { rawJson } from "../exact_json.ts";

/** A floating-point number, also where it is whole: `new Float(1)` prints `1.0`. */
export class Float {
  /** The double, whole or not. */
  constructor(readonly value: number) {}

  /** Keeps the decimal point in JSON, too. */
  toJSON(): unknown {
    const text = Object.is(this.value, -0) ? "-0" : String(this.value);
    return rawJson(/[.e]/.test(text) ? text : `${text}.0`);
  }
}

/** An integer written with the suffix `N`. */
export class BigInteger {
  /** The integer, of any size. */
  constructor(readonly value: bigint) {}

  /** All its digits in JSON, too. */
  toJSON(): unknown {
    return rawJson(String(this.value));
  }
}

/** A quotient of two integers in lowest terms, its denominator above 1. */
export class Ratio {
  /** The quotient of two integers, which the caller has reduced. */
  constructor(readonly numerator: bigint, readonly denominator: bigint) {}

  /** The nearest double, as JSON has no quotients. */
  toJSON(): unknown {
    return toDouble(this);
  }
}

/** A decimal of any precision, `unscaled · 10^-scale`. */
export class Decimal {
  /** The digits as an integer, and how many of them follow the point. */
  constructor(readonly unscaled: bigint, readonly scale: number) {}

  /** All its digits in JSON, too. */
  toJSON(): unknown {
    return rawJson(printDecimal(this));
  }
}

/** Any number of EDN. */
export type EdnNumber = number | bigint | Float | BigInteger | Ratio | Decimal;

/** Returns whether a value is a number of any kind. */
export function isEdnNumber(value: unknown): value is EdnNumber {
  return typeof value === "number" || typeof value === "bigint" || value instanceof Float ||
    value instanceof BigInteger || value instanceof Ratio || value instanceof Decimal;
}

/** The nearest double. */
export function toDouble(value: EdnNumber): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Float) return value.value;
  if (value instanceof BigInteger) return Number(value.value);
  if (value instanceof Ratio) return Number(value.numerator) / Number(value.denominator);
  return Number(`${value.unscaled}e${-value.scale}`);
}

/** An integer in the form in which a plain one is kept: `bigint` only beyond 2^53. */
export function plainInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Wraps a double: whole ones need a {@linkcode Float}. */
export function double(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** The quotient of two integers: an integer where it is one. */
export function divide(numerator: bigint, denominator: bigint): number | bigint | Ratio {
  const divisor = greatestCommonDivisor(numerator, denominator);
  return denominator === divisor
    ? plainInteger(numerator / divisor)
    : new Ratio(numerator / divisor, denominator / divisor);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Reads a decimal such as `-1.50` or `1e3`, without its suffix. */
export function parseDecimal(text: string): Decimal {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = BigInt(`${whole}${fraction}`.replace("+", ""));
  return new Decimal(digits, fraction.length - Number(exponent));
}

/** Wraps a fraction as Maelstrom prints it: the shortest decimal that identifies its 32-bit float. */
export function float32(value: number): Float {
  const rounded = Math.fround(value);
  for (let digits = 1; digits < 17; digits++) {
    const brief = Number(rounded.toPrecision(digits));
    if (Math.fround(brief) === rounded) return new Float(brief);
  }
  return new Float(rounded);
}

function isFloating(value: EdnNumber): value is number | Float {
  return value instanceof Float || typeof value === "number" && !Number.isSafeInteger(value);
}

/** Prints a number as Clojure's `pr` does, except that no long integer gains an `N`. */
export function printNumber(value: EdnNumber): string {
  if (isFloating(value)) return printDouble(toDouble(value));
  if (value instanceof BigInteger) return `${value.value}N`;
  if (value instanceof Ratio) return `${value.numerator}/${value.denominator}`;
  return value instanceof Decimal ? `${printDecimal(value)}M` : String(value);
}

/** As Java prints a double: a decimal point always, an exponent from 10^7 and below 10^-3. */
function printDouble(value: number): string {
  if (Number.isNaN(value)) return "##NaN";
  if (!Number.isFinite(value)) return value > 0 ? "##Inf" : "##-Inf";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    const [digits = "0", exponent = "0"] = value.toExponential().split("e");
    return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** As Java prints a `BigDecimal`: an exponent where the scale is negative or the value tiny. */
function printDecimal({ unscaled, scale }: Decimal): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const exponent = digits.length - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    if (scale === 0) return sign + digits;
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${sign}${mantissa}E${exponent < 0 ? "" : "+"}${exponent}`;
}

/** A text that two numbers share exactly if Clojure's `=` holds of them (`##NaN` shares its own). */
export function canonicalNumber(value: EdnNumber): string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (value instanceof BigInteger) return String(value.value);
  if (value instanceof Decimal) return printNumber(withoutTrailingZeros(value));
  return value instanceof Float && value.value === 0 ? "0.0" : printNumber(value);
}

/** The form in which equal decimals are the same. */
export function withoutTrailingZeros({ unscaled, scale }: Decimal): Decimal {
  if (unscaled === 0n) return new Decimal(0n, 0);
  const zeros = /0*$/.exec(String(unscaled))?.[0].length ?? 0;
  return new Decimal(unscaled / 10n ** BigInt(zeros), scale - zeros);
}

/** Orders two numbers by magnitude, as doubles if either is one; `##NaN` ranks with any number. */
export function compareNumbers(a: EdnNumber, b: EdnNumber): number {
  if (typeof a === "number" && typeof b === "number") return order(a, b);
  if (isFloating(a) || isFloating(b)) return order(toDouble(a), toDouble(b));
  const [[top, bottom], [otherTop, otherBottom]] = [fractionOf(a), fractionOf(b)];
  return order(top * otherBottom, otherTop * bottom);
}

function order(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fractionOf(value: EdnNumber): [numerator: bigint, denominator: bigint] {
  if (value instanceof Ratio) return [value.numerator, value.denominator];
  if (value instanceof Decimal) {
    const power = 10n ** BigInt(Math.abs(value.scale));
    return value.scale < 0 ? [value.unscaled * power, 1n] : [value.unscaled, power];
  }
  return [integerOf(value) ?? 0n, 1n];
}

/** The value of an integer of any form; `undefined` of any other number. */
function integerOf(value: EdnNumber): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (value instanceof BigInteger) return value.value;
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}
