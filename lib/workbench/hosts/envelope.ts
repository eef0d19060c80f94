/**
 * Reads the lines that nodes write, with Maelstrom's tolerance.
 *
 * @module
 */
import { leadingObject, parseJson, printJson } from "../../history/json.ts";
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

/** Reads a line; returns what is wrong with it where it is no message. */
export function readEnvelope(line: string): Envelope | string {
  const read = readJson(line);
  if (read === undefined) return line.trim() === "" ? "it is empty" : "it is not JSON";
  const { value: message, text: written } = read;
  if (!isObject(message)) return "it is not a JSON object";
  const { id, src, dest } = message;
  const body = message.body ?? {};
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

function readJson(line: string): { value: unknown; text: string } | undefined {
  for (const text of [line, leadingObject(line)]) {
    if (text === undefined) continue;
    try {
      return { value: parseJson(text), text };
    } catch (error) {
      // A RangeError tells of nesting deeper than the stack: no message either.
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    }
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
