/**
 * Availability: the fraction of clients' operations that were acknowledged, compared with what the run
 * requires. It counts every operation, so a failed compare-and-set lowers it too, and it says nothing
 * about latency below the time-out of a request.
 *
 * @module
 */
import { type EdnObject, float32, numberOf } from "../history/edn.ts";
import { type Op, pairs } from "../history/operations.ts";
import type { CheckOptions, Result } from "./checker.ts";
import { formatEvent, formatPercent, pluralize, tally } from "./format.ts";
import { printError } from "./stats.ts";

/**
 * Compares the acknowledged fraction with the option `availability`; without it, any is valid.
 *
 * @example
 * ```ts
 * import { checkAvailability } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :read, :value nil}
 *   {:time 5, :type :fail, :process 0, :f :read, :value nil, :error [:timeout]}
 * `);
 * assertEquals(checkAvailability(history, { availability: 0.9 })["valid?"], false);
 * ```
 */
export function checkAvailability(
  history: readonly Op[],
  { availability = 0 }: CheckOptions = {},
): Result {
  const acknowledged = history.filter(({ type }) => type === "ok").length;
  const invoked = history.filter(({ type }) => type === "invoke").length;
  const fraction = invoked === 0 ? 1 : float32(acknowledged / invoked);
  return {
    "valid?": Math.fround(numberOf(fraction) ?? 0) >= availability,
    "ok-fraction": fraction,
  };
}

/** Says what share was acknowledged, and how the other operations ended. */
export function explainAvailability(result: EdnObject, history: readonly Op[] = []): string[] {
  if (result["valid?"] === true) return [];
  const fraction = numberOf(result["ok-fraction"]) ?? 0;
  const head = `${formatPercent(fraction)} of the operations were acknowledged, too few.`;
  const refused = pairs(history).filter(({ completion }) => completion?.type !== "ok");
  const ends = refused.map(({ invocation, completion }) => completion ?? invocation);
  const causes = tally(ends.map(({ f, error }) => `${f}: ${printError(error)}`)).slice(0, 3);
  const [first] = ends;
  if (first === undefined) return [head];
  return [
    head,
    ...causes.map(([cause, count]) => `${pluralize(count, "time")} ${cause}.`),
    `The first was ${first.f} of ${formatEvent(first)}.`,
  ];
}
