#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 3a, broadcast on a single node: a value can be read as soon as it is acknowledged.
 *
 * With one node there is nobody to tell. A value goes into a set before it is acknowledged, and a
 * read returns the set. It is a set because a client that got no answer may send its value again.
 *
 * The topology names each node's neighbours. A single node has none, but the client waits for the
 * acknowledgement.
 *
 * Messages between nodes: none. Latency: one round trip to the client. It does not survive a crash
 * of the node, whose memory is the only storage.
 *
 * @module
 */
import { Broadcast, type Node, serve } from "../lib/mod.ts";

export default function singleNodeBroadcast(node: Node): void {
  const messages = new Set<number>();

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, ({ message }) => {
    messages.add(message);
    return { type: "broadcast_ok" };
  });

  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...messages] }));
}

if (import.meta.main) await serve(singleNodeBroadcast);
