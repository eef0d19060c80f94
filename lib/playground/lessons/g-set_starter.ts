import type { Node } from "@glomers/maelstrom";
import { array, GSet, integer, oneWay } from "@glomers/maelstrom";

const gossip = oneWay("gossip", { elements: array(integer) });

const GOSSIP_EVERY_MS = 500;

export default function growOnlySet(node: Node): void {
  let elements = new Set<number>();

  // Twice a second, every node sends its whole set to all others, so that
  // no single message matters.
  node.onInit(() => {
    setInterval(() => {
      for (const peer of node.peers) {
        node.send(peer, gossip, { elements: [...elements] });
      }
    }, GOSSIP_EVERY_MS);
  });

  node.on(gossip, (body) => {
    // The bigger set must be the newer one. Must it?
    if (body.elements.length > elements.size) {
      elements = new Set(body.elements);
    }
  });

  node.on(GSet.add, ({ element }) => {
    elements.add(element);
    return { type: "add_ok" };
  });

  node.on(GSet.read, () => ({ type: "read_ok", value: [...elements] }));
}
