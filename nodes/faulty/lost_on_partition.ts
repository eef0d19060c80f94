/**
 * Broken: each value goes to every peer once. What a partition cuts off is never sent again, and so
 * it is lost to the other side for good.
 *
 * @module
 */
import { Broadcast, integer, type Node, oneWay } from "../../lib/mod.ts";

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
