/**
 * The checker of the lin-kv workload: each key is a register of its own, and linearizable.
 *
 * Linearizability is local (Herlihy and Wing, Linearizability: a correctness condition for concurrent
 * objects, 1990): a store is linearizable exactly if each of its keys is. So the history is taken
 * apart by key, which keeps every search small.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  entriesOf,
  isEdnObject,
  List,
  printEdn,
  Tagged,
} from "../history/edn.ts";
import { type Op, opFromEdn, opToEdn } from "../history/operations.ts";
import { type Check, type Explain, type Result, UNKNOWN, worst } from "./checker.ts";
import {
  type Configuration,
  findLinearization,
  findMinimalWitness,
  type SearchOptions,
} from "./linearizability/mod.ts";
import { casOf, casRegister } from "./linearizability/register.ts";
import { keyOf } from "../history/equality.ts";
import { formatSeconds, pluralize } from "./format.ts";
import { compareEdn } from "../history/compare.ts";

/** How many configurations a result shows. */
const SHOWN = 10;

/**
 * Checks a lin-kv history, whose values are `[key value]`. The result is Maelstrom's:
 * `{:valid? …, :results {key {:linearizable {…}, :timeline {:valid? true}, :valid? …}}, :failures […]}`,
 * where `:failures` lists the keys that are not linearizable. Of a key's `:linearizable`:
 *
 * - `:op` is the completion that no order of the operations before it explains, `:previous-ok` the one
 *   before it;
 * - `:configs` holds up to ten ways in which what completed before it may have happened: the register
 *   (`:model`), the operation that took effect last and those still open (`:pending`);
 * - `:final-paths` adds to each why `:op` cannot come next.
 *
 * Knossos finds the same `:op` and the same states; which configurations it lists, and in which order,
 * depends on its search, so only verdicts, keys, `:op` and `:previous-ok` should be compared.
 */
export const checkLinKv: Check = (history) => checkRegisters(history);

/** {@linkcode checkLinKv} with bounds of its own for the search of each key. */
export function checkRegisters(history: readonly Op[], options?: SearchOptions): Result {
  const results = new Map<Edn, Result>();
  for (const [key, ofKey] of historiesByKey(history)) {
    const linearizability = checkRegister(ofKey, options);
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

/** The history of each key, with bare values, in the order of the keys. */
export function historiesByKey(history: readonly Op[]): Map<Edn, Op[]> {
  const byKey = new Map<Edn, KeyHistory>();
  for (const op of history) {
    if (op.process === "nemesis" || !Array.isArray(op.value) || op.value.length !== 2) continue;
    const [key = null, value = null] = op.value;
    const ofKey: KeyHistory = byKey.get(keyOf(key)) ?? { key, history: [] };
    byKey.set(keyOf(key), ofKey);
    ofKey.history.push({ ...op, value });
  }
  const sorted = [...byKey.values()].sort((a, b) => compareEdn(a.key, b.key));
  return new Map(sorted.map(({ key, history }) => [key, history]));
}

function checkRegister(history: readonly Op[], options?: SearchOptions): Result {
  const found = findLinearization(history, casRegister, options);
  if ("cause" in found) {
    return { "valid?": UNKNOWN, cause: found.cause };
  }
  const configs = new List(found.configurations.slice(0, SHOWN).map(shownConfiguration));
  if (found.verdict) return { "valid?": true, configs, "final-paths": new List() };
  const { op, previousOk, configurations } = found;
  const last = configurations.flatMap(({ last }) => last ?? []);
  return {
    "valid?": false,
    configs,
    "final-paths": new List(configurations.slice(0, SHOWN).map((from) => finalPath(from, op))),
    "previous-ok": shownOp(previousOk),
    "last-op": shownOp(last.sort((a, b) => a.index - b.index).at(-1)),
    op: shownOp(op),
  };
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

/** An operation in the form and order of Knossos: a plain map. */
function shownOp(op: Op | undefined): Edn {
  if (op === undefined) return null;
  const { process = null, type = null, f = null, value = null, index = null, time = null } =
    opToEdn(op);
  return { process, type, f, value, index, time };
}

/**
 * Says which keys are not linearizable and why: for each, the operation that fits in no order of what
 * happened before it and, where the history is given, the smallest stretch that shows it, as a table.
 */
export const explainLinKv: Explain = (result, history) => {
  const histories = history === undefined ? undefined : historiesByKey(history);
  return entriesOf(result["results"]).flatMap(([key, ofKey]) => {
    const { linearizable: found } = isEdnObject(ofKey) ? ofKey : {};
    if (!isEdnObject(found) || found["valid?"] === true) return [];
    const name = `key ${printEdn(key)}`;
    if (!isEdnObject(found["op"])) {
      return [`${name}: it cannot be told; ${String(found["cause"] ?? "the search failed")}.`];
    }
    const op = opFromEdn(found["op"]);
    const headline = `${name} is not linearizable: process ${op.process}'s ${deed(op)}, which ` +
      `completed at ${formatSeconds(op.time)}, fits in no order of what happened before it.`;
    return [headline, ...explainStretch(histories?.get(key) ?? [], op)];
  });
};

function explainStretch(history: readonly Op[], unexplained: Op): string[] {
  const op = history.find(({ index }) => index === unexplained.index);
  if (op === undefined) return [];
  const { calls, fromStart, others } = findMinimalWitness(history, casRegister, op);
  const before = fromStart
    ? "from the empty register on"
    : "whatever the operations before it had left in the register";
  const lines = [
    `The smallest stretch that contradicts itself, ${before}:`,
    ...table([
      ["process", "invoked", "completed", "operation"],
      ...calls.map(({ invocation, completion }) => [
        String(invocation.process),
        formatSeconds(invocation.time),
        completion === undefined ? "never" : formatSeconds(completion.time),
        deed(completion ?? invocation),
      ]),
    ]),
  ];
  if (others > 0) {
    const them = pluralize(others, "other operation");
    lines.push(`${them} could have taken effect meanwhile; whether or not makes no difference.`);
  }
  return lines;
}

/** What an operation did: `read 3`, `write 3`, `cas 3 → 4`. */
function deed({ f, value }: Op): string {
  return f === "cas" ? `cas ${casOf(value).map(printEdn).join(" → ")}` : `${f} ${printEdn(value)}`;
}

/** Rows as indented lines, their columns aligned. */
function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ").trimEnd()}`
  );
}
