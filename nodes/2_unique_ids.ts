#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 2, unique ids: no two answers are ever the same, and no node asks another.
 *
 * A node that is cut off must go on answering, so every id has to be unique by what one node knows
 * alone. A counter is unique within one incarnation of a node, from its start to its end. What is
 * left to find is a name for that incarnation which no other ever has.
 *
 * The node's own id (`n0`) will not do: a node that is killed and restarted would count from the
 * start under the same name. Nor will the time of the start: clocks are set back, and two starts
 * may fall on one tick. A random UUID will, by any practical measure: it has 122 random bits, so
 * among a million incarnations the chance that any two share one is about 10^12 / 2^123, or 1 in
 * 10^25.
 *
 * An id is `<incarnation>-<count>`.
 *
 * Messages between nodes: none. Latency: one round trip to the client. It survives everything,
 * since it keeps no state that matters.
 *
 * @module
 */
import { type Node, serve, UniqueIds } from "../lib/mod.ts";

export default function uniqueIds(node: Node): void {
  const incarnation = crypto.randomUUID();
  let count = 0;
  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: `${incarnation}-${count++}` }));
}

if (import.meta.main) await serve(uniqueIds);
