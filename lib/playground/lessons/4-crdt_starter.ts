import { Counter, integer, type Node, oneWay } from "@glomers/maelstrom";

const gossip = oneWay("gossip", { total: integer });

const GOSSIP_EVERY_MS = 500;

// No store here: the nodes have nobody but each other.
export default function counter(node: Node): void {
  let total = 0;

  // Twice a second, every node tells all others what it knows. What a
  // partition swallows is said again half a second later.
  node.onInit(() => {
    setInterval(() => {
      for (const peer of node.peers) node.send(peer, gossip, { total });
    }, GOSSIP_EVERY_MS);
  });

  // Of two totals the higher is the newer. Or is it?
  node.on(gossip, (body) => {
    total = Math.max(total, body.total);
  });

  node.on(Counter.add, ({ delta }) => {
    total += delta;
    return { type: "add_ok" };
  });

  node.on(Counter.read, () => ({ type: "read_ok", value: total }));
}
