#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 2, unique ids: no two answers are ever the same, and no node asks another.
 *
 * Availability rules out asking: a node that is cut off must go on answering. So every id has to be
 * unique by what one node knows alone. A counter is unique within one life of one process; what is
 * left is a name for that life which no other process has, has had, or will have.
 *
 * The node's own id (`n0`) is not such a name: a node that is killed and started again would count
 * from the start under it. Nor is the time of the start: clocks are set back, and two starts may
 * fall on one tick. A random UUID is, by any practical measure: it has 122 random bits, so among a
 * million lives the chance that any two share one is about 10^12 / 2^123, or 1 in 10^25.
 *
 * An id is `<life>-<count>`: a string, so that all ids compare with each other.
 *
 * Cost: no messages between nodes, no state to keep; a request takes one trip here and back.
 *
 * @module
 */
import { type Node, serve, UniqueIds } from "../lib/mod.ts";

export default function uniqueIds(node: Node): void {
  const life = crypto.randomUUID();
  let count = 0;
  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: `${life}-${count++}` }));
}

if (import.meta.main) await serve(uniqueIds);
