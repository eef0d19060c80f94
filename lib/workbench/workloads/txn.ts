/**
 * Workloads `txn-list-append` and `txn-rw-register`: transactions over a few keys, whose writes
 * append an element to a list or replace a register's value.
 *
 * One operation is one transaction is one RPC: its micro-operations go out with reads empty and come
 * back with reads filled in. What comes back *replaces* the operation's value, whatever it says: a
 * node that alters a write is believed, and the checker judges what it said.
 *
 * @module
 */
import { type Aftermath, explainSilent, withSilent } from "../final_states.ts";
import { type Check, type Explain, verdictOf } from "../../checkers/checker.ts";
import { projectElle } from "../../checkers/projections.ts";
import { explainListAppend, explainRwRegister } from "../../checkers/elle/explain.ts";
import { checkListAppend } from "../../checkers/elle/list_append.ts";
import { checkRwRegister } from "../../checkers/elle/rw_register.ts";
import { explainFinalState } from "../../checkers/elle/explain_final_state.ts";
import { checkFinalState } from "../../checkers/elle/final_state.ts";
import { DEFAULT_MODELS, forbiddenAnomalies, orderNeeded } from "../../checkers/elle/verdict.ts";
import { pluralize } from "../../checkers/format.ts";
import { drawAnomalies } from "../../checkers/elle/draw.ts";
import { completionOfError } from "../clients/completion.ts";
import { type Edn, Keyword, keyword } from "../../history/edn.ts";
import { each } from "../clients/generator.ts";
import type { Op } from "../../history/operations.ts";
import { jsonToEdn } from "../../history/json.ts";
import { array, json, oneOf, rpc, type Shape, tuple } from "../../rpc.ts";
import { type MicroOp, transactions } from "./txn_generator.ts";
import type { Workload } from "./workload.ts";

/** No transaction can be repeated without a thought: each may have writes. */
const IDEMPOTENT: ReadonlySet<string> = new Set();

interface Kind {
  readonly name: string;
  readonly description: string;
  /** What a write is called. */
  readonly write: "append" | "w";
  /** What a read may have seen. */
  readonly seen: Shape<unknown>;
  readonly check: Check;
  readonly explain: Explain;
  readonly aftermath?: Aftermath;
}

export const txnListAppend: Workload = transactional({
  name: "txn-list-append",
  description: "transactions that read lists and append to them",
  write: "append",
  seen: { problem: (value, path) => value === null ? undefined : array(json).problem(value, path) },
  check: checkListAppend,
  explain: explainListAppend,
});

/**
 * Registers show little of what went wrong between writers, and a node that keeps its writes to itself
 * passes for read committed. What the nodes hold in the end shows both.
 */
const registersAfterwards: Aftermath = {
  keys: (history) => [...new Set(history.flatMap(writtenKeys))],
  ask: async (keys, call) => {
    const reads = keys.map((key) => toJson([keyword("r"), key, null]));
    const reply = await call(txnOf("w", json), { txn: reads });
    return new Map(reply.txn.map(([, key, value]) => [jsonToEdn(key), jsonToEdn(value)]));
  },
  check(history, { states, silent, consistencyModels = DEFAULT_MODELS, nodeOf }) {
    const strict = orderNeeded(forbiddenAnomalies(consistencyModels)) === "realtime";
    const order = strict ? "realtime" : "causal";
    return withSilent(
      checkFinalState(history, states, { consistencyModels, order, nodeOf }),
      silent,
    );
  },
  explain(result) {
    const found = [...explainFinalState(result), ...explainSilent(result)];
    const [first = "", ...rest] = found;
    const apart = "Beyond Maelstrom's checks";
    if (found.length > 0) return [`${apart}, and no part of the verdict: ${first}`, ...rest];
    if (verdictOf(result["valid?"]) !== true) return [];
    const keys = pluralize(Number(result["key-count"] ?? 0), "key");
    const isAlone = result.replication instanceof Map && result.replication.size === 1;
    if (isAlone) return [`${apart}: in the end the node has the last write to each of ${keys}.`];
    return [`${apart}: the replicas agree on all ${keys} in the end; no write was lost.`];
  },
};

export const txnRwRegister: Workload = transactional({
  name: "txn-rw-register",
  description: "transactions that read registers and write them",
  write: "w",
  seen: json,
  check: checkRwRegister,
  explain: explainRwRegister,
  aftermath: registersAfterwards,
});

function transactional(kind: Kind): Workload {
  const { name, description, write, check, explain, aftermath } = kind;
  const txn = txnOf(write, kind.seen);
  return {
    name,
    description,
    reusableClients: true,
    generators(options, random) {
      const next = transactions(options, random);
      return { main: each(() => ({ f: "txn", value: next().map((op) => toEdn(op, write)) })) };
    },
    open: () => async (op, call) => {
      try {
        const reply = await call(txn, { txn: microOpsOf(op.value).map(toJson) });
        return { type: "ok", value: reply.txn.map(([f, key, value]) => microOpEdn(f, key, value)) };
      } catch (error) {
        return completionOfError(error, op, IDEMPOTENT);
      }
    },
    check,
    explain,
    draw: drawAnomalies,
    comparable: projectElle,
    ...(aftermath && { aftermath }),
  };
}

function txnOf(write: string, seen: Shape<unknown>) {
  return rpc("txn", { txn: array(json) }, { txn: array(microOpOf(write, seen)) });
}

function writtenKeys({ value }: Op): Edn[] {
  return microOpsOf(value).flatMap((op) => {
    const [f = null, key = null] = Array.isArray(op) ? op : [];
    return f === keyword("w") ? [key] : [];
  });
}

/** What Maelstrom takes for a micro-operation in a reply: keys and values are anything. */
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

/** A micro-operation as a request has it; keys and values are this workload's own: whole numbers. */
function toJson(op: Edn): [f: string, key: number, value: number | null] {
  const [f = null, key = null, value = null] = Array.isArray(op) ? op : [];
  return [
    f instanceof Keyword ? f.name : String(f),
    Number(key),
    value === null ? null : Number(value),
  ];
}
