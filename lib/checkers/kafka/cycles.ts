/**
 * Cycles of cause and real time: messages that were polled before they were sent.
 *
 * Maelstrom hands Elle a graph of two kinds of edges between completed sends and polls: *wr*, from the
 * send of a message to every poll that returned it, and *realtime*, from an operation that completed
 * with `ok` to every one invoked afterwards. Both point forward in time in any possible execution, so a
 * cycle needs a poll that completed before the send of a message it returned was invoked. Only where
 * there is such a poll is the graph built and searched.
 *
 * @module
 */
import { entriesInMapOrder } from "../../history/clojure_order.ts";
import { type Edn, type EdnObject, isEdnObject, itemsOf, keyword } from "../../history/edn.ts";
import { findCycles } from "../elle/cycles.ts";
import { EdgeList, REALTIME, type Relations, WR } from "../elle/graph.ts";
import { temporalStep } from "../elle/temporal_order.ts";
import type { Transaction } from "../elle/transaction.ts";
import type { Analysis } from "./analysis.ts";
import { CheckerFailure, type Found } from "./errors.ts";
import { type Completion, getOrMake, push } from "./messages.ts";

/** A message that a poll returned, with its send and that poll. */
interface Delivery {
  readonly key: Edn;
  readonly value: Edn;
  readonly writer: Completion;
  readonly reader: Completion;
}

/**
 * Finds the cycles that Elle finds, by type.
 *
 * @throws {CheckerFailure} if a message was polled that nobody sent.
 */
export function findCausalCycles(analysis: Analysis): Map<string, Found[]> {
  if (!mayHaveCycles(analysis)) return new Map();
  const delivered = deliveries(analysis);
  const transactions = transactionsOf(analysis).map(asTransaction);
  const place = new Map(transactions.map(({ op, id }) => [op, id]));
  const edges = new EdgeList();
  const caused = new Map<string, Delivery>();
  for (const delivery of delivered) {
    const [from, to] = [place.get(delivery.writer.op), place.get(delivery.reader.op)];
    if (from === undefined || to === undefined) continue;
    edges.link(from, to, WR);
    if (!caused.has(`${from} ${to}`)) caused.set(`${from} ${to}`, delivery);
  }
  const step = (from: Transaction, to: Transaction, relation: Relations) => {
    const delivery = caused.get(`${from.id} ${to.id}`);
    if (relation !== WR || delivery === undefined) return temporalStep(from, to, relation);
    const { key, value } = delivery;
    return { type: keyword("wr"), key, value, "a-mop-index": 0, "b-mop-index": 0 };
  };
  const found = findCycles({
    transactions,
    edges,
    isRealtime: true,
    precedence: [WR, REALTIME],
    step,
  });
  return new Map([...found].map(([type, cases]) => [type, cases.filter(isEdnObject).map(asFound)]));
}

/** Returns whether clients did something, yet no send or poll follows another. */
export function isEmptyGraph(analysis: Analysis): boolean {
  if (analysis.completions.length === 0 || analysis.readers.size > 0) return false;
  const transactions = transactionsOf(analysis);
  const first = transactions.find(({ op }) => op.type === "ok");
  return first === undefined || !transactions.some((other) => precedes(first, other));
}

function transactionsOf({ completions }: Analysis): Completion[] {
  return completions.filter(({ op }) => op.f === "send" || op.f === "poll");
}

function asTransaction({ op, invocation }: Completion, id: number): Transaction {
  return { id, type: op.type === "invoke" ? "info" : op.type, invocation, op, mops: [] };
}

function asFound(error: EdnObject): Found {
  return { rank: itemsOf(error["steps"]).length, show: () => error };
}

/** Whether a message was polled before it was sent, or sent by nobody. */
function mayHaveCycles({ writers, readers, okReads }: Analysis): boolean {
  for (const [key, ofKey] of readers) {
    for (const value of ofKey.keys()) {
      const writer = writers.get(key)?.get(value);
      const reader = okReads.get(key)?.get(value);
      if (writer === undefined || reader !== undefined && precedes(reader, writer)) return true;
    }
  }
  return false;
}

function deliveries({ completions, writers }: Analysis): Delivery[] {
  const readers = new Map<Edn, Map<Edn, Completion[]>>();
  for (const completion of completions) {
    for (const [key, messages] of completion.polls) {
      if (messages.length === 0) continue;
      const ofKey = getOrMake(readers, key, () => new Map<Edn, Completion[]>());
      for (const [, value] of messages) push(ofKey, value, completion);
    }
  }
  const delivered: Delivery[] = [];
  for (const [key, ofKey] of entriesInMapOrder(readers)) {
    for (const [value, ofValue] of entriesInMapOrder(ofKey)) {
      const writer = writers.get(key)?.get(value);
      if (writer === undefined) throw CheckerFailure.thrown("no-writer-of-value", key, value);
      for (const reader of ofValue) delivered.push({ key, value, writer, reader });
    }
  }
  return delivered;
}

function precedes(a: Completion, b: Completion): boolean {
  return a.op.type === "ok" && a.op.index < b.invocation.index;
}
