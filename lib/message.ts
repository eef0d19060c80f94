/**
 * Maelstrom's messages: an envelope, a body, and the error codes that a reply may carry.
 *
 * Each line is one JSON object, in both directions:
 * `{"src": "c1", "dest": "n0", "body": {"type": "echo", "msg_id": 1, "echo": "hi"}}`
 *
 * @module
 */

import { isAnyInteger, parseExact, type RawNumber } from "./exact_json.ts";

export type { RawNumber };

/** Any JSON value. A number that a double would change is an opaque object: see `exact_json.ts`. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A message's body. `msg_id` asks for a reply; the reply carries it as `in_reply_to`. */
export interface Body {
  /** The kind of request or reply, such as `read` or `read_ok`. */
  type: string;
  /** An integer, unique among its sender's messages; raw or a `bigint` if a double would round it. */
  msg_id?: number | bigint | RawNumber;
  /** The `msg_id` that this replies to; `null` if a service replies to a message without one. */
  in_reply_to?: number | bigint | RawNumber | null;
  /** The fields of a message of that type. */
  [field: string]: unknown;
}

/** A message as it travels. Maelstrom adds an `id` to what it delivers; a node sends none. */
export interface Message {
  /** Unique in the network. */
  id?: number;
  /** The sender's id. */
  src: string;
  /** The receiver's id. */
  dest: string;
  /** The message itself. */
  body: Body;
}

/**
 * Whether an id is a client's. Maelstrom goes by the first letter, so no node may be named `c…`.
 */
export function isClient(id: string): boolean {
  return id.startsWith("c");
}

/** Maelstrom's error codes, 0 to 999; a program may use codes of its own from 1000. */
export const ErrorCode = {
  /** No reply came in time: the request may have taken effect, or may yet. */
  timeout: 0,
  /** There is no such node. */
  nodeNotFound: 1,
  /** The node handles no request of that type. */
  notSupported: 10,
  /** The node cannot do that now, and did nothing. */
  temporarilyUnavailable: 11,
  /** A field of the request is missing, or of another type. */
  malformedRequest: 12,
  /** Something went wrong inside: the request may have taken effect. */
  crash: 13,
  /** The node gave the request up, and did nothing. */
  abort: 14,
  /** The key does not exist. */
  keyDoesNotExist: 20,
  /** The key exists already. */
  keyAlreadyExists: 21,
  /** The key does not hold what was expected, as in a compare-and-set. */
  preconditionFailed: 22,
  /** The transaction was aborted because of another one, and did nothing. */
  txnConflict: 30,
} as const;

const INDEFINITE: ReadonlySet<number> = new Set([ErrorCode.timeout, ErrorCode.crash]);
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ]),
);

/** Maelstrom's name for an error code, such as `key-does-not-exist`; `unknown` if it has none. */
export function errorName(code: number): string {
  return NAMES.get(code) ?? "unknown";
}

/**
 * An RPC that failed: a handler throws it to reply with it, and `rpc` throws it on receipt.
 *
 * @example
 * ```ts
 * import { ErrorCode, type Node, RpcError, UniqueIds } from "@glomers/maelstrom";
 *
 * function outOfIds(node: Node): void {
 *   node.on(UniqueIds.generate, () => {
 *     throw new RpcError(ErrorCode.temporarilyUnavailable, "no ids are left; ask later");
 *   });
 * }
 * console.log(outOfIds.name, new RpcError(ErrorCode.timeout).definite); // false
 * ```
 */
export class RpcError extends Error {
  /** One of {@linkcode ErrorCode}, or a program's own code from 1000. */
  readonly code: number;

  /**
   * An error with one of Maelstrom's codes, or one of the program's own.
   *
   * @param text For a person. Default: the code's name.
   */
  constructor(code: number, text: string = errorName(code)) {
    // Errors are ordinary replies: a stack would cost as much as the message, and point nowhere.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(text);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "RpcError";
    this.code = code;
  }

  /**
   * Whether the request certainly did not take effect. After a time-out it may have, or may yet.
   */
  get definite(): boolean {
    return NAMES.has(this.code) && !INDEFINITE.has(this.code);
  }
}

/** A line that is no message. */
export class MalformedMessage extends Error {
  /**
   * The error's text says what is wrong and quotes the beginning of the line.
   *
   * @param line The whole line.
   */
  constructor(problem: string, readonly line: string) {
    super(`${problem}: ${line.length <= 200 ? line : `${line.slice(0, 200)}…`}`);
    this.name = "MalformedMessage";
  }
}

/**
 * Parses one line.
 *
 * @throws {MalformedMessage} if it is not JSON or not a message's envelope.
 */
export function parseMessage(line: string): Message {
  let message: unknown;
  try {
    message = parseExact(line);
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
  if (msg_id !== undefined && !isAnyInteger(msg_id)) return `"body.msg_id" must be an integer`;
  if (in_reply_to !== undefined && in_reply_to !== null && !isAnyInteger(in_reply_to)) {
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

/** What an error says, without its stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
