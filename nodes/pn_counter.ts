#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Workload pn-counter: a counter that goes up and down, as a CRDT.
 *
 * It is two grow-only counters, one of what was added and one of what was subtracted; its value is
 * their difference. One counter would not do: replicas take the higher of two totals for the newer,
 * so a total that went down would be taken for an old one, and the decrement be lost.
 *
 * Everything else is as in `4_crdt_counter.ts`: a read is answered from memory, an add once it is
 * in the node's journal; a change reaches every node within 0.75 s and one message delay, or as long
 * after a partition heals; each node sends each other at most one message every 0.75 s while there
 * are changes, and none when all is quiet. With 5 nodes that is 2.7 messages per operation at 10
 * operations a second, and a tenth of it at 100.
 *
 * It survives partitions, loss, duplication and reordering of messages, and the kill of any nodes,
 * all of them included. It cannot promise to stay above zero, since nobody is asked before
 * something is subtracted.
 *
 * @module
 */
import { Replica } from "../lib/algorithms/anti_entropy.ts";
import { change, differenceOf, pnCounter } from "../lib/algorithms/crdt.ts";
import { Counter, type Node, serve } from "../lib/mod.ts";

export default function upAndDownCounter(node: Node): void {
  const counter = new Replica(node, pnCounter, { name: "pn-counter" });

  node.on(Counter.add, async ({ delta }) => {
    await counter.change((state) => change(state, counter.name, delta));
    return { type: "add_ok" };
  });

  node.on(Counter.read, () => ({ type: "read_ok", value: differenceOf(counter.state) }));
}

if (import.meta.main) await serve(upAndDownCounter);
