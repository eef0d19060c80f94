import { Kafka, type Node } from "@glomers/maelstrom";

// The first node is the leader: it decides the order of all messages.
export default function logs(node: Node): void {
  const logs = new Map<string, number[]>();
  const committed: Record<string, number> = {};
  const leader = () => node.ids[0] ?? "";

  // Returns the offset: the message's index in its log.
  function append(key: string, msg: number): number {
    const log = logs.get(key) ?? [];
    logs.set(key, log);
    return log.push(msg) - 1;
  }

  node.on(Kafka.send, async ({ key, msg }) => {
    if (node.id !== leader()) {
      return await node.rpc(leader(), Kafka.send, { key, msg });
    }
    // What of this is left if the process ends now?
    return { type: "send_ok", offset: append(key, msg) };
  });

  node.on(Kafka.poll, async ({ offsets }) => {
    if (node.id !== leader()) {
      return await node.rpc(leader(), Kafka.poll, { offsets });
    }
    const msgs: Record<string, [offset: number, msg: number][]> = {};
    for (const [key, from] of Object.entries(offsets)) {
      const log = (logs.get(key) ?? []).slice(from);
      if (log.length > 0) msgs[key] = log.map((msg, i) => [from + i, msg]);
    }
    return { type: "poll_ok", msgs };
  });

  node.on(Kafka.commit_offsets, ({ offsets }) => {
    Object.assign(committed, offsets);
    return { type: "commit_offsets_ok" };
  });
  node.on(Kafka.list_committed_offsets, () => {
    return { type: "list_committed_offsets_ok", offsets: committed };
  });
}
