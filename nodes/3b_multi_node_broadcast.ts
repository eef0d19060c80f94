#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 3b, broadcast on several nodes: a value sent to one node can soon be read from all.
 *
 * The node that receives a value from a client sends it to every other node, once, and nobody
 * forwards it. The suggested topology is ignored: any node can send to any other, and flooding
 * along the topology's edges would send a value over each of them, though the edges beyond a
 * spanning tree carry nothing new.
 *
 * Messages: n − 1 for each value, and no protocol needs fewer, as each of the n − 1 other nodes has
 * to receive something. Half of the challenge's operations are broadcasts, so five nodes send 4 × ½
 * = 2 messages per operation, give or take the share of broadcasts among 200 operations drawn at
 * random.
 *
 * Latency: one message delay, the least possible, and a sync of the disk at either end; in the
 * challenge, without latency, that is all there is.
 *
 * A node stores a value in its journal before it sends it, shows it or acknowledges it. A node that
 * is started again has missed what was sent to it meanwhile, and may not have sent what it stored
 * last: so it sends all its values to each peer, once, and gets back those that it lacks. Values that
 * a peer stores later, it also sends later, when this node is there to receive them. A node whose disk refuses a
 * value asks its sender again. So the kill of any nodes loses nothing; until the last of them is
 * back, a value may be missing from others.
 *
 * It does not survive the loss of a message. The sender forgets a value once it is sent, so a value
 * sent into a partition never reaches the other side. That is challenge 3c.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { array, Broadcast, integer, type Node, oneWay, rpc, serve } from "../lib/mod.ts";

const tell = oneWay("tell", { value: integer });
const exchange = rpc("exchange", { values: array(integer) }, { values: array(integer) });

const RETRY_MS = 500;

export default function multiNodeBroadcast(node: Node): void {
  const values = new Set<number>();
  let isRestarted = false;
  const journal = node.journal({
    name: "multi-node-broadcast",
    record: array(integer),
    state: array(integer),
    restore(state) {
      isRestarted = true;
      state.forEach((value) => values.add(value));
    },
    apply: (fresh) => fresh.forEach((value) => values.add(value)),
    snapshot: () => [...values],
  });

  async function exchangeWith(peer: string): Promise<void> {
    try {
      const reply = await node.rpc(peer, exchange, { values: [...values] });
      await journal.append(reply.values);
    } catch {
      await delay(RETRY_MS);
      await exchangeWith(peer);
    }
  }

  node.onInit(() => {
    if (isRestarted) setTimeout(() => node.peers.forEach(exchangeWith));
  });

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));

  node.on(Broadcast.broadcast, async ({ message }) => {
    const isNew = !values.has(message); // a client that got no answer may send its value again
    await journal.append([message]);
    // The peers have an old value, or get it when they or this node are started again.
    for (const peer of isNew ? node.peers : []) node.send(peer, tell, { value: message });
    return { type: "broadcast_ok" };
  });

  node.on(tell, async ({ value }, { src }) => {
    try {
      await journal.append([value]);
    } catch {
      await exchangeWith(src); // until the disk takes it
    }
  });

  node.on(exchange, async ({ values: others }) => {
    await journal.append(others);
    const known = new Set(others);
    return { type: "exchange_ok", values: [...values].filter((value) => !known.has(value)) };
  });

  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
}

if (import.meta.main) await serve(multiNodeBroadcast);
