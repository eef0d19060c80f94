import type { Node } from "@glomers/maelstrom";
import { array, Broadcast, integer, oneWay } from "@glomers/maelstrom";

// One message carries many values.
const tell = oneWay("tell", { values: array(integer) });

const SEND_EVERY_MS = 500;

export default function broadcast(node: Node): void {
  const values = new Set<number>();
  let neighbours: readonly string[] = [];
  // What the neighbours have not been told yet.
  let news: number[] = [];

  // Twice a second, all news in one message to each neighbour in the grid.
  node.onInit(() => {
    setInterval(() => {
      if (news.length === 0) return;
      for (const peer of neighbours) {
        node.send(peer, tell, { values: news });
      }
      news = [];
    }, SEND_EVERY_MS);
  });

  node.on(Broadcast.topology, ({ topology }) => {
    neighbours = topology[node.id] ?? [];
    return { type: "topology_ok" };
  });

  function learn(value: number): void {
    if (values.has(value)) return;
    values.add(value);
    news.push(value);
  }

  node.on(Broadcast.broadcast, ({ message }) => {
    learn(message);
    return { type: "broadcast_ok" };
  });

  // Few messages. But how long does a value wait, at each hop?
  node.on(tell, (body) => body.values.forEach(learn));

  node.on(Broadcast.read, () => {
    return { type: "read_ok", messages: [...values] };
  });
}
