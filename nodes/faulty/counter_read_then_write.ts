#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: adds by reading the counter and writing it back. If two nodes read before either writes,
 * one add is overwritten. That the store is linearizable does not help: the two requests are not
 * one.
 *
 * Tempting because it is how a program adds to a variable, and with one client it works.
 *
 * To see it (the final count is too low):
 *
 *     deno task sim nodes/faulty/counter_read_then_write.ts -w g-counter --node-count 3 \
 *       --time-limit 5 --rate 100 --latency 10
 *
 * @module
 */
import { Counter, integer, Kv, type Node, serve } from "../../lib/mod.ts";

export default function counterReadThenWrite(node: Node): void {
  const store = new Kv(node, "lin-kv", integer);

  node.on(Counter.add, async ({ delta }) => {
    const value = await store.readOr("counter", 0);
    await store.write("counter", value + delta);
    return { type: "add_ok" };
  });
  node.on(Counter.read, async () => {
    return { type: "read_ok", value: await store.readOr("counter", 0) };
  });
}

if (import.meta.main) await serve(counterReadThenWrite);
