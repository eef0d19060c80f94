/**
 * The checker of the kafka workload: a replicated log per key, with offsets.
 *
 * A log may be sparse, but it gives each message one offset and each offset one message, keeps what it
 * acknowledged, and lets a process that polls a key move forward through it without a gap. The checker
 * infers the order of each log from the offsets that clients saw and then looks for contradictions,
 * error type by error type, as Jepsen's kafka workload does as Maelstrom configures it:
 *
 * | error type                  | what happened                                                    |
 * | --------------------------- | ---------------------------------------------------------------- |
 * | `G1a`                       | a poll returned a message whose send failed                      |
 * | `lost-write`                | nobody polled a message that took effect, but a later one        |
 * | `unseen`                    | an acknowledged message was never polled                         |
 * | `inconsistent-offsets`      | two messages at one offset                                       |
 * | `duplicate`                 | one message at two offsets                                       |
 * | `poll-skip`                 | the polls of a process jump over a message                       |
 * | `nonmonotonic-poll`         | the polls of a process repeat a message or go back               |
 * | `nonmonotonic-send`         | the sends of a process to a key go back                          |
 * | `int-…`                     | the same within a single operation                               |
 * | `G1c-realtime`              | a message was polled before it was sent                          |
 * | `strong-PL-2-cycle-exists`  | the same, by the consistency model it rules out                  |
 * | `empty-transaction-graph`   | too little happened to judge                                     |
 *
 * Only `int-send-skip` is tolerated. (`precommitted-read` needs an operation that both sends and polls,
 * which this workload does not have.) The check is linear in the history except for sorting.
 *
 * @module
 */
import { mapOrder } from "../../history/clojure_order.ts";
import { type Edn, keyword, List, printEdn } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import { type Check, type Result, UNKNOWN } from "../checker.ts";
import { analyse, type Analysis } from "./analysis.ts";
import { findCausalCycles, isEmptyGraph } from "./cycles.ts";
import { abortedReads, duplicates, inconsistentOffsets, lostWrites, unseen } from "./delivery.ts";
import { CheckerFailure, condense, type FoundByType } from "./errors.ts";
import { worstRealtimeLag } from "./lag.ts";
import { completions } from "./messages.ts";
import { internalSteps, pollSteps, sendsBackwards } from "./session_order.ts";

export { explainKafka, worstErrorsFirst } from "./explain.ts";

/** Error types that do not make a run invalid. */
const TOLERATED: ReadonlySet<string> = new Set(["int-send-skip"]);

/**
 * Checks a kafka history. The result is Maelstrom's: `:valid?`, `:worst-realtime-lag`,
 * `:bad-error-types`, `:error-types`, `:info-txn-causes`, then each error type with `:count` and its
 * worst `:errs`, except `:unseen` with `:time`, `:unseen` and `:messages` by key.
 *
 * The verdict is `:unknown`, with an `:error`, where Maelstrom's own checker throws: on a polled
 * message that nobody sent, on a key whose every poll came back empty, and where clients did nothing.
 *
 * @example
 * ```ts
 * import { checkKafka } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :send, :value [[:send "k" 1]]}
 *   {:time 1, :type :ok, :process 0, :f :send, :value [[:send "k" [0 1]]]}
 *   {:time 2, :type :invoke, :process 0, :f :send, :value [[:send "k" 2]]}
 *   {:time 3, :type :ok, :process 0, :f :send, :value [[:send "k" [1 2]]]}
 *   {:time 4, :type :invoke, :process 1, :f :poll, :value [[:poll]]}
 *   {:time 5, :type :ok, :process 1, :f :poll, :value [[:poll {"k" [[1 2]]}]]}
 * `);
 * assertEquals(checkKafka(history)["valid?"], false);
 * ```
 */
export const checkKafka: Check = (history): Result => {
  const analysis = analyse(completions(history));
  try {
    return inMapOrder(resultOf(analysis, history));
  } catch (error) {
    if (error instanceof CheckerFailure) return { "valid?": UNKNOWN, error: error.toEdn() };
    throw error;
  }
};

function resultOf(analysis: Analysis, history: readonly Op[]): Result {
  // Jepsen measures no lag where there is no operation, and then looks for the worst one.
  if (history.every(({ process }) => process === "nemesis")) {
    throw new CheckerFailure("java.lang.NullPointerException");
  }
  const errors: Record<string, Edn> = {};
  for (const [type, found] of errorsByType(analysis)) {
    if (found.length > 0) errors[type] = condense(type, found);
  }
  const unpolled = unseen(analysis);
  if (unpolled !== undefined) errors["unseen"] = unpolled;
  if (isEmptyGraph(analysis)) errors["empty-transaction-graph"] = { count: 1, errs: true };
  const types = Object.keys(errors).sort();
  const bad = types.filter((type) => !TOLERATED.has(type));
  const result: Result = {
    "valid?": bad.length === 0,
    "worst-realtime-lag": worstRealtimeLag(analysis.completions),
    "bad-error-types": new List(bad.map(keyword)),
    "error-types": new List(types.map(keyword)),
    "info-txn-causes": infoCauses(history),
  };
  for (const type of types) result[type] = errors[type];
  return result;
}

function errorsByType(analysis: Analysis): FoundByType {
  const poll = pollSteps(analysis);
  const intPoll = internalSteps(analysis, ({ polls }) => polls);
  const intSend = internalSteps(analysis, ({ sends }) => sends);
  return new Map([
    ["duplicate", duplicates(analysis)],
    ["int-poll-skip", intPoll.skip],
    ["int-nonmonotonic-poll", intPoll.nonmonotonic],
    ["int-send-skip", intSend.skip],
    ["int-nonmonotonic-send", intSend.nonmonotonic],
    ["inconsistent-offsets", inconsistentOffsets(analysis)],
    ["G1a", abortedReads(analysis)],
    ["lost-write", lostWrites(analysis)],
    ["nonmonotonic-poll", poll.nonmonotonic],
    ["nonmonotonic-send", sendsBackwards(analysis)],
    ["poll-skip", poll.skip],
    ...findCausalCycles(analysis),
  ]);
}

/** The distinct errors of indefinite sends and polls, in order of first appearance. */
function infoCauses(history: readonly Op[]): List {
  const causes = new Map<string, Edn>();
  for (const { type, f, error = null } of history) {
    if (type !== "info" || (f !== "send" && f !== "poll")) continue;
    const text = printEdn(error);
    if (!causes.has(text)) causes.set(text, error);
  }
  return new List([...causes.values()]);
}

/** Puts the keys of a result in the order in which Clojure prints them. */
function inMapOrder(result: Result): Result {
  const names = mapOrder(Object.keys(result).map(keyword)).map(({ name }) => name);
  const ordered = Object.fromEntries(names.map((name) => [name, result[name]]));
  return { ...ordered, "valid?": result["valid?"] };
}
