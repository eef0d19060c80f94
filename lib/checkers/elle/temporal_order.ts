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
  let frontier: Transaction[] = [];
  for (const { transaction, commits } of eventsOf(all)) {
    if (commits) {
      frontier = frontier.filter(({ op }) => op.index > transaction.invocation.index);
      frontier.push(transaction);
    } else for (const earlier of frontier) edges.link(earlier.id, transaction.id, REALTIME);
  }
}

/**
 * Links the same transactions by a path, through vertices that stand for moments: from `size` on, one
 * for each row of commits. A transaction leads to the moment after its commit, each moment to the
 * next, and the latest to whatever begins. That takes a few edges for each transaction, however many
 * are in flight. Returns the number of vertices, those of the moments included.
 */
export function linkMoments(all: readonly Transaction[], edges: EdgeList): number {
  let moment = all.length - 1;
  let isOpen = false;
  for (const { transaction, commits } of eventsOf(all)) {
    if (commits && !isOpen) {
      if (++moment > all.length) edges.link(moment - 1, moment, REALTIME);
    }
    isOpen = commits;
    if (commits) edges.link(transaction.id, moment, REALTIME);
    else if (moment >= all.length) edges.link(moment, transaction.id, REALTIME);
  }
  return moment + 1;
}

/** Returns whether some transaction began after another committed. */
export function isOrderedByTime(all: readonly Transaction[]): boolean {
  let hasCommitted = false;
  for (const { commits } of eventsOf(all)) {
    if (hasCommitted && !commits) return true;
    hasCommitted ||= commits;
  }
  return false;
}

/** The beginnings and the commits of transactions, in order. */
function* eventsOf(all: readonly Transaction[]): Generator<Event> {
  const began = Uint32Array.from(all.keys());
  const invoked = (place: number) => all[place]?.invocation.index ?? Infinity;
  began.sort((a, b) => invoked(a) - invoked(b));
  let next = 0;
  for (const committed of all) {
    if (committed.type !== "ok") continue;
    const { index } = committed.op;
    for (; next < began.length && invoked(began[next] ?? 0) < index; next++) {
      const transaction = all[began[next] ?? 0];
      if (transaction !== undefined) yield { transaction, commits: false };
    }
    yield { transaction: committed, commits: true };
  }
  for (; next < began.length; next++) {
    const transaction = all[began[next] ?? 0];
    if (transaction !== undefined) yield { transaction, commits: false };
  }
}

interface Event {
  readonly transaction: Transaction;
  readonly commits: boolean;
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
