import { Kafka, type Node } from "@glomers/maelstrom";

type Entry = [offset: number, msg: number];

export default function logs(node: Node): void {
  // For each key its log: messages in the order in which they came.
  const logs = new Map<string, Entry[]>();
  const committed = new Map<string, number>();

  node.on(Kafka.send, ({ key, msg }) => {
    const log = logs.get(key) ?? [];
    logs.set(key, log);
    // Time goes forwards, so offsets do. Is that enough?
    const offset = Date.now();
    log.push([offset, msg]);
    return { type: "send_ok", offset };
  });

  // For each key the messages from an offset on, in the order of offsets.
  node.on(Kafka.poll, ({ offsets }) => {
    const msgs: Record<string, Entry[]> = {};
    for (const [key, from] of Object.entries(offsets)) {
      const log = logs.get(key) ?? [];
      const first = log.findLastIndex(([offset]) => offset < from) + 1;
      if (first < log.length) msgs[key] = log.slice(first);
    }
    return { type: "poll_ok", msgs };
  });

  // A consumer's note of how far it has come, and the question for it.
  node.on(Kafka.commit_offsets, ({ offsets }) => {
    for (const [key, offset] of Object.entries(offsets)) {
      committed.set(key, Math.max(offset, committed.get(key) ?? 0));
    }
    return { type: "commit_offsets_ok" };
  });
  node.on(Kafka.list_committed_offsets, ({ keys }) => {
    const offsets: Record<string, number> = {};
    for (const key of keys) {
      const offset = committed.get(key);
      if (offset !== undefined) offsets[key] = offset;
    }
    return { type: "list_committed_offsets_ok", offsets };
  });
}
