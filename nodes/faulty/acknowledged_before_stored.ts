#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: acknowledges a value once it is in memory, and stores it up to half a second later. A
 * kill in between loses a value whose client was told that it is safe.
 *
 * Tempting because it makes a broadcast as fast as memory, and turns many writes into one.
 *
 * To see it (values are lost):
 *
 *     deno task sim nodes/faulty/acknowledged_before_stored.ts -w broadcast --node-count 1 \
 *       --concurrency 4 --time-limit 40 --rate 50 --nemesis kill --nemesis-interval 2
 *
 * @module
 */
import { array, Broadcast, integer, Kv, type Node, serve } from "../../lib/mod.ts";

const STORE_EVERY_MS = 500;

export default function acknowledgedBeforeStored(node: Node): void {
  const kv = new Kv(node, "lin-kv", array(integer));
  let unstored: number[] = [];

  const stored = () => kv.readOr("values", []);

  async function store(): Promise<void> {
    if (unstored.length === 0) return;
    const [before, fresh] = [await stored(), unstored];
    unstored = [];
    await kv.write("values", [...before, ...fresh]);
  }

  node.onInit(() => void setInterval(store, STORE_EVERY_MS));
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    unstored.push(message);
    return { type: "broadcast_ok" };
  });
  node.on(
    Broadcast.read,
    async () => ({ type: "read_ok", messages: [...await stored(), ...unstored] }),
  );
}

if (import.meta.main) await serve(acknowledgedBeforeStored);
