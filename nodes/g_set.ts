#!/usr/bin/env -S deno run --quiet
/**
 * Workload g-set: a set that only grows, as a CRDT.
 *
 * The union of two sets is the least set that includes both, in whatever order and however often they
 * are united. So nodes add what they are asked to add, tell each other in rounds which elements the
 * other is not known to have (`algorithms/anti_entropy.ts`), and unite what they hear with what they have.
 *
 * Both operations are answered from memory. An element is in every node's set 0.75 s and one message
 * delay after it was added, or as long after a partition heals.
 *
 * Cost: each node sends each other at most one message every 0.75 s while elements are added, whatever
 * their rate, and none in quiet. Over each link an element travels about twice, once as news and once
 * as acknowledgement.
 *
 * By its nature it cannot keep what was acknowledged by a node that dies before it has passed it on;
 * and an element cannot be removed, for a set that has forgotten it looks like one that never heard of
 * it.
 *
 * @module
 */
import { Replica } from "../lib/algorithms/anti_entropy.ts";
import { gSet } from "../lib/algorithms/crdt.ts";
import { GSet, type Node, serve } from "../lib/mod.ts";

export default function growOnlySet(node: Node): void {
  const set = new Replica(node, gSet);

  node.on(GSet.add, ({ element }) => {
    set.join([element]);
    return { type: "add_ok" };
  });

  node.on(GSet.read, () => ({ type: "read_ok", value: [...set.state] }));
}

if (import.meta.main) await serve(growOnlySet);
