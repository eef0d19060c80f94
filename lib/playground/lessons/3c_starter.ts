import { Broadcast, integer, type Node, oneWay } from "@glomers/maelstrom";

// A message of our own, which expects no answer.
const tell = oneWay("tell", { value: integer });

export default function broadcast(node: Node): void {
  const values = new Set<number>();

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  // The node that gets a value from a client tells every other node.
  node.on(Broadcast.broadcast, ({ message }) => {
    values.add(message);
    // Missing: a message into a partition never arrives, and nobody
    // finds out.
    for (const peer of node.peers) {
      node.send(peer, tell, { value: message });
    }
    return { type: "broadcast_ok" };
  });

  node.on(tell, ({ value }) => void values.add(value));

  node.on(Broadcast.read, () => {
    return { type: "read_ok", messages: [...values] };
  });
}
