/**
 * How operations ended, counted in all and by kind. A kind of operation that never succeeded makes a
 * run invalid: nothing was tested.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  Keyword,
  numberOf,
  printEdn,
} from "../history/edn.ts";
import type { Op } from "../history/operations.ts";
import { type Result, type Verdict, verdictOf, worst } from "./checker.ts";
import { formatEvent, pluralize, tally } from "./format.ts";

/** Operations of the kafka workload that never succeed by design. */
const EXEMPT: readonly string[] = ["crash", "debug-topic-partitions"];

/**
 * Counts the completions of clients' operations.
 *
 * @example
 * ```ts
 * import { checkStats } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :read, :value nil}
 *   {:time 5, :type :fail, :process 0, :f :read, :value nil, :error [:timeout]}
 * `);
 * assertEquals(checkStats(history)["valid?"], false);
 * ```
 */
export function checkStats(history: readonly Op[]): Result {
  const completions = history.filter(({ type, process }) =>
    type !== "invoke" && process !== "nemesis"
  );
  const byKind = [...Map.groupBy(completions, ({ f }) => f)]
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([f, ops]) => [f, counts(ops)] as const);
  const judged = byKind.filter(([f]) => !EXEMPT.includes(f));
  return {
    ...counts(completions),
    "valid?": worst(judged.map(([, stats]) => stats["valid?"])),
    "by-f": Object.fromEntries(byKind),
  };
}

interface Counts extends EdnObject {
  "valid?": Verdict;
}

function counts(completions: readonly Op[]): Counts {
  const count = { invoke: 0, ok: 0, fail: 0, info: 0 };
  for (const { type } of completions) count[type]++;
  return {
    "valid?": count.ok > 0,
    "count": completions.length,
    "ok-count": count.ok,
    "fail-count": count.fail,
    "info-count": count.info,
  };
}

/** Says which kinds of operations never succeeded, and why. */
export function explainStats(result: EdnObject, history: readonly Op[] = []): string[] {
  const byKind = result["by-f"];
  if (!isEdnObject(byKind) || result["valid?"] === true) return [];
  return Object.entries(byKind).flatMap(([f, stats]) => {
    if (!isEdnObject(stats) || EXEMPT.includes(f) || verdictOf(stats["valid?"]) === true) return [];
    const total = numberOf(stats["count"]) ?? 0;
    return [
      `None of ${pluralize(total, `${f} operation`)} succeeded, so nothing shows that any can.` +
      describeErrors(history.filter((op) => op.f === f)),
    ];
  });
}

/** Names the most common error of operations that did not succeed, in a sentence to append. */
function describeErrors(ops: readonly Op[]): string {
  const errors = ops.filter(({ type }) => type === "fail" || type === "info");
  const [commonest] = tally(errors.map(({ error }) => printError(error)));
  const first = errors.find(({ error }) => printError(error) === commonest?.[0]);
  if (commonest === undefined || first === undefined) return "";
  const [error, count] = commonest;
  return ` Most common error (${pluralize(count, "time")}): ${error}, first for ${
    formatEvent(first)
  }.`;
}

const ERROR_LIMIT = 100;

/** Prints an operation's error on one line: `temporarily-unavailable "no leader"`. */
export function printError(error: Edn | undefined): string {
  if (error === undefined || error === null) return "no error";
  if (error instanceof Keyword) return error.name;
  if (Array.isArray(error)) {
    return error.map((part: Edn) => part instanceof Keyword ? part.name : printEdn(part)).join(" ");
  }
  const text = typeof error === "string" ? firstSentence(error) : printEdn(error);
  return text.length <= ERROR_LIMIT ? text : `${text.slice(0, ERROR_LIMIT - 1)}…`;
}

function firstSentence(text: string): string {
  return text.replace(/\.\s[^]*$/, "").replaceAll(/\s+/g, " ");
}
