#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Faulty: hands a value to its journal and acknowledges it without waiting for the disk. A kill
 * before the sync is complete loses a value whose client was told that it is safe.
 *
 * Tempting because nothing goes wrong as long as no machine fails, and a broadcast takes no longer
 * than without a journal.
 *
 * To see it (values are lost):
 *
 *     deno task sim nodes/faulty/acknowledged_before_synced.ts -w broadcast --node-count 1 \
 *       --concurrency 100 --time-limit 20 --rate 100 --nemesis kill --nemesis-interval 0.5 --disk slow
 *
 * @module
 */
import { array, Broadcast, integer, type Node, serve } from "../../lib/mod.ts";

export default function acknowledgedBeforeSynced(node: Node): void {
  const values = new Set<number>();
  const journal = node.journal({
    name: "acknowledged-before-synced",
    record: integer,
    state: array(integer),
    restore: (state) => state.forEach((value) => values.add(value)),
    apply: (value) => void values.add(value),
    snapshot: () => [...values],
  });

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    void journal.append(message);
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
}

if (import.meta.main) await serve(acknowledgedBeforeSynced);
