import { integer, Kafka, Kv, type Node } from "@glomers/maelstrom";

const MAX_POLLED = 10;

// All state is in lin-kv, a key-value service that the nodes share:
// next/KEY is the next free offset, KEY/OFFSET the message there.
export default function logs(node: Node): void {
  const store = new Kv(node, "lin-kv", integer);

  node.on(Kafka.send, async ({ key, msg }) => {
    // Both nodes do this. When is the offset not free any more?
    const offset = await store.readOr(`next/${key}`, 0);
    await store.write(`next/${key}`, offset + 1);
    await store.write(`${key}/${offset}`, msg);
    return { type: "send_ok", offset };
  });

  node.on(Kafka.poll, async ({ offsets }) => {
    const msgs: Record<string, [offset: number, msg: number][]> = {};
    for (const [key, from] of Object.entries(offsets)) {
      const found: [offset: number, msg: number][] = [];
      for (let offset = from; offset < from + MAX_POLLED; offset++) {
        const msg = await store.readOr(`${key}/${offset}`, undefined);
        if (msg === undefined) break;
        found.push([offset, msg]);
      }
      if (found.length > 0) msgs[key] = found;
    }
    return { type: "poll_ok", msgs };
  });

  node.on(Kafka.commit_offsets, async ({ offsets }) => {
    for (const [key, offset] of Object.entries(offsets)) {
      await store.write(`committed/${key}`, offset);
    }
    return { type: "commit_offsets_ok" };
  });
  node.on(Kafka.list_committed_offsets, async ({ keys }) => {
    const offsets: Record<string, number> = {};
    for (const key of keys) {
      const offset = await store.readOr(`committed/${key}`, undefined);
      if (offset !== undefined) offsets[key] = offset;
    }
    return { type: "list_committed_offsets_ok", offsets };
  });
}
