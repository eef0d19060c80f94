#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: acknowledges a send when its message is in a queue. A writer empties the queue every 50
 * ms but takes no more than it can carry, and throws the rest away, offsets included.
 *
 * Tempting because batching writes is right, and the writer keeps up until load exceeds 160
 * messages a second.
 *
 * To see it (polls skip offsets, and acknowledged messages are lost):
 *
 *     deno task sim nodes/faulty/log_forgets.ts -w kafka --node-count 1 --concurrency 4n \
 *       --time-limit 5 --rate 500
 *
 * @module
 */
import { Kafka, type Node, serve } from "../../lib/mod.ts";

const WRITE_EVERY_MS = 50;
const CAPACITY = 8;

interface Message {
  readonly key: string;
  readonly offset: number;
  readonly msg: number;
}

export default function logForgets(node: Node): void {
  const next = new Map<string, number>();
  const written: Message[] = [];
  let waiting: Message[] = [];

  node.onInit(() =>
    void setInterval(() => {
      written.push(...waiting.slice(0, CAPACITY));
      waiting = [];
    }, WRITE_EVERY_MS)
  );

  node.on(Kafka.send, ({ key, msg }) => {
    const offset = next.get(key) ?? 0;
    next.set(key, offset + 1);
    waiting.push({ key, offset, msg });
    return { type: "send_ok", offset };
  });

  node.on(Kafka.poll, ({ offsets }) => {
    const msgs: Record<string, [number, number][]> = {};
    for (const { key, offset, msg } of written) {
      if (offset >= (offsets[key] ?? Infinity)) (msgs[key] ??= []).push([offset, msg]);
    }
    return { type: "poll_ok", msgs };
  });

  node.on(Kafka.commit_offsets, () => ({ type: "commit_offsets_ok" }));
  node.on(Kafka.list_committed_offsets, () => ({ type: "list_committed_offsets_ok", offsets: {} }));
}

if (import.meta.main) await serve(logForgets);
