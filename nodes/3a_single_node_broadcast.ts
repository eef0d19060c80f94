#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 3a, broadcast on a single node: what was broadcast can be read from then on.
 *
 * With one node there is no one to tell: a value is everywhere as soon as it is here. So it goes
 * into a set before it is acknowledged, and a read returns the set. A set, because a client that
 * heard nothing may send its value again, and a value is broadcast once however often it arrives.
 *
 * The topology says who is whose neighbour. A single node has none, but the client waits for the
 * acknowledgement.
 *
 * Cost: no messages between nodes; a value is visible when its acknowledgement leaves.
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
