/**
 * The orders that time alone gives transactions: process order, and the real-time order of those of
 * which one completed before the other began.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword } from "../../history/edn.ts";
import { type Op, taggedOp } from "../../history/operations.ts";
import { type EdgeList, PROCESS, REALTIME, type Relations } from "./graph.ts";
import type { Transaction } from "./transaction.ts";

/** Links each process's committed transactions in sequence. */
export function linkProcesses(all: readonly Transaction[], edges: EdgeList): void {
  const latest = new Map<Op["process"], number>();
  for (const { id, type, op } of all) {
    if (type !== "ok") continue;
    const earlier = latest.get(op.process);
    if (earlier !== undefined) edges.link(earlier, id, PROCESS);
    latest.set(op.process, id);
  }
}

/**
 * Links a transaction to those invoked after it committed.
 *
 * Linking all such pairs would be quadratic. Cycles need only the transitive reduction: a transaction
 * is linked forward only until one that began after it has committed and carries the order on. So the
 * frontier is never larger than the number of transactions in flight at once.
 */
export function linkRealtime(all: readonly Transaction[], edges: EdgeList): void {
  const events = all.flatMap((transaction) => {
    const { type, invocation, op } = transaction;
    const began = { index: invocation.index, transaction, commits: false };
    return type === "ok" ? [began, { index: op.index, transaction, commits: true }] : [began];
  }).sort((a, b) => a.index - b.index);

  let frontier: Transaction[] = [];
  for (const { transaction, commits } of events) {
    if (commits) {
      frontier = frontier.filter(({ op }) => op.index > transaction.invocation.index);
      frontier.push(transaction);
    } else for (const earlier of frontier) edges.link(earlier.id, transaction.id, REALTIME);
  }
}

/** Returns the step of a cycle that one of these orders explains. */
export function temporalStep(from: Transaction, to: Transaction, relation: Relations): EdnObject {
  return relation === PROCESS
    ? { type: keyword("process"), process: processOf(to) }
    : { type: keyword("realtime"), "a'": taggedOp(from.op), b: taggedOp(to.invocation) };
}

function processOf({ op: { process } }: Transaction): Edn {
  return process === "nemesis" ? keyword(process) : process;
}
