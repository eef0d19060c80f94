#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: every node assigns offsets, from what it knows, and tells its peers afterwards. Two nodes
 * assign one offset to two messages; each keeps its own and drops the other's, so what a consumer
 * gets depends on the node it asks.
 *
 * Tempting because sends need no coordination, and the nodes agree whenever sends are rare.
 *
 * To see it (two nodes disagree about an offset):
 *
 *     deno task sim nodes/faulty/log_two_owners.ts -w kafka --node-count 2 --concurrency 4n \
 *       --time-limit 5 --rate 200 --latency 20
 *
 * @module
 */
import { integer, Kafka, type Node, oneWay, serve, string } from "../../lib/mod.ts";

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

if (import.meta.main) await serve(logTwoOwners);
