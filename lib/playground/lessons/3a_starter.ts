import { Broadcast, type Node } from "@glomers/maelstrom";

export default function broadcast(node: Node): void {
  // Sent once, at the start: who might talk to whom. One node has nobody.
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  // A client has a new value: a whole number, in the field message.
  node.on(Broadcast.broadcast, () => {
    // Missing: the value is acknowledged here, and forgotten.
    return { type: "broadcast_ok" };
  });

  // A client asks for every value so far, in any order.
  node.on(Broadcast.read, () => {
    const messages: number[] = [];
    return { type: "read_ok", messages };
  });
}
