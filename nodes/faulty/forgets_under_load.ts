#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: keeps values in a buffer of fixed size and silently drops the oldest when it is full.
 *
 * Tempting because the bound is generous, and everything should be bounded. But a bound has to
 * refuse what exceeds it, not forget what was accepted.
 *
 * To see it (values are lost):
 *
 *     deno task sim nodes/faulty/forgets_under_load.ts -w broadcast --node-count 1 --time-limit 10 \
 *       --rate 100
 *
 * @module
 */
import { Broadcast, type Node, serve } from "../../lib/mod.ts";

const CAPACITY = 256;

export default function forgetsUnderLoad(node: Node): void {
  const values: number[] = [];

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    if (values.push(message) > CAPACITY) values.shift();
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: values }));
}

if (import.meta.main) await serve(forgetsUnderLoad);
