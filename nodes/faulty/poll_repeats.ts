#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: takes the requested offset for the last one the consumer has, and starts one before it to
 * be safe. Every poll begins with the message that ended the one before.
 *
 * Tempting because at-least-once delivery tolerates repetition between consumers. Within one
 * consumer's polls, offsets must increase.
 *
 * To see it (offsets go backwards between polls):
 *
 *     deno task sim nodes/faulty/poll_repeats.ts -w kafka --node-count 1 --concurrency 2n \
 *       --time-limit 10 --rate 150
 *
 * @module
 */
import { Logs } from "../../lib/algorithms/log.ts";
import { Kafka, type Node, serve } from "../../lib/mod.ts";

export default function pollRepeats(node: Node): void {
  const logs = new Logs();

  node.on(Kafka.send, ({ key, msg }) => ({ type: "send_ok", offset: logs.append(key, msg) }));

  node.on(Kafka.poll, ({ offsets }) => {
    const before = Object.entries(offsets).map(([key, offset]) => [key, offset - 1]);
    return { type: "poll_ok", msgs: logs.poll(Object.fromEntries(before)) };
  });

  node.on(Kafka.commit_offsets, () => ({ type: "commit_offsets_ok" }));
  node.on(Kafka.list_committed_offsets, () => ({ type: "list_committed_offsets_ok", offsets: {} }));
}

if (import.meta.main) await serve(pollRepeats);
