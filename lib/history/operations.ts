/**
 * A history: what clients asked of a system and what it answered, in order.
 *
 * An operation is two events: its invocation, and later a completion by the same process that says
 * it certainly happened (`ok`), certainly did not (`fail`), or may have happened, now or later
 * (`info`). Checkers are functions of a history and of nothing else.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  Keyword,
  keyword,
  parseEdn,
  printEdn,
  Tagged,
} from "./edn.ts";

/** Nanoseconds in a millisecond. */
export const NS_PER_MS = 1_000_000;
/** Nanoseconds in a second. */
export const NS_PER_S = 1_000_000_000;

/** An invocation, or how an operation completed. */
export type OpType = "invoke" | "ok" | "fail" | "info";

/** One event of a history. */
export interface Op {
  /** Position in the history, from 0. */
  readonly index: number;
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  readonly type: OpType;
  /** A client's process number (never reused after an `info`), or the nemesis. */
  readonly process: number | "nemesis";
  /** The operation's name, such as `read`. */
  readonly f: string;
  readonly value: Edn;
  /** Why the operation did not complete with `ok`. */
  readonly error?: Edn;
  /** Any further keys, such as `final?` or `exception`, in order. */
  readonly extra?: EdnObject;
}

const TYPES: readonly string[] = ["invoke", "ok", "fail", "info"] satisfies OpType[];

/** Returns an operation as the map that `history.edn` holds. */
export function opToEdn(op: Op): EdnObject {
  const { index, time, type, process, f, value, error, extra } = op;
  return {
    index,
    time,
    type: keyword(type),
    process: process === "nemesis" ? keyword(process) : process,
    f: keyword(f),
    value,
    ...(error === undefined ? {} : { error }),
    ...extra,
  };
}

/** Returns an operation as results hold it: a tagged map. */
export function taggedOp(op: Op): Tagged {
  return new Tagged("jepsen.history.Op", opToEdn(op));
}

/**
 * Reads an operation from its map, tagged or not.
 *
 * @throws {TypeError} naming the key that is missing or of the wrong kind.
 */
export function opFromEdn(edn: Edn): Op {
  const map = edn instanceof Tagged ? edn.value : edn;
  if (!isEdnObject(map)) throw new TypeError(`expected an operation's map, got ${printEdn(edn)}`);
  const { index, time, type, process, f, value = null, error, ...extra } = map;
  const wrong = (key: string, expected: string, got: Edn = null) =>
    new TypeError(`:${key} must be ${expected}, got ${printEdn(got)} in ${printEdn(map)}`);
  if (typeof index !== "number") throw wrong("index", "an integer", index);
  if (typeof time !== "number") throw wrong("time", "an integer", time);
  if (!(type instanceof Keyword) || !isOpType(type.name)) {
    throw wrong("type", "one of :invoke, :ok, :fail, :info", type);
  }
  if (!(f instanceof Keyword)) throw wrong("f", "a keyword", f);
  if (typeof process !== "number" && process !== keyword("nemesis")) {
    throw wrong("process", "an integer or :nemesis", process);
  }
  return {
    index,
    time,
    type: type.name,
    process: typeof process === "number" ? process : "nemesis",
    f: f.name,
    value,
    ...(error === undefined ? {} : { error }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function isOpType(name: string): name is OpType {
  return TYPES.includes(name);
}

/** Prints a history as the text of `history.edn`, one operation a line. */
export function printHistory(history: readonly Op[]): string {
  return history.map((op) => `${printEdn(opToEdn(op))}\n`).join("");
}

/**
 * Reads the text of a `history.edn`.
 *
 * @throws {SyntaxError} or {TypeError}, naming the line.
 */
export function parseHistory(text: string): Op[] {
  const history: Op[] = [];
  for (const [number, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      history.push(opFromEdn(parseEdn(line)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SyntaxError(`history line ${number + 1}: ${reason}`);
    }
  }
  return history;
}

/** An operation; `completion` is absent where the run ended before it. */
export interface OpPair {
  readonly invocation: Op;
  readonly completion?: Op;
}

/** Pairs the client operations of a history, in order of invocation, with their completions. */
export function pairs(history: readonly Op[]): OpPair[] {
  const open = new Map<number, number>();
  const result: { invocation: Op; completion?: Op }[] = [];
  for (const op of history) {
    if (op.process === "nemesis") continue;
    if (op.type === "invoke") {
      open.set(op.process, result.length);
      result.push({ invocation: op });
    } else {
      const pair = result[open.get(op.process) ?? -1];
      if (pair !== undefined) pair.completion = op;
      open.delete(op.process);
    }
  }
  return result;
}
