/**
 * JSON as a node wrote it. JavaScript's numbers are doubles, so `JSON.parse` turns `5.0` into 5 and
 * rounds integers beyond 2^53; a checker must see what the node sent.
 *
 * @module
 */
import {
  Char,
  type Edn,
  type EdnObject,
  entriesOf,
  Float,
  isEdnObject,
  itemsOf,
  Keyword,
  printEdn,
  Sym,
  Tagged,
} from "./edn.ts";
import { isEdnNumber } from "./numbers.ts";
import { mayLoseDigits, rawJson } from "../exact_json.ts";

interface ReviverContext {
  readonly source?: string;
}

/**
 * Parses JSON. Whole numbers beyond 2^53 become `bigint`, whole numbers written as fractions (`5.0`)
 * become {@linkcode Float}.
 *
 * @throws {SyntaxError} if the text is not JSON.
 */
export function parseJson(text: string): unknown {
  return mayLoseDigits(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
}

function exactNumber(_key: string, value: unknown, context?: ReviverContext): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined) return value;
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  return Number.isInteger(value) ? new Float(value) : value;
}

/** Prints what {@linkcode parseJson} returned as JSON again. */
export function printJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, bigIntegersRaw); // many times slower, and rarely needed
  }
}

function bigIntegersRaw(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? rawJson(String(value)) : value;
}

/** Converts a JSON value to EDN: objects become maps with string keys. */
export function jsonToEdn(value: unknown): Edn {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    default:
      if (value === null || value === undefined) return null;
      if (value instanceof Float || value instanceof Keyword) return value;
      if (Array.isArray(value)) return value.map(jsonToEdn);
      return new Map(Object.entries(value).map(([key, part]) => [key, jsonToEdn(part)]));
  }
}

/** Converts EDN to what {@linkcode printJson} prints: names of keywords and symbols become strings. */
export function ednToJson(value: Edn): unknown {
  if (value === null || typeof value !== "object" || isEdnNumber(value)) return value;
  if (value instanceof Keyword || value instanceof Sym) return value.name;
  if (value instanceof Char) return value.unit;
  if (value instanceof Tagged) return ednToJson(value.value);
  if (value instanceof Map || isEdnObject(value)) {
    return Object.fromEntries(
      entriesOf(value).map(([key, item]) => {
        const name = ednToJson(key);
        return [typeof name === "string" ? name : printEdn(key), ednToJson(item)];
      }),
    );
  }
  return itemsOf(value).map(ednToJson);
}

/** Converts a message's body to EDN as Maelstrom shows it: its top-level keys are keywords. */
export function bodyToEdn(body: object): EdnObject {
  const map: EdnObject = {};
  for (const [key, value] of Object.entries(body)) map[key] = jsonToEdn(value);
  return map;
}
