/**
 * The checker of the lin-kv workload: each key must be a linearizable register.
 *
 * Linearizability is local (Herlihy and Wing, Linearizability: a correctness condition for concurrent
 * objects, 1990): a store is linearizable exactly if each of its keys is. So the history is split by
 * key, which keeps every search small.
 *
 * @module
 */
import { compareEdn } from "../history/compare.ts";
import {
  type Edn,
  type EdnObject,
  entriesOf,
  isEdnObject,
  List,
  printEdn,
  Tagged,
} from "../history/edn.ts";
import { type Key, keyOf } from "../history/equality.ts";
import { type Op, opFromEdn, opToEdn } from "../history/operations.ts";
import { type CheckOptions, type Explain, type Result, UNKNOWN, worst } from "./checker.ts";
import { formatSeconds, pluralize } from "./format.ts";
import {
  type Configuration,
  findLinearization,
  findMinimalWitness,
  judgeDistinctValues,
  type Linearization,
  type SearchOptions,
} from "./linearizability/mod.ts";
import { casOf, casRegister, isPair } from "./linearizability/register.ts";
import { formatTable } from "./table.ts";

/** How many configurations a result lists. */
const CONFIGURATIONS_LIMIT = 10;

/** How many configurations to try for examples of a failure that is certain. */
const EXAMPLE_CONFIGURATIONS = 20_000;

/**
 * Checks a lin-kv history, whose values are `[key value]`. The result is Maelstrom's:
 * `{:valid? …, :results {key {:linearizable {…}, :timeline {:valid? true}, :valid? …}}, :failures […]}`,
 * where `:failures` lists the keys that are not linearizable. Of a key's `:linearizable`:
 *
 * - `:op` is the completion that no order of the operations explains, `:previous-ok` the `ok` completion
 *   before it;
 * - `:configs` holds up to ten ways in which everything before it may have happened: the register
 *   (`:model`), the operation that took effect last and the open ones (`:pending`);
 * - `:final-paths` adds to each of them why `:op` cannot come next.
 *
 * Knossos finds the same `:op` and the same states. Which configurations it lists, and in which order,
 * depends on its search.
 *
 * @param bounds limits the search of each key. Default: `options.isOver` alone.
 *
 * @example
 * ```ts
 * import { checkLinKv } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :write, :value [0 1]}
 *   {:time 5, :type :ok, :process 0, :f :write, :value [0 1]}
 *   {:time 6, :type :invoke, :process 1, :f :read, :value [0 nil]}
 *   {:time 9, :type :ok, :process 1, :f :read, :value [0 2]}
 * `);
 * assertEquals(checkLinKv(history)["valid?"], false);
 * ```
 */
export function checkLinKv(
  history: readonly Op[],
  { isOver }: CheckOptions = {},
  bounds: SearchOptions = isOver === undefined ? {} : { isOver },
): Result {
  const results = new Map<Edn, Result>();
  for (const [key, ofKey] of historiesByKey(history)) {
    const linearizability = checkRegister(ofKey, bounds);
    const verdict = linearizability["valid?"];
    const timeline = { "valid?": true };
    results.set(key, { linearizable: linearizability, timeline, "valid?": verdict });
  }
  const failures = [...results].filter(([, result]) => result["valid?"] === false);
  return {
    "valid?": worst([...results.values()].map((result) => result["valid?"])),
    results,
    failures: failures.map(([key]) => key),
  };
}

interface KeyHistory {
  readonly key: Edn;
  readonly history: Op[];
}

/** Splits a history by key, in the order of the keys; its values lose their keys. */
function historiesByKey(history: readonly Op[]): Map<Edn, Op[]> {
  const byKey = new Map<Key, KeyHistory>();
  for (const op of history) {
    if (op.process === "nemesis" || !isPair(op.value)) continue;
    const key = op.value[0];
    const identity = keyOf(key);
    let ofKey = byKey.get(identity);
    if (ofKey === undefined) byKey.set(identity, ofKey = { key, history: [] });
    ofKey.history.push(withValue(op, op.value[1]));
  }
  const sorted = [...byKey.values()].sort((a, b) => compareEdn(a.key, b.key));
  return new Map(sorted.map(({ key, history }) => [key, history]));
}

/** Copies an operation field by field, which in a cold process is much faster than spreading it. */
function withValue(op: Op, value: Edn): Op {
  const { index, time, exactTime, type, process, f, error, extra } = op;
  const copy = { index, time, type, process, f, value };
  if (exactTime === undefined && error === undefined && extra === undefined) return copy;
  return { ...op, value };
}

function checkRegister(history: readonly Op[], bounds?: SearchOptions): Result {
  const found = linearize(history, bounds);
  if ("cause" in found) {
    return { "valid?": UNKNOWN, cause: found.cause };
  }
  const configs = new List(
    found.configurations.slice(0, CONFIGURATIONS_LIMIT).map(shownConfiguration),
  );
  if (found.verdict) return { "valid?": true, configs, "final-paths": new List() };
  const { op, previousOk, configurations } = found;
  const last = configurations.flatMap(({ last }) => last ?? []);
  return {
    "valid?": false,
    configs,
    "final-paths": new List(
      configurations.slice(0, CONFIGURATIONS_LIMIT).map((from) => finalPath(from, op)),
    ),
    "previous-ok": shownOp(previousOk),
    "last-op": shownOp(last.sort((a, b) => a.index - b.index).at(-1)),
    op: shownOp(op),
  };
}

/** Searches only where the values do not decide. */
function linearize(history: readonly Op[], bounds?: SearchOptions): Linearization<Edn> {
  const judged = judgeDistinctValues(history);
  if (judged?.verdict === true) return judged;
  if (judged === undefined) return findLinearization(history, casRegister, bounds);
  const { op: unexplained } = judged;
  return findLinearization(history, casRegister, {
    maxConfigurations: EXAMPLE_CONFIGURATIONS,
    ...bounds,
    unexplained,
  });
}

function shownConfiguration({ state, last, pending }: Configuration<Edn>): EdnObject {
  return { model: register(state), "last-op": shownOp(last), pending: pending.map(shownOp) };
}

function finalPath({ state, last }: Configuration<Edn>, op: Op): Edn {
  const inconsistent = new Tagged("knossos.model.Inconsistent", { msg: complaint(state, op) });
  return [
    { op: shownOp(last), model: register(state) },
    { op: shownOp(op), model: inconsistent },
  ];
}

function complaint(state: Edn, { f, value }: Op): string {
  const held = state === null ? "" : printEdn(state);
  if (f !== "cas") return `can't ${f} ${printEdn(value)} from register ${held}`;
  const [from, to] = casOf(value).map(printEdn);
  return `can't CAS ${held} from ${from} to ${to}`;
}

function register(value: Edn): Tagged {
  return new Tagged("knossos.model.CASRegister", { value });
}

/** Shows an operation as Knossos does: a plain map, its keys in this order. */
function shownOp(op: Op | undefined): Edn {
  if (op === undefined) return null;
  const { process = null, type = null, f = null, value = null, index = null, time = null } =
    opToEdn(op);
  return { process, type, f, value, index, time };
}

/** What has no place in any order, of all keys that are not linearizable: reads, writes, … */
export function linKvFailures(result: EdnObject): string[] {
  return entriesOf(result["results"]).flatMap(([, ofKey]) => {
    const { linearizable: found } = isEdnObject(ofKey) ? ofKey : {};
    return isEdnObject(found) && isEdnObject(found["op"])
      ? [`no-order-for-${opFromEdn(found["op"]).f}`]
      : [];
  });
}

/**
 * Says which keys are not linearizable and why: for each, the operation that no order explains and,
 * where the history is given, a minimal witness as a table.
 */
export const explainLinKv: Explain = (result, history): string[] => {
  const histories = history === undefined ? undefined : historiesByKey(history);
  return entriesOf(result["results"]).flatMap(([key, ofKey]) => {
    const { linearizable: found } = isEdnObject(ofKey) ? ofKey : {};
    if (!isEdnObject(found) || found["valid?"] === true) return [];
    const name = `Key ${printEdn(key)}`;
    if (!isEdnObject(found["op"])) {
      return [`${name}: unknown; ${String(found["cause"] ?? "the search failed")}.`];
    }
    const op = opFromEdn(found["op"]);
    const headline = `${name} is not linearizable: no order of the operations explains ` +
      `process ${op.process}'s ${printDeed(op)}, which completed at ${formatSeconds(op.time)}.`;
    return [headline, ...explainWitness(histories?.get(key) ?? [], op)];
  });
};

function explainWitness(history: readonly Op[], unexplained: Op): string[] {
  const op = history.find(({ index }) => index === unexplained.index);
  if (op === undefined) return [];
  const { calls, isFromStart, otherCount } = findMinimalWitness(
    history,
    casRegister,
    op,
    (part) => judgeDistinctValues(part)?.verdict,
  );
  const start = isFromStart ? "from the empty register on" : "whatever the register held before";
  const lines = [
    `A minimal witness, ${start}:`,
    ...formatTable([
      ["process", "invoked", "completed", "operation"],
      ...calls.map(({ invocation, completion }) => [
        String(invocation.process),
        formatSeconds(invocation.time),
        completion === undefined ? "never" : formatSeconds(completion.time),
        printDeed(completion ?? invocation),
      ]),
    ]).map((line) => `  ${line}`),
  ];
  if (otherCount > 0) {
    const others = pluralize(otherCount, "other operation");
    lines.push(`${others} may have taken effect meanwhile, which makes no difference.`);
  }
  return lines;
}

/** Prints what an operation did: `read 3`, `write 3`, `cas 3 → 4`. */
export function printDeed({ f, value }: Op): string {
  return f === "cas" ? `cas ${casOf(value).map(printEdn).join(" → ")}` : `${f} ${printEdn(value)}`;
}

/** How far the operations of a key have an order, and the one that has no place in it. */
export interface LongestOrder {
  readonly key: Edn;
  /** Completions, or invocations of operations whose outcome is unknown. */
  readonly order: readonly Op[];
  /** The completion that no order explains. */
  readonly unexplained: Op;
  /** The operations of the key, values without it. */
  readonly history: readonly Op[];
}

/** Finds, for each key that is not linearizable, an order of all that completed before it failed. */
export function findLongestOrders(result: EdnObject, history: readonly Op[]): LongestOrder[] {
  const histories = historiesByKey(history);
  return entriesOf(result["results"]).flatMap(([key, ofKey]) => {
    const { linearizable: found } = isEdnObject(ofKey) ? ofKey : {};
    if (!isEdnObject(found) || !isEdnObject(found["op"])) return [];
    const unexplained = opFromEdn(found["op"]);
    const own = [...histories].find(([other]) => keyOf(other) === keyOf(key))?.[1] ?? [];
    const explained = linearize(
      own.filter(({ index }) => index < unexplained.index),
      { maxConfigurations: EXAMPLE_CONFIGURATIONS },
    );
    const order = explained.verdict === true ? explained.order : [];
    return [{ key, order, unexplained, history: own }];
  });
}
