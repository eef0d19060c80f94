#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: repeats each value to every peer for ever, because no handler acts on the
 * acknowledgements. Every value arrives and the verdict is valid, but traffic grows with every
 * value.
 *
 * Tempting because it survives any partition, and the forgotten `clearInterval` shows in no
 * history.
 *
 * To see it (a valid run with more than 30 messages per operation):
 *
 *     deno task sim nodes/faulty/endless_retries.ts -w broadcast --node-count 5 --time-limit 20 \
 *       --rate 10 --nemesis partition
 *
 * @module
 */
import { Broadcast, integer, type Node, oneWay, serve } from "../../lib/mod.ts";

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

if (import.meta.main) await serve(endlessRetries);
