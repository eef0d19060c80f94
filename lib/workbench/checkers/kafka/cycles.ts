/**
 * Cycles of causes and times: messages that were polled before they were sent.
 *
 * Maelstrom hands Elle a graph of two kinds of edges between completed sends and polls: *wr*, from the
 * send of a message to every poll that returned it, and *realtime*, from what had completed with `ok`
 * to whatever was invoked afterwards. Both point forward in time in any execution that could have
 * happened, so a cycle needs a poll that completed before a send was invoked whose message it returned.
 * Elle reports each strongly connected component once as `G1c-realtime`, once as
 * `strong-PL-2-cycle-exists`; and a graph without an edge as `empty-transaction-graph`.
 *
 * Components are found with Tarjan's algorithm (Depth-first search and linear graph algorithms, 1972).
 * Realtime edges go through a chain of one vertex for each completion, which keeps the graph linear.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword, List } from "../../edn.ts";
import { entriesInMapOrder } from "../clojure_order.ts";
import type { Analysis } from "./analysis.ts";
import { CheckerFailure, type Found, shownOp } from "./errors.ts";
import { type Completion, push } from "./messages.ts";

/** A message that a poll returned, with both its operations. */
interface Delivery {
  readonly key: Edn;
  readonly value: Edn;
  readonly writer: Completion;
  readonly reader: Completion;
}

/**
 * The cycles Elle would report, by type.
 *
 * @throws {CheckerFailure} if a message was polled that nobody sent.
 */
export function cycles(analysis: Analysis): Map<string, Found[]> {
  const delivered = deliveries(analysis);
  const early = delivered.filter(({ writer, reader }) => precedes(reader, writer));
  if (early.length === 0) return new Map();
  const found = components(transactionsOf(analysis), delivered);
  return new Map([
    ["G1c-realtime", found.map((component) => cycleIn(component, early))],
    ["strong-PL-2-cycle-exists", found.map(componentError)],
  ]);
}

/** True if clients did something, yet no send or poll follows from another. */
export function isEmptyGraph(analysis: Analysis): boolean {
  if (analysis.completions.length === 0 || analysis.readers.size > 0) return false;
  const transactions = transactionsOf(analysis);
  const first = transactions.find(({ op }) => op.type === "ok");
  return first === undefined || !transactions.some((other) => precedes(first, other));
}

function transactionsOf({ completions }: Analysis): Completion[] {
  return completions.filter(({ op }) => op.f === "send" || op.f === "poll");
}

function deliveries({ writers, readers }: Analysis): Delivery[] {
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

/** The shortest cycle of a component: a poll, and a send that began only when it had completed. */
function cycleIn(component: ReadonlySet<Completion>, early: readonly Delivery[]): Found {
  const back = early.find(({ writer, reader }) => component.has(writer) && component.has(reader));
  if (back === undefined) throw new Error("a cycle without a poll from the future");
  const { key, value, writer, reader } = back;
  const [sent, polled] = [shownOp(writer), shownOp(reader)];
  const wr = { type: keyword("wr"), key, value, "a-mop-index": 0, "b-mop-index": 0 };
  const realtime = { type: keyword("realtime"), "a'": polled, b: shownInvocation(writer) };
  return {
    rank: 2,
    show: () => ({
      cycle: [sent, polled, sent],
      steps: new List([wr, realtime]),
      type: keyword("G1c-realtime"),
    }),
  };
}

function shownInvocation({ invocation, ...rest }: Completion): Edn {
  return shownOp({ ...rest, invocation, op: invocation });
}

function componentError(component: ReadonlySet<Completion>): Found {
  const indexes = [...component].map(({ op }) => op.index).sort((a, b) => a - b);
  const show = (): EdnObject => ({
    type: keyword("strong-PL-2-cycle-exists"),
    not: keyword("strong-read-committed"),
    subgraph: ["union", "ww", "wwp", "wr", "wrp", "realtime"].map(keyword),
    "scc-size": component.size,
    scc: new Set(indexes),
  });
  return { rank: 0, show };
}

/** The strongly connected components of more than one operation. */
function components(
  transactions: readonly Completion[],
  delivered: readonly Delivery[],
): Set<Completion>[] {
  const edges = graph(transactions, delivered);
  const grouped = new Map<number, Completion[]>();
  const roots = stronglyConnected(edges);
  for (const [vertex, completion] of transactions.entries()) {
    push(grouped, roots[vertex] ?? vertex, completion);
  }
  return [...grouped.values()].filter(({ length }) => length > 1).map((group) => new Set(group));
}

/** Successors of each vertex: first the operations, then the chain of completions. */
function graph(transactions: readonly Completion[], delivered: readonly Delivery[]): number[][] {
  const edges: number[][] = transactions.map(() => []);
  const vertexOf = new Map(transactions.map((completion, vertex) => [completion, vertex]));
  for (const { writer, reader } of delivered) {
    const [from, to] = [vertexOf.get(writer), vertexOf.get(reader)];
    if (from !== undefined && to !== undefined && from !== to) edges[from]?.push(to);
  }
  const byInvocation = transactions
    .map(({ invocation }, vertex) => ({ vertex, index: invocation.index }))
    .sort((a, b) => b.index - a.index);
  let latest: number | undefined;
  for (const [vertex, { op }] of transactions.entries()) {
    while ((byInvocation.at(-1)?.index ?? Infinity) < op.index) {
      const next = byInvocation.pop()?.vertex;
      if (latest !== undefined && next !== undefined) edges[latest]?.push(next);
    }
    if (op.type !== "ok") continue;
    const link = edges.push([]) - 1;
    edges[vertex]?.push(link);
    if (latest !== undefined) edges[latest]?.push(link);
    latest = link;
  }
  return edges;
}

/** For each vertex, a number that it shares with its component alone. */
function stronglyConnected(edges: readonly (readonly number[])[]): Int32Array {
  const order = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const root = new Int32Array(edges.length).fill(-1);
  const open: number[] = [];
  const path: { vertex: number; next: number }[] = [];
  let visited = 0;
  const enter = (vertex: number) => {
    order[vertex] = low[vertex] = visited++;
    open.push(vertex);
    path.push({ vertex, next: 0 });
  };
  const lower = (vertex: number, to = 0) => low[vertex] = Math.min(low[vertex] ?? 0, to);
  const leave = (vertex: number) => {
    path.pop();
    const parent = path.at(-1);
    if (parent !== undefined) lower(parent.vertex, low[vertex]);
    if (low[vertex] !== order[vertex]) return;
    let member: number | undefined;
    do {
      member = open.pop();
      if (member !== undefined) root[member] = vertex;
    } while (member !== undefined && member !== vertex);
  };
  for (let start = 0; start < edges.length; start++) {
    if (order[start] === -1) enter(start);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const successor = edges[at.vertex]?.[at.next++];
      if (successor === undefined) leave(at.vertex);
      else if (order[successor] === -1) enter(successor);
      else if (root[successor] === -1) lower(at.vertex, order[successor]);
    }
  }
  return root;
}
