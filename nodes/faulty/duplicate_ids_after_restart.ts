#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: numbers ids from 1 in every incarnation. A node that is killed and restarted hands out
 * the same ids again.
 *
 * Tempting because the node's id already makes the numbers unique between nodes, and no test
 * without restarts shows more.
 *
 * To see it (some ids are generated twice):
 *
 *     deno task sim nodes/faulty/duplicate_ids_after_restart.ts -w unique-ids --node-count 1 \
 *       --concurrency 60 --time-limit 4 --rate 20 --nemesis kill --nemesis-interval 0.5
 *
 * @module
 */
import { type Node, serve, UniqueIds } from "../../lib/mod.ts";

export default function duplicateIdsAfterRestart(node: Node): void {
  let last = 0;

  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: `${node.id}-${++last}` }));
}

if (import.meta.main) await serve(duplicateIdsAfterRestart);
