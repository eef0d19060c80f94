/**
 * Workloads `txn-list-append` and `txn-rw-register`: transactions over a few keys, whose writes
 * append an element to a list or replace a register's value.
 *
 * One operation is one transaction is one RPC: its micro-operations go out with empty reads and come
 * back with the reads filled in. The reply *replaces* the operation's value, whatever it says: a node
 * that alters a write is believed, and the checker judges what the node said.
 *
 * @module
 */
import { type Check, type Explain, verdictOf } from "../../checkers/checker.ts";
import { projectElle } from "../../checkers/projections.ts";
import { explainListAppend, explainRwRegister, worstFirst } from "../../checkers/elle/explain.ts";
import { checkListAppend } from "../../checkers/elle/list_append.ts";
import { checkRwRegister } from "../../checkers/elle/rw_register.ts";
import { explainFinalState } from "../../checkers/elle/explain_final_state.ts";
import { checkFinalState } from "../../checkers/elle/final_state.ts";
import { DEFAULT_MODELS, forbiddenAnomalies, orderNeeded } from "../../checkers/elle/verdict.ts";
import { clip, formatEvent, joinWords, pluralize } from "../../checkers/format.ts";
import { drawAnomalies } from "../../checkers/elle/draw.ts";
import type { FinalStateCheck } from "../final_states.ts";
import { type Edn, type EdnObject, Keyword, keyword, printEdn } from "../../history/edn.ts";
import { each } from "../clients/generator.ts";
import { type Op, pairs } from "../../history/operations.ts";
import { type Key, keyOf } from "../../history/equality.ts";
import { ednToJson, jsonToEdn } from "../../history/json.ts";
import { array, json, oneOf, rpc, type Shape, tuple } from "../../rpc.ts";
import { generateTransactions, type MicroOp } from "./txn_generator.ts";
import { drawnPlaces, namesIn } from "./anomalies.ts";
import type { Picture, PictureSubject } from "./picture.ts";
import { type Figure, performs, type Workload } from "./workload.ts";

interface Kind {
  readonly name: string;
  readonly description: string;
  readonly write: "append" | "w";
  readonly seen: Shape<unknown>;
  readonly check: Check;
  readonly explain: Explain;
  readonly finalStates?: FinalStateCheck;
  readonly recognises: (history: readonly Op[]) => boolean;
}

export const txnListAppend: Workload = transactional({
  name: "txn-list-append",
  description: "transactions that read lists and append to them",
  write: "append",
  seen: { problem: (value, path) => value === null ? undefined : array(json).problem(value, path) },
  check: checkListAppend,
  explain: explainListAppend,
  recognises: (history) => history.some(appends),
});

/**
 * Registers reveal little of what went wrong between writers, and a node that keeps its writes to
 * itself passes for read committed. The final states show both.
 */
const finalRegisters: FinalStateCheck = {
  keys: (history) => {
    const keys = history.flatMap(writtenKeys).map((key): [Key, Edn] => [keyOf(key), key]);
    return [...new Map(keys).values()];
  },
  read: async (keys, call) => {
    const reads = keys.map((key) => ["r", ednToJson(key), null]);
    const reply = await call(txnOf("w", json), { txn: reads });
    return new Map(reply.txn.map(([, key, value]) => [jsonToEdn(key), jsonToEdn(value)]));
  },
  check(history, { states, consistencyModels = DEFAULT_MODELS, nodeOf }) {
    const isStrict = orderNeeded(forbiddenAnomalies(consistencyModels)) === "realtime";
    const order = isStrict ? "realtime" : "causal";
    return checkFinalState(history, states, { consistencyModels, order, nodeOf });
  },
  explain(result, history) {
    if (verdictOf(result["valid?"]) !== true) return explainFinalState(result, history);
    const keys = pluralize(Number(result["key-count"] ?? 0), "key");
    const isAlone = result.replication instanceof Map && result.replication.size === 1;
    if (isAlone) return [`in the end the node has the last write to each of ${keys}.`];
    return [`the replicas agree on all ${keys} in the end; no write was lost.`];
  },
};

export const txnRwRegister: Workload = transactional({
  name: "txn-rw-register",
  description: "transactions that read registers and write them",
  write: "w",
  seen: json,
  check: checkRwRegister,
  explain: explainRwRegister,
  finalStates: finalRegisters,
  recognises: (history) => performs("txn")(history) && !history.some(appends),
});

function transactional(kind: Kind): Workload {
  const { seen, write, ...workload } = kind;
  const txn = txnOf(write, seen);
  return {
    ...workload,
    reusableClients: true,
    refusals: { "txn-conflict": "transactions that gave way to others" },
    remarks: findMismatches,
    idempotent: [], // each transaction may write
    generators(options, random) {
      const next = generateTransactions(options, random);
      return { main: each(() => ({ f: "txn", value: next().map((op) => toEdn(op, write)) })) };
    },
    open: () => async (op, call) => {
      const reply = await call(txn, { txn: microOpsOf(op.value).map(toJson) });
      return { type: "ok", value: reply.txn.map(([f, key, value]) => microOpEdn(f, key, value)) };
    },
    figures: listAnomalies,
    signature: (result) => worstFirst(namesIn(result["anomaly-types"])),
    places: drawnPlaces,
    draw: drawAnomalies,
    pictures: pictureCycles,
    project: projectElle,
  };
}

/** Transactions that came back as others: Maelstrom believes the reply, whatever was asked. */
function findMismatches(history: readonly Op[]): string[] {
  const wrong = pairs(history).filter(({ invocation, completion }) =>
    completion?.type === "ok" && !isAnswerTo(completion.value, invocation.value)
  );
  const [first] = wrong;
  if (first?.completion === undefined) return [];
  const { invocation, completion } = first;
  return [
    `${pluralize(wrong.length, "txn_ok")} answered another transaction than was asked, the first ` +
    `that of ${formatEvent(completion)}: asked ${clip(printEdn(invocation.value), VALUE_WIDTH)}, ` +
    `got ${clip(printEdn(completion.value), VALUE_WIDTH)}. Maelstrom believes such a reply.`,
  ];
}

const VALUE_WIDTH = 60;

/** Whether a transaction that came back is the one that was asked. */
function isAnswerTo(answered: Edn, asked: Edn): boolean {
  const [got, wanted] = [microOpsOf(answered), microOpsOf(asked)];
  const isSame = got.length === wanted.length && got.every((op, i) => isSameStep(op, wanted[i]));
  return isSame || outlineOf(answered) === outlineOf(asked); // printing takes longer, and sees more
}

/** Whether two micro-operations are equal at sight. */
function isSameStep(a: Edn, b: Edn | undefined): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a[0] !== b[0] || a[1] !== b[1]) return false;
  return a[0] === keyword("r") || a[2] === b[2];
}

/** What of a transaction a reply may not change: all but what its reads return. */
function outlineOf(value: Edn): string {
  return printEdn(
    microOpsOf(value).map((op) => {
      const [f = null, key = null, argument = null] = Array.isArray(op) ? op : [];
      return f === keyword("r") ? [f, key] : [f, key, argument];
    }),
  );
}

/** Cycles that a page shows; the others are files. */
const SHOWN_CYCLES = 4;

function pictureCycles({ result }: PictureSubject): Picture[] {
  return [...drawAnomalies(result)].slice(0, SHOWN_CYCLES).map(([name, svg]) => ({
    kind: "drawing",
    title: `Anomaly ${name.replace(/\.svg$/, "")}`,
    caption:
      "A box is a transaction, an arrow says why one must precede the other: ww overwrites, " +
      "wr is read by, rw was read before it was overwritten.",
    svg,
  }));
}

function listAnomalies(result: EdnObject): Figure[] {
  const types = namesIn(result["anomaly-types"]);
  return [{ name: "anomalies", text: types.length === 0 ? "none" : joinWords(types) }];
}

function txnOf(write: string, seen: Shape<unknown>) {
  return rpc("txn", { txn: array<unknown>(json) }, { txn: array(microOpOf(write, seen)) });
}

function appends({ value }: Op): boolean {
  return microOpsOf(value).some((op) => Array.isArray(op) && op[0] === keyword("append"));
}

function writtenKeys({ value }: Op): Edn[] {
  return microOpsOf(value).flatMap((op) => {
    const [f = null, key = null] = Array.isArray(op) ? op : [];
    return f === keyword("w") ? [key] : [];
  });
}

/** A micro-operation in a reply as Maelstrom takes it: keys and values may be anything. */
function microOpOf(
  write: string,
  seen: Shape<unknown>,
): Shape<[f: string, key: unknown, value: unknown]> {
  const reading = tuple<[string, unknown, unknown]>(oneOf("r"), json, seen);
  const other = tuple<[string, unknown, unknown]>(oneOf("r", write), json, json);
  return {
    problem: (value, path) =>
      (Array.isArray(value) && value[0] === "r" ? reading : other).problem(value, path),
  };
}

function toEdn({ f, key, value }: MicroOp, write: string): Edn {
  return [keyword(f === "read" ? "r" : write), key, value];
}

function microOpEdn(f: string, key: unknown, value: unknown): Edn {
  return [keyword(f), jsonToEdn(key), jsonToEdn(value)];
}

function microOpsOf(value: Edn): readonly Edn[] {
  return Array.isArray(value) ? value : [];
}

/** A micro-operation as a request has it, with this workload's own keys and values: whole numbers. */
function toJson(op: Edn): [f: string, key: number, value: number | null] {
  const [f = null, key = null, value = null] = Array.isArray(op) ? op : [];
  return [
    f instanceof Keyword ? f.name : String(f),
    Number(key),
    value === null ? null : Number(value),
  ];
}
