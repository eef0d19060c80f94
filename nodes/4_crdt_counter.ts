#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 4 without a store: a grow-only counter as a CRDT.
 *
 * Every node keeps, for every node, the sum of all that was added there: its own, which it alone
 * raises, and the others' as it last heard. The counter is the sum of these totals. Of two totals of one
 * node the higher is the later, so nodes may tell each other what they know in any order, again and
 * again and by way of others, and nothing is counted twice: that is all of the CRDT
 * (`algorithms/crdt.ts`). When to tell whom is the business of anti-entropy (`algorithms/anti_entropy.ts`): in
 * rounds, and only what the other is not known to have.
 *
 * Both operations are answered from memory. An add is known everywhere 0.75 s and one message delay
 * later, or as long after a partition heals.
 *
 * Cost: each node sends each other at most one message every 0.75 s while there are adds, whatever
 * their rate, and none in quiet. At 3 nodes and 100 operations a second that is 0.09 messages an
 * operation; it grows with the square of the number of nodes.
 *
 * It survives any partition, loss, repetition and reordering of messages, and a node that is started
 * again learns everything that its peers had heard. What it cannot survive by its nature, for nothing
 * is stored and nobody is asked, is the death of a node that has not passed on its newest adds: they
 * were acknowledged, and are lost.
 *
 * @module
 */
import { Replica } from "../lib/algorithms/anti_entropy.ts";
import { gCounter, increment, valueOf } from "../lib/algorithms/crdt.ts";
import { Counter, type Node, serve } from "../lib/mod.ts";

export default function crdtCounter(node: Node): void {
  const counter = new Replica(node, gCounter);

  node.on(Counter.add, ({ delta }) => {
    counter.join(increment(counter.state, counter.name, delta));
    return { type: "add_ok" };
  });

  node.on(Counter.read, () => ({ type: "read_ok", value: valueOf(counter.state) }));
}

if (import.meta.main) await serve(crdtCounter);
