/**
 * Maelstrom's messages: an envelope, a body, and the error codes a reply may carry.
 *
 * One JSON object a line, in both directions:
 * `{"src": "c1", "dest": "n0", "body": {"type": "echo", "msg_id": 1, "echo": "hi"}}`
 *
 * @module
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A message's body. `msg_id` asks for a reply; the reply carries it as `in_reply_to`. */
export interface Body {
  /** What the message asks or answers, such as `read` or `read_ok`. */
  type: string;
  /** Unique among its sender's messages. */
  msg_id?: number;
  /** `null` where a service answers a message that had no `msg_id`. */
  in_reply_to?: number | null;
  /** Whatever belongs to a message of that type. */
  [field: string]: unknown;
}

/** A message as it travels. Maelstrom adds an `id` on the way to a node; a node sends none. */
export interface Message {
  /** Unique in the network. */
  id?: number;
  /** Who sent it. */
  src: string;
  /** Who is to get it. */
  dest: string;
  /** What it says. */
  body: Body;
}

/** True of a client's id. Maelstrom goes by the first letter, so no node may be named `c…`. */
export function isClient(id: string): boolean {
  return id.startsWith("c");
}

/** Maelstrom's error codes, 0 to 999; a program may use codes of its own from 1000. */
export const ErrorCode = {
  timeout: 0,
  nodeNotFound: 1,
  notSupported: 10,
  temporarilyUnavailable: 11,
  malformedRequest: 12,
  crash: 13,
  abort: 14,
  keyDoesNotExist: 20,
  keyAlreadyExists: 21,
  preconditionFailed: 22,
  txnConflict: 30,
} as const;

const INDEFINITE: ReadonlySet<number> = new Set([ErrorCode.timeout, ErrorCode.crash]);
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ]),
);

/** Maelstrom's name of an error code, such as `key-does-not-exist`; `unknown` if it has none. */
export function errorName(code: number): string {
  return NAMES.get(code) ?? "unknown";
}

/** True if an error with that code says that the request certainly did not take effect. */
export function isDefinite(code: number): boolean {
  return NAMES.has(code) && !INDEFINITE.has(code);
}

/** An RPC that did not succeed: thrown by a handler to reply with it, and by `rpc` on receipt. */
export class RpcError extends Error {
  /** One of {@linkcode ErrorCode}, or a program's own code from 1000. */
  readonly code: number;

  /**
   * An error with one of Maelstrom's codes, or one of the program's own.
   *
   * @param text For a person; default the code's name.
   */
  constructor(code: number, text: string = errorName(code)) {
    // Errors are ordinary answers: a stack would cost as much as the message, and lead nowhere.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(text);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "RpcError";
    this.code = code;
  }

  /** Whether the request certainly did not take effect. After a time-out it may have, or may yet. */
  get definite(): boolean {
    return isDefinite(this.code);
  }
}

/** A line that is no message. The text of the error says what is wrong with it. */
export class MalformedMessage extends Error {
  /**
   * The error's message says what is wrong and quotes the line's beginning.
   *
   * @param line The line as it came.
   */
  constructor(problem: string, readonly line: string) {
    super(`${problem}: ${line.length <= 200 ? line : `${line.slice(0, 200)}…`}`);
    this.name = "MalformedMessage";
  }
}

/**
 * Reads one line.
 *
 * @throws {MalformedMessage} if it is not JSON or not a message's envelope.
 */
export function parseMessage(line: string): Message {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    throw new MalformedMessage("not JSON", line);
  }
  if (isMessage(message)) return message;
  throw new MalformedMessage(envelopeProblem(message) ?? "not a message", line);
}

function isMessage(value: unknown): value is Message {
  return envelopeProblem(value) === undefined;
}

function envelopeProblem(message: unknown): string | undefined {
  if (!isObject(message)) return "a message must be a JSON object";
  if (typeof message.src !== "string") return `"src" must be a string`;
  if (typeof message.dest !== "string") return `"dest" must be a string`;
  const { body } = message;
  if (!isObject(body)) return `"body" must be an object`;
  if (typeof body.type !== "string") return `"body.type" must be a string`;
  const { msg_id, in_reply_to } = body;
  if (msg_id !== undefined && !Number.isInteger(msg_id)) return `"body.msg_id" must be an integer`;
  if (in_reply_to !== undefined && in_reply_to !== null && !Number.isInteger(in_reply_to)) {
    return `"body.in_reply_to" must be an integer`;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An error as a log shows it: with its stack, where it has one. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
