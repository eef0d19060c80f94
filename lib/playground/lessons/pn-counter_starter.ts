import type { Node } from "@glomers/maelstrom";
import { Counter, integer, oneWay, record } from "@glomers/maelstrom";

const gossip = oneWay("gossip", { totals: record(integer) });

const GOSSIP_EVERY_MS = 500;

// The grow-only counter of challenge 4 as a CRDT: a total for each node,
// which only that node changes. The counter is their sum.
export default function counter(node: Node): void {
  const totals: Record<string, number> = {};

  node.onInit(() => {
    setInterval(() => {
      for (const peer of node.peers) node.send(peer, gossip, { totals });
    }, GOSSIP_EVERY_MS);
  });

  node.on(gossip, (body) => {
    for (const [id, total] of Object.entries(body.totals)) {
      totals[id] = Math.max(totals[id] ?? total, total);
    }
  });

  // New: delta may be negative.
  node.on(Counter.add, ({ delta }) => {
    totals[node.id] = (totals[node.id] ?? 0) + delta;
    return { type: "add_ok" };
  });

  node.on(Counter.read, () => {
    const value = Object.values(totals).reduce((sum, one) => sum + one, 0);
    return { type: "read_ok", value };
  });
}
