/**
 * Operations that ended in an exception in the client, mostly over a malformed reply. They never make
 * a run invalid, but the outcome of each is unknown.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  itemsOf,
  Keyword,
  keyword,
  List,
  numberOf,
  printEdn,
} from "../history/edn.ts";
import { canonical } from "../history/equality.ts";
import { type Op, opFromEdn, taggedOp } from "../history/operations.ts";
import type { Result } from "./checker.ts";
import { formatEvent, pluralize } from "./format.ts";

/**
 * Counts the exceptions of a history by class, the most frequent first.
 *
 * @example
 * ```ts
 * import { checkExceptions } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :read, :value nil}
 *   {:time 5, :type :fail, :process 0, :f :read, :value nil, :error [:timeout]}
 * `);
 * assertEquals(checkExceptions(history)["valid?"], true);
 * ```
 */
export function checkExceptions(history: readonly Op[]): Result {
  const thrown = history.filter(({ type, extra }) => type === "info" && extra?.["exception"]);
  const exceptions = [...Map.groupBy(thrown, (op) => canonical(classOf(op))).values()]
    .toReversed()
    .sort((a, b) => b.length - a.length)
    .flatMap((ops) => {
      const [example] = ops;
      if (example === undefined) return [];
      return [{ count: ops.length, class: classOf(example), example: taggedOp(example) }];
    });
  if (exceptions.length === 0) return { "valid?": true };
  return { "valid?": true, "exceptions": new List(exceptions) };
}

/** The outermost exception of an operation, as Clojure's `Throwable->map` shows it. */
function causeOf({ extra }: Op): EdnObject {
  const exception = extra?.["exception"];
  const [cause] = isEdnObject(exception) ? itemsOf(exception["via"]) : [];
  return isEdnObject(cause) ? cause : {};
}

function classOf(op: Op): Edn {
  return causeOf(op)["type"] ?? null;
}

/** Keeps the classes and their counts: the stack traces of the examples are Maelstrom's own. */
export function projectExceptions(result: EdnObject): Edn {
  const classes = itemsOf(result["exceptions"]).filter(isEdnObject);
  return classes.map((one) => [one["class"] ?? null, one["count"] ?? 0]);
}

/** Says what the exceptions were, with the first of each kind. */
export function explainExceptions(result: EdnObject): string[] {
  return itemsOf(result["exceptions"]).filter(isEdnObject).map((exception) => {
    const example = opFromEdn(exception["example"] ?? null);
    return `${pluralize(numberOf(exception["count"]) ?? 0, "operation")} ended in an exception, ` +
      `the first ${example.f} of ${formatEvent(example)}: ${printCause(causeOf(example))}`;
  });
}

const MESSAGE_LIMIT = 400;

/** Maelstrom's sentences about a malformed reply, on one line. */
const MALFORMED_REPLY =
  /sent node (\S+) the following request: (.*) And expected .* but instead received (.*) This is malformed because: (.*?)(?: See doc.*)?$/;

/** Prints an error reply by its code and text, anything else by its message. */
function printCause({ message, data }: EdnObject): string {
  if (isEdnObject(data) && data["type"] === keyword("rpc-error")) {
    const { name = null, code = null, body = null } = data;
    const text = isEdnObject(body) ? body["text"] : undefined;
    return `error ${printEdn(code)} (${name instanceof Keyword ? name.name : printEdn(name)})` +
      (typeof text === "string" ? `, "${text}".` : ".");
  }
  if (typeof message !== "string") return "it has no message.";
  const line = message.replaceAll(/\s+/g, " ");
  const [, node, request, reply, reason] = MALFORMED_REPLY.exec(line) ?? [];
  if (node !== undefined) return `${node} replied ${reply} to ${request}; malformed: ${reason}`;
  return line.length <= MESSAGE_LIMIT ? line : `${line.slice(0, MESSAGE_LIMIT - 1)}…`;
}
