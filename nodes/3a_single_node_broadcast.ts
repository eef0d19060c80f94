#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 3a, broadcast on a single node: a value can be read as soon as it is acknowledged.
 *
 * With one node there is nobody to tell. A value goes into the node's journal and then into a set
 * before it is acknowledged, and a read returns the set. It is a set because a client that got no
 * answer may send its value again.
 *
 * The topology names each node's neighbours. A single node has none, but the client waits for the
 * acknowledgement.
 *
 * Messages between nodes: none. Latency: one round trip to the client, and one sync of the disk for
 * a broadcast; those that come meanwhile share the next sync. It survives the node's end at any
 * moment, and is away until the node is started again.
 *
 * @module
 */
import { array, Broadcast, integer, type Node, serve } from "../lib/mod.ts";

export default function singleNodeBroadcast(node: Node): void {
  const messages = new Set<number>();
  const journal = node.journal({
    name: "single-node-broadcast",
    record: integer,
    state: array(integer),
    restore: (state) => state.forEach((message) => messages.add(message)),
    apply: (message) => void messages.add(message),
    snapshot: () => [...messages],
  });

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, async ({ message }) => {
    await journal.append(message);
    return { type: "broadcast_ok" };
  });

  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...messages] }));
}

if (import.meta.main) await serve(singleNodeBroadcast);
