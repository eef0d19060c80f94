/**
 * Broken: a value is sent to every peer again and again, for the acknowledgements that come back
 * are heard by nobody. Every value arrives, and the verdict is valid; the traffic grows for ever.
 *
 * @module
 */
import { Broadcast, integer, type Node, oneWay } from "../../lib/mod.ts";

const tell = oneWay("tell", { message: integer });
const heard = oneWay("heard", { message: integer });

const RETRY_MS = 500;

export default function endlessRetries(node: Node): void {
  const values = new Set<number>();

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    values.add(message);
    for (const peer of node.peers) {
      setInterval(() => node.send(peer, tell, { message }), RETRY_MS);
    }
    return { type: "broadcast_ok" };
  });
  node.on(tell, ({ message }, { src }) => {
    values.add(message);
    node.send(src, heard, { message });
  });
  node.on(heard, () => {});
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
}
