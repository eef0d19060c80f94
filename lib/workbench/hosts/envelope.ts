/**
 * Reads the lines that nodes write, with Maelstrom's tolerance.
 *
 * @module
 */
import { parseJson, printJson } from "../../history/json.ts";
import type { Body } from "../../message.ts";

interface Envelope {
  readonly src: string;
  readonly dest: string;
  /** All of its JSON, without an id. */
  readonly text: string;
  readonly body: Body;
  /** Whether the line goes on behind the message. Maelstrom's parser ignores what follows. */
  readonly hasSurplus: boolean;
}

const KEYS: ReadonlySet<string> = new Set(["id", "src", "dest", "body"]);

/** Levels of arrays and objects in one line, so that whatever walks through a message may recurse. */
const MAX_DEPTH = 1_000;

/** Reads a line; returns what is wrong with it where it is no message. */
export function readEnvelope(line: string): Envelope | string {
  if (nestsDeeply(line)) return `it nests more than ${MAX_DEPTH} levels deep`;
  const read = readJson(line);
  if (read === undefined) return whyNoJson(line);
  const { text: written } = read;
  const message = fromPairs(read.value);
  if (!isObject(message)) return "it is not a JSON object";
  const { id, src, dest } = message;
  const body = fromPairs(message.body ?? {});
  if (typeof src !== "string") return `"src" must be a string`;
  if (typeof dest !== "string") return `"dest" must be a string`;
  if (!isBody(body)) return `"body" must be an object`;
  if (id !== undefined && typeof id !== "bigint" && !Number.isInteger(id)) {
    return `"id" must be an integer`;
  }
  const extra = Object.keys(message).find((key) => !KEYS.has(key));
  if (extra !== undefined) return `"${extra}" does not belong in an envelope`;
  const asWritten = id === undefined && body === message.body && written.startsWith("{");
  const text = asWritten ? written : printJson({ src, dest, body });
  return { src, dest, text, body, hasSurplus: written !== line };
}

function whyNoJson(line: string): string {
  if (line.startsWith("\ufeff")) return "it begins with a byte order mark, which is not JSON";
  return line.trim() === "" ? "it is empty" : "it is not JSON";
}

/** Maelstrom goes through keys and values: to it, an array of pairs is an object. */
function fromPairs(value: unknown): unknown {
  return Array.isArray(value) && value.every(isPair) ? Object.fromEntries(value) : value;
}

function isPair(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string";
}

function readJson(line: string): { value: unknown; text: string } | undefined {
  const whole = tryParse(line);
  if (whole !== undefined) return whole;
  const text = leadingObject(line);
  return text === undefined ? undefined : tryParse(text);
}

function tryParse(text: string): { value: unknown; text: string } | undefined {
  try {
    return { value: parseJson(text), text };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a line may nest deeper than {@linkcode MAX_DEPTH}. */
function nestsDeeply(line: string): boolean {
  if (line.length <= MAX_DEPTH) return false;
  let deepest = 0;
  scanNesting(line, (depth) => {
    deepest = Math.max(deepest, depth);
    return deepest > MAX_DEPTH;
  });
  return deepest > MAX_DEPTH;
}

/** The JSON object at the start of a text, whatever follows it; `undefined` if none. */
function leadingObject(text: string): string | undefined {
  const last = scanNesting(text, (depth) => depth === 0);
  return last === undefined ? undefined : text.slice(0, last + 1);
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** Each bracket, and how it changes the depth. A lower-case letter's bit tells `[` from `{`. */
const [OPEN, CLOSE] = [0x7b, 0x7d];

/**
 * Calls back with the depth after each bracket that is outside strings, until told to stop; returns
 * where that was.
 */
function scanNesting(text: string, stop: (depth: number) => boolean): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) {
        if (text.charCodeAt(i) === BACKSLASH) i++;
      }
      continue;
    }
    const bracket = unit | 0x20;
    if (bracket !== OPEN && bracket !== CLOSE) continue;
    depth += bracket === OPEN ? 1 : -1;
    if (stop(depth)) return i;
  }
  return undefined;
}

/** A line longer than this is not searched for its fault. */
const MAX_SEARCHED = 2 ** 16;

/** Where a line stops being JSON: the index of a character; nothing where it is, or is too long. */
export function findFault(line: string): number | undefined {
  if (line.length > MAX_SEARCHED || isStart(line) === "whole") return undefined;
  let [good, bad] = [0, line.length];
  if (isStart(line) === "start") return line.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isStart(line.slice(0, middle)) === "neither") bad = middle;
    else good = middle;
  }
  return bad - 1;
}

/** Whether a text is JSON, or could be the start of some. */
function isStart(text: string): "whole" | "start" | "neither" {
  try {
    JSON.parse(text);
    return "whole";
  } catch (error) {
    if (!(error instanceof SyntaxError)) return "neither";
    if (/end of JSON|Unterminated/.test(error.message)) return "start";
    const position = /at position (\d+)/.exec(error.message)?.[1];
    return position !== undefined && Number(position) >= text.length ? "start" : "neither";
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Between nodes a body need not have a type. */
function isBody(value: unknown): value is Body {
  return isObject(value);
}
