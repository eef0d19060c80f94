/**
 * Broken: every node takes itself for the owner of all logs. It gives a message the next offset that
 * it knows of and tells the others after, so two nodes give one offset to two messages. Each keeps
 * its own there and drops the other's, so what a consumer gets depends on whom it asks.
 *
 * @module
 */
import { integer, Kafka, type Node, oneWay, string } from "../../lib/mod.ts";

const place = oneWay("place", { key: string, offset: integer, msg: integer });

export default function logTwoOwners(node: Node): void {
  const logs = new Map<string, Map<number, number>>();
  const logOf = (key: string): Map<number, number> => {
    const log = logs.get(key) ?? new Map();
    logs.set(key, log);
    return log;
  };

  node.on(Kafka.send, ({ key, msg }) => {
    const offset = logOf(key).size;
    logOf(key).set(offset, msg);
    for (const peer of node.peers) node.send(peer, place, { key, offset, msg });
    return { type: "send_ok", offset };
  });

  node.on(place, ({ key, offset, msg }) => {
    if (!logOf(key).has(offset)) logOf(key).set(offset, msg);
  });

  node.on(Kafka.poll, ({ offsets }) => {
    const msgs: Record<string, [number, number][]> = {};
    for (const [key, from] of Object.entries(offsets)) {
      const found: [number, number][] = [];
      for (let offset = from;; offset++) {
        const msg = logOf(key).get(offset);
        if (msg === undefined) break;
        found.push([offset, msg]);
      }
      if (found.length > 0) msgs[key] = found;
    }
    return { type: "poll_ok", msgs };
  });

  node.on(Kafka.commit_offsets, () => ({ type: "commit_offsets_ok" }));
  node.on(Kafka.list_committed_offsets, () => ({ type: "list_committed_offsets_ok", offsets: {} }));
}
