#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Workload g-set: a set that only grows, as a CRDT.
 *
 * The union of two sets is the smallest set that includes both, in whatever order and however often
 * they are merged. So a node adds what it is asked to add, sends its peers the elements they may
 * lack, in rounds (`algorithms/anti_entropy.ts`), and merges what it receives.
 *
 * A read is answered from memory, an add once it is in the node's journal: one sync of its disk,
 * which adds that come meanwhile share. An element reaches every node within 0.75 s and one message
 * delay after it was added, or as long after a partition heals.
 *
 * Messages: at most one from each node to each other every 0.75 s while elements are added,
 * whatever their rate, and none when all is quiet. An element crosses each link about twice: as
 * news, and in the acknowledgement.
 *
 * It survives partitions, loss, duplication and reordering of messages, and the kill of any nodes,
 * all of them included: a node that restarts has what it ever showed or acknowledged, and learns
 * within a round what it has missed. Elements cannot be removed, for a set that has forgotten one
 * looks like a set that never had it.
 *
 * @module
 */
import { Replica } from "../lib/algorithms/anti_entropy.ts";
import { gSet } from "../lib/algorithms/crdt.ts";
import { GSet, type Node, serve } from "../lib/mod.ts";

export default function growOnlySet(node: Node): void {
  const set = new Replica(node, gSet, { name: "g-set" });

  node.on(GSet.add, async ({ element }) => {
    await set.change(() => [element]);
    return { type: "add_ok" };
  });

  node.on(GSet.read, () => ({ type: "read_ok", value: [...set.state] }));
}

if (import.meta.main) await serve(growOnlySet);
