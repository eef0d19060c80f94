/**
 * The checker of unique ids: no id may be acknowledged twice.
 *
 * Ids must be comparable, so that the checker can report their range: all numbers, all strings, or all
 * arrays of one of these. On objects or mixed kinds it throws, and the verdict is unknown.
 *
 * @module
 */
import { compareEdn } from "../history/compare.ts";
import { type Edn, type EdnObject, entriesOf, numberOf, printEdn } from "../history/edn.ts";
import { keyOf } from "../history/equality.ts";
import type { Op } from "../history/operations.ts";
import { type Result, UNKNOWN } from "./checker.ts";
import { formatEvent, joinWords, pluralize } from "./format.ts";

const DUPLICATES_LIMIT = 48;

/**
 * Checks a history of `generate`.
 *
 * @throws {TypeError} if two ids cannot be compared.
 *
 * @example
 * ```ts
 * import { checkUniqueIds } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :generate, :value nil}
 *   {:time 5, :type :ok, :process 0, :f :generate, :value 7}
 *   {:time 6, :type :invoke, :process 0, :f :generate, :value nil}
 *   {:time 9, :type :ok, :process 0, :f :generate, :value 7}
 * `);
 * assertEquals(checkUniqueIds(history)["valid?"], false);
 * ```
 */
export function checkUniqueIds(history: readonly Op[]): Result {
  const generated = history.filter(({ f }) => f === "generate");
  const ids = generated.filter(({ type }) => type === "ok").map(({ value }) => value);
  const duplicates = duplicatesOf(ids);
  return {
    "valid?": duplicates.length === 0,
    "attempted-count": generated.filter(({ type }) => type === "invoke").length,
    "acknowledged-count": ids.length,
    "duplicated-count": duplicates.length,
    "duplicated": new Map(worstOf(duplicates)),
    "range": rangeOf(ids),
  };
}

/** Ids that occur more than once, sorted, with their counts. */
function duplicatesOf(ids: readonly Edn[]): [Edn, number][] {
  const counts = new Map<Edn, [Edn, number]>();
  for (const id of ids) {
    const entry = counts.get(keyOf(id));
    if (entry === undefined) counts.set(keyOf(id), [id, 1]);
    else entry[1]++;
  }
  return [...counts.values()].filter(([, count]) => count > 1).sort(([a], [b]) => compareEdn(a, b));
}

/** Picks the most frequent ids, the greatest of equally frequent ones; sorts them again. */
function worstOf(duplicates: readonly [Edn, number][]): [Edn, number][] {
  return duplicates.toReversed()
    .sort(([, a], [, b]) => b - a)
    .slice(0, DUPLICATES_LIMIT)
    .sort(([a], [b]) => compareEdn(a, b));
}

/** The least and the greatest id, but for `nil`, which is an id yet part of no range. */
function rangeOf(ids: readonly Edn[]): Edn[] {
  let [lowest, highest]: Edn[] = [];
  for (const id of ids) {
    if (id === null) continue;
    if (lowest === undefined || compareEdn(id, lowest) < 0) lowest = id;
    if (highest === undefined || compareEdn(id, highest) > 0) highest = id;
  }
  return [lowest ?? null, highest ?? null];
}

const DETAILS_LIMIT = 5;

/** Says which ids were handed out more than once, to whom and when. */
export function explainUniqueIds(result: EdnObject, history: readonly Op[] = []): string[] {
  if (result["valid?"] === UNKNOWN) {
    return [
      "The ids could not be compared with each other. They must all be numbers, all strings, or " +
      "all arrays of one of these; objects have no order.",
    ];
  }
  const duplicates = entriesOf(result["duplicated"])
    .sort(([, a], [, b]) => (numberOf(b) ?? 0) - (numberOf(a) ?? 0));
  if (duplicates.length === 0) return [];
  const distinct = numberOf(result["duplicated-count"]) ?? duplicates.length;
  const acknowledged = numberOf(result["acknowledged-count"]) ?? 0;
  return [
    `${pluralize(distinct, "id")} ${
      distinct === 1 ? "was" : "were"
    } acknowledged more than once, of ${acknowledged} in all.`,
    ...duplicates.slice(0, DETAILS_LIMIT).map(([id, count]) => describe(id, count, history)),
  ];
}

/** The operations that were given the ids that were given more than once. */
export function findDuplicates(result: EdnObject, history: readonly Op[]): Op[] {
  const given = new Set(entriesOf(result["duplicated"]).map(([id]) => keyOf(id)));
  return history.filter(({ f, type, value }) =>
    f === "generate" && type === "ok" && given.has(keyOf(value))
  );
}

function describe(id: Edn, count: Edn, history: readonly Op[]): string {
  const key = keyOf(id);
  const receivers = history.filter(({ f, type, value }) =>
    f === "generate" && type === "ok" && keyOf(value) === key
  );
  const shown = receivers.slice(0, 4).map((op) => formatEvent(op));
  if (receivers.length > shown.length) shown.push(`${receivers.length - shown.length} more`);
  return `Id ${printEdn(id)} was acknowledged ${printEdn(count)} times` +
    (shown.length === 0 ? "." : `: to ${joinWords(shown)}.`);
}
