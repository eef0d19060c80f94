#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: sends each value to every peer once. A message that a partition drops is never repeated,
 * so the value never reaches the other side.
 *
 * Tempting because it is the cheapest correct broadcast on a network without faults: challenge 3b.
 *
 * To see it (values are lost):
 *
 *     deno task sim nodes/faulty/lost_on_partition.ts -w broadcast --node-count 5 --time-limit 20 \
 *       --rate 10 --nemesis partition
 *
 * @module
 */
import { Broadcast, integer, type Node, oneWay, serve } from "../../lib/mod.ts";

const tell = oneWay("tell", { message: integer });

export default function lostOnPartition(node: Node): void {
  const values = new Set<number>();

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    values.add(message);
    for (const peer of node.peers) node.send(peer, tell, { message });
    return { type: "broadcast_ok" };
  });
  node.on(tell, ({ message }) => void values.add(message));
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
}

if (import.meta.main) await serve(lostOnPartition);
