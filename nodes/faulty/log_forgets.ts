/**
 * Broken: a send is acknowledged when it has its offset and waits to be written. The writer comes by
 * every 50 ms and takes no more than it can carry; what else waits is thrown away, offset and all.
 *
 * @module
 */
import { Kafka, type Node } from "../../lib/mod.ts";

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
