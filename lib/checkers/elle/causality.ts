/**
 * Causality between transactions: process order, and who read whose writes.
 *
 * @module
 */
import { at, EdgeList, type Graph, WR } from "./graph.ts";
import { linkProcesses } from "./temporal_order.ts";
import { type Transaction, WriteIndex } from "./transaction.ts";

/** Builds the graph of causality: a path leads from each transaction to those that follow from it. */
export function causality(all: readonly Transaction[]): Graph {
  const edges = new EdgeList();
  linkProcesses(all, edges);
  const writers = new WriteIndex();
  for (const transaction of all) {
    for (const { isRead, k, value } of transaction.mops) {
      if (!isRead) writers.add(k, value, transaction);
    }
  }
  for (const reader of all) {
    if (reader.type !== "ok") continue;
    for (const { isRead, k, value } of reader.mops) {
      const writer = isRead && value !== null ? writers.get(k, value) : undefined;
      if (writer !== undefined && writer !== reader) edges.link(writer.id, reader.id, WR);
    }
  }
  return edges.toGraph(all.length);
}

/** Returns the vertices that can be reached from another by passing only those that are near. */
export function reachableFrom(
  { offsets, targets }: Graph,
  start: number,
  isNear: (vertex: number) => boolean,
): Set<number> {
  const seen = new Set<number>();
  const queue = [start];
  for (const v of queue) {
    for (let edge = at(offsets, v); edge < at(offsets, v + 1); edge++) {
      const to = at(targets, edge);
      if (seen.has(to) || !isNear(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}
