import type { Node } from "@glomers/maelstrom";
import { integer, Kafka, Kv, oneWay, string } from "@glomers/maelstrom";

const tell = oneWay("tell", { key: string, offset: integer, msg: integer });

const BLOCK = 20;

export default function logs(node: Node): void {
  const store = new Kv(node, "lin-kv", integer);
  const logs = new Map<string, Map<number, number>>();
  const free = new Map<string, number[]>();
  const committed: Record<string, number> = {};

  function put(key: string, offset: number, msg: number): void {
    logs.set(key, (logs.get(key) ?? new Map()).set(offset, msg));
  }

  // One request to the store reserves 20 offsets, which no other node gets.
  async function takeOffset(key: string): Promise<number> {
    const before = free.get(key)?.shift();
    if (before !== undefined) return before;
    const end = await store.update(key, (last = 0) => last + BLOCK);
    const block = Array.from({ length: BLOCK }, (_, i) => end - BLOCK + i);
    free.set(key, block.slice(1));
    return end - BLOCK;
  }

  node.on(Kafka.send, async ({ key, msg }) => {
    const offset = await takeOffset(key);
    put(key, offset, msg);
    for (const peer of node.peers) {
      node.send(peer, tell, { key, offset, msg });
    }
    return { type: "send_ok", offset };
  });

  node.on(tell, ({ key, offset, msg }) => put(key, offset, msg));

  node.on(Kafka.poll, ({ offsets }) => {
    const msgs: Record<string, [offset: number, msg: number][]> = {};
    for (const [key, from] of Object.entries(offsets)) {
      const found = [...logs.get(key) ?? []].filter(([at]) => at >= from);
      if (found.length > 0) msgs[key] = found.sort(([a], [b]) => a - b);
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
