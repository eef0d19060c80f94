import { Broadcast, integer, type Node, oneWay } from "@glomers/maelstrom";

const tell = oneWay("tell", { value: integer });

// Flooding: a node that hears a value for the first time passes it on to
// all its neighbours. They are those of the suggested topology, a grid of
// five by five.
export default function broadcast(node: Node): void {
  const values = new Set<number>();
  let neighbours: readonly string[] = [];

  node.on(Broadcast.topology, ({ topology }) => {
    neighbours = topology[node.id] ?? [];
    return { type: "topology_ok" };
  });

  function learn(value: number): void {
    if (values.has(value)) return;
    values.add(value);
    // Too many messages, and too many hops from corner to corner.
    for (const peer of neighbours) node.send(peer, tell, { value });
  }

  node.on(Broadcast.broadcast, ({ message }) => {
    learn(message);
    return { type: "broadcast_ok" };
  });

  node.on(tell, ({ value }) => learn(value));

  node.on(Broadcast.read, () => {
    return { type: "read_ok", messages: [...values] };
  });
}
