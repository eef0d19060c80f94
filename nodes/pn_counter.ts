#!/usr/bin/env -S deno run --quiet
/**
 * Workload pn-counter: a counter that goes both ways, as a CRDT.
 *
 * It is two counters that only grow, one of what was added and one of what was taken away; its value
 * is their difference. One would not do. A replica recognises the later of two totals by its being
 * higher, so a total that went down would be taken for an old one, and the decrement be lost.
 *
 * Everything else is as in `4_crdt_counter.ts`: both operations are answered from memory; a change is
 * known everywhere 0.75 s and one message delay later, or as long after a partition heals; each node
 * sends each other at most one message every 0.75 s while there are changes, and none in quiet. At 5
 * nodes and 10 operations a second that is 2.7 messages an operation, at 100 a tenth of it.
 *
 * By its nature it cannot keep what was acknowledged by a node that dies before it has passed it on.
 * Nor can it promise not to fall below zero: nobody is asked before something is taken away.
 *
 * @module
 */
import { Replica } from "../lib/algorithms/anti_entropy.ts";
import { change, differenceOf, pnCounter } from "../lib/algorithms/crdt.ts";
import { Counter, type Node, serve } from "../lib/mod.ts";

export default function upAndDownCounter(node: Node): void {
  const counter = new Replica(node, pnCounter);

  node.on(Counter.add, ({ delta }) => {
    counter.join(change(counter.state, counter.name, delta));
    return { type: "add_ok" };
  });

  node.on(Counter.read, () => ({ type: "read_ok", value: differenceOf(counter.state) }));
}

if (import.meta.main) await serve(upAndDownCounter);
