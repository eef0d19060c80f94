import { Broadcast, type Node } from "@glomers/maelstrom";

// A program is a function that registers a handler for each kind of
// request. Every node of the cluster runs it, each with variables of its
// own: nodes share nothing but messages.
export default function broadcast(node: Node): void {
  const values = new Set<number>();

  // Sent once, at the start: a suggestion of who might talk to whom.
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  // A client has a new value.
  node.on(Broadcast.broadcast, ({ message }) => {
    values.add(message);
    // Missing: nobody but this node ever hears of the value.
    // node.peers are the ids of all other nodes.
    return { type: "broadcast_ok" };
  });

  // A client asks for every value that this node has seen.
  node.on(Broadcast.read, () => {
    return { type: "read_ok", messages: [...values] };
  });
}
