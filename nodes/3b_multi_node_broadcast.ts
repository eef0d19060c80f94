#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 3b, broadcast on several nodes: a value sent to one node can soon be read from all.
 *
 * The node that receives a value from a client sends it to every other node, once, and nobody
 * forwards it. The suggested topology is ignored: any node can send to any other, and flooding
 * along the topology's edges would send a value over each of them, though the edges beyond a
 * spanning tree carry nothing new.
 *
 * Messages: n − 1 for each value, and no protocol needs fewer, as each of the n − 1 other nodes has
 * to receive something. Half of the challenge's operations are broadcasts, so five nodes send 4 × ½
 * = 2 messages per operation, give or take the share of broadcasts among 200 operations drawn at
 * random.
 *
 * Latency: one message delay, the least possible; 0 ms in the challenge.
 *
 * It does not survive the loss of a message. The sender forgets a value once it is sent, so a value
 * sent into a partition never reaches the other side. That is challenge 3c.
 *
 * @module
 */
import { Broadcast, integer, type Node, oneWay, serve } from "../lib/mod.ts";

const tell = oneWay("tell", { value: integer });

export default function multiNodeBroadcast(node: Node): void {
  const values = new Set<number>();

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, ({ message }) => {
    // A client that got no answer may send its value again; the peers have it by then.
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
