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
  EdnError,
  type EdnObject,
  EdnReader,
  type Extent,
  isEdnObject,
  Keyword,
  keyword,
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
  /** The time to the nanosecond where `time`, a double, cannot hold it. */
  readonly exactTime?: bigint;
  /** Whether it is an invocation, or how the operation completed. */
  readonly type: OpType;
  /** A client's process number (never reused after an `info`), or the nemesis. */
  readonly process: number | "nemesis";
  /** The operation's name, such as `read`. */
  readonly f: string;
  /** What was asked for, or what came back. */
  readonly value: Edn;
  /** Why the operation did not complete with `ok`. */
  readonly error?: Edn;
  /** Any further keys, such as `final?` or `exception`, in order. */
  readonly extra?: EdnObject;
}

const TYPES: readonly string[] = ["invoke", "ok", "fail", "info"] satisfies OpType[];

/** Returns an operation as the map that `history.edn` holds. */
export function opToEdn(op: Op): EdnObject {
  const { index, time, exactTime, type, process, f, value, error, extra } = op;
  return {
    index,
    time: exactTime ?? time,
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

/** The keys of an operation's map that are fields of {@linkcode Op}. */
const FIELDS: ReadonlySet<string> = new Set([
  "index",
  "time",
  "type",
  "process",
  "f",
  "value",
  "error",
]);

/**
 * Reads an operation from its map, tagged or not. Where the map has no `:index`, the operation's
 * position in its history stands for it.
 *
 * @throws {TypeError} naming the key that is missing or of the wrong kind.
 */
export function opFromEdn(edn: Edn, position?: number): Op {
  const map = edn instanceof Tagged ? edn.value : edn;
  if (!isEdnObject(map)) throw new TypeError(`expected an operation's map, got ${printEdn(edn)}`);
  const { index = position, time, type, process, f, value = null, error } = map;
  const wrong = (key: string, expected: string, got: Edn = null) =>
    new TypeError(`:${key} must be ${expected}, got ${printEdn(got)} in ${printEdn(map)}`);
  if (typeof index !== "number") throw wrong("index", "an integer", index);
  if (typeof time !== "number" && typeof time !== "bigint") throw wrong("time", "an integer", time);
  if (!(type instanceof Keyword) || !isOpType(type.name)) {
    throw wrong("type", "one of :invoke, :ok, :fail, :info", type);
  }
  if (!(f instanceof Keyword)) throw wrong("f", "a keyword", f);
  if (typeof process !== "number" && process !== keyword("nemesis")) {
    throw wrong("process", "an integer or :nemesis", process);
  }
  const op: { -readonly [K in keyof Op]: Op[K] } = {
    index,
    time: Number(time),
    type: type.name,
    process: typeof process === "number" ? process : "nemesis",
    f: f.name,
    value,
  };
  if (typeof time === "bigint") op.exactTime = time;
  if (error !== undefined) op.error = error;
  const extra = extraOf(map);
  if (extra !== undefined) op.extra = extra;
  return op;
}

function extraOf(map: EdnObject): EdnObject | undefined {
  let extra: EdnObject | undefined;
  for (const key in map) if (!FIELDS.has(key)) (extra ??= {})[key] = map[key];
  return extra;
}

function isOpType(name: string): name is OpType {
  return TYPES.includes(name);
}

/**
 * Prints a history as the text of `history.edn`, one operation a line.
 *
 * @example
 * ```ts
 * import { parseHistory, printHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "{:index 0, :time 0, :type :invoke, :process 0, :f :read, :value nil}\n";
 * assertEquals(printHistory(parseHistory(text)), text);
 * ```
 */
export function printHistory(history: readonly Op[]): string {
  return history.map((op) => `${printEdn(opToEdn(op))}\n`).join("");
}

/**
 * Reads the text of a `history.edn`.
 *
 * @throws {SyntaxError} naming the line.
 *
 * @example
 * ```ts
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :read, :value nil}
 *   {:time 5, :type :ok, :process 0, :f :read, :value [1 2]}
 * `);
 * assertEquals(history.map(({ index, type }) => [index, type]), [[0, "invoke"], [1, "ok"]]);
 * ```
 */
export function parseHistory(text: string): Op[] {
  const reader = new HistoryReader();
  reader.push(new TextEncoder().encode(text));
  reader.end();
  const history: Op[] = [];
  for (let op = reader.next(); op !== undefined; op = reader.next()) history.push(op);
  return history;
}

/**
 * Reads a `history.edn` in pieces, cut anywhere: push bytes, and take operations as they become
 * whole. What is held is the operation at hand, so the file may be of any size.
 *
 * @example
 * ```ts
 * import { HistoryReader } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new HistoryReader();
 * const bytes = new TextEncoder().encode("{:time 0, :type :invoke, :process 0, :f :read}\n");
 * reader.push(bytes.subarray(0, 20));
 * assertEquals(reader.next(), undefined); // it is not whole yet
 * reader.push(bytes.subarray(20));
 * assertEquals(reader.next()?.f, "read");
 * reader.end();
 * ```
 */
export class HistoryReader {
  readonly #edn = new EdnReader();
  #position = 0;

  /** Adds bytes of UTF-8. */
  push(chunk: Uint8Array): void {
    this.#edn.push(chunk);
  }

  /** Says that no more bytes follow. */
  end(): void {
    this.#edn.end();
  }

  /** Where the operation that {@linkcode next} returned last stands, in bytes from the beginning. */
  get extent(): Extent {
    return this.#edn.extent;
  }

  /**
   * Returns the next operation; `undefined` if it is not whole yet, or if none is left.
   *
   * @throws {SyntaxError} naming the line.
   */
  next(): Op | undefined {
    try {
      const value = this.#edn.next();
      return value === undefined ? undefined : opFromEdn(value, this.#position++);
    } catch (error) {
      if (error instanceof EdnError) {
        const { line, column, reason } = error;
        throw new SyntaxError(`history line ${line}, column ${column}: ${reason}`);
      }
      if (!(error instanceof TypeError)) throw error;
      const { line, reason } = this.#edn.errorAtValue(error.message);
      throw new SyntaxError(`history line ${line}: ${reason}`);
    }
  }
}

/** An operation; `completion` is absent where the run ended before it. */
export interface OpPair {
  /** Its beginning. */
  readonly invocation: Op;
  /** How it ended. */
  readonly completion?: Op;
}

/**
 * Pairs the client operations of a history, in order of invocation, with their completions.
 *
 * @example
 * ```ts
 * import { pairs, parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const [pair] = pairs(parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :read, :value nil}
 *   {:time 5, :type :ok, :process 0, :f :read, :value [1 2]}
 * `));
 * assertEquals(pair?.completion?.value, [1, 2]);
 * ```
 */
export function pairs(history: readonly Op[]): OpPair[] {
  const open = new Map<number, number>();
  const result: OpPair[] = [];
  for (const op of history) {
    if (op.process === "nemesis") continue;
    if (op.type === "invoke") {
      open.set(op.process, result.length);
      result.push({ invocation: op });
    } else {
      const place = open.get(op.process) ?? -1;
      const pair = result[place];
      // A new pair takes half of the memory that a property added to the old one would.
      if (pair !== undefined) result[place] = { invocation: pair.invocation, completion: op };
      open.delete(op.process);
    }
  }
  return result;
}
