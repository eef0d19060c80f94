/**
 * The echo checker: every reply must echo its request.
 *
 * Operations without a definite outcome (time-outs, malformed replies) are not judged. One that
 * failed is an error: an error reply is not an echo.
 *
 * @module
 */
import { type Edn, type EdnObject, isEdnObject, itemsOf, List, printEdn } from "../history/edn.ts";
import { canonical, sameEdn } from "../history/equality.ts";
import { type Op, pairs } from "../history/operations.ts";
import type { Result } from "./checker.ts";
import { formatEvent, pluralize } from "./format.ts";

/**
 * Checks a history of `echo`, whose completions hold the whole reply.
 *
 * @example
 * ```ts
 * import { checkEcho } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :echo, :value "hi"}
 *   {:time 5, :type :ok, :process 0, :f :echo, :value {:type "echo_ok", :echo "ho"}}
 * `);
 * assertEquals(checkEcho(history)["valid?"], false);
 * ```
 */
export function checkEcho(history: readonly Op[]): Result {
  const errors = wrongEchoes(history).map(({ sent, completion }) => [
    "Expected a message with :echo",
    sent,
    "But received",
    completion.value,
  ]);
  return { "valid?": errors.length === 0, "errors": new List(errors) };
}

/** The completions that do not echo their requests. */
export function findWrongEchoes(_result: EdnObject, history: readonly Op[]): Op[] {
  return wrongEchoes(history).map(({ completion }) => completion);
}

interface WrongEcho {
  readonly sent: Edn;
  readonly completion: Op;
}

function wrongEchoes(history: readonly Op[]): WrongEcho[] {
  return pairs(history).flatMap(({ invocation: { value: sent }, completion }) => {
    if (completion === undefined || completion.type === "info") return [];
    return sameEdn(sent, echoed(completion)) ? [] : [{ sent, completion }];
  });
}

function echoed({ value }: Op): Edn {
  return isEdnObject(value) ? value["echo"] ?? null : null;
}

/** Sorts the errors: Maelstrom lists them in the order of a hash map of operations. */
export function projectEcho(result: EdnObject): Edn {
  const errors = itemsOf(result["errors"]);
  return {
    ...result,
    "errors": errors.toSorted((a, b) => canonical(a) < canonical(b) ? -1 : 1),
  };
}

const DETAILS_LIMIT = 5;

/** Says what was sent, what came back, to whom and when. */
export function explainEcho(result: EdnObject, history: readonly Op[] = []): string[] {
  const errors = itemsOf(result["errors"]);
  if (errors.length === 0) return [];
  const wrong = wrongEchoes(history);
  const details = wrong.length > 0 ? wrong.map(describe) : errors.map(describeStored);
  return [
    `${pluralize(errors.length, "reply", "replies")} did not echo ${
      errors.length === 1 ? "its request" : "their requests"
    }.`,
    ...details.slice(0, DETAILS_LIMIT),
  ];
}

function describe({ sent, completion }: WrongEcho): string {
  const { type, value, error = null } = completion;
  const request = `To ${formatEvent(completion)}: sent ${printEdn(sent)}, `;
  if (type === "fail") return `${request}refused with ${printEdn(error)}.`;
  if (!isEdnObject(value)) return `${request}received ${printEdn(value)}.`;
  return `${request}echoed ${printEdn(echoed(completion))}.`;
}

function describeStored(error: Edn): string {
  const [, sent = null, , received = null] = itemsOf(error);
  return `Sent ${printEdn(sent)}, received ${printEdn(received)}.`;
}
