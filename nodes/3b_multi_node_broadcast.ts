#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 3b, broadcast on several nodes: a value told to one node can soon be read from all.
 *
 * The node that a client tells a value tells every other node, once, and nobody passes it on. The
 * suggested topology is ignored: it says who may be one's neighbour in a picture, while the network
 * lets any node send to any other. Flooding along the picture's edges would send a value over each
 * of them, and those beyond a spanning tree carry nothing new.
 *
 * Messages: n − 1 for each value, and no protocol has fewer: each of the n − 1 other nodes has to
 * receive something. Half of the challenge's operations are broadcasts, so five nodes make 4 × ½ =
 * 2 messages per operation, a little less with the five final reads, and a little more or less with
 * the share of broadcasts among 200 operations that are drawn at random.
 *
 * Latency: one message delay, the least there is; 0 ms in the challenge. A value can be read here
 * when its acknowledgement leaves.
 *
 * What it does not survive: the loss of a message. A value sent into a partition is missing on the
 * other side for good, for its sender forgets that it ever sent it. That is challenge 3c.
 *
 * @module
 */
import { Broadcast, integer, type Node, oneWay, serve } from "../lib/mod.ts";

const tell = oneWay("tell", { value: integer });

export default function multiNodeBroadcast(node: Node): void {
  const values = new Set<number>();

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, ({ message }) => {
    // A client that heard no answer may ask again; the others know by then.
    if (!values.has(message)) {
      for (const peer of node.peers) node.send(peer, tell, { value: message });
    }
    values.add(message);
    return { type: "broadcast_ok" };
  });

  node.on(tell, ({ value }) => void values.add(value));

  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
}

if (import.meta.main) await serve(multiNodeBroadcast);
