/**
 * Broken: a value is acknowledged when it is in memory, and stored some time later. If the node
 * dies in between, what it had promised to keep is lost.
 *
 * @module
 */
import { Broadcast, ErrorCode, KvService, type Node, RpcError } from "../../lib/mod.ts";

const STORE_EVERY_MS = 500;

export default function acknowledgedBeforeStored(node: Node): void {
  let unstored: number[] = [];

  async function stored(): Promise<number[]> {
    try {
      const { value } = await node.rpc("lin-kv", KvService.read, { key: "values" });
      return Array.isArray(value) ? value.map(Number) : [];
    } catch (error) {
      if (error instanceof RpcError && error.code === ErrorCode.keyDoesNotExist) return [];
      throw error;
    }
  }

  async function store(): Promise<void> {
    if (unstored.length === 0) return;
    const [before, fresh] = [await stored(), unstored];
    unstored = [];
    await node.rpc("lin-kv", KvService.write, { key: "values", value: [...before, ...fresh] });
  }

  node.onInit(() => void setInterval(store, STORE_EVERY_MS));
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    unstored.push(message);
    return { type: "broadcast_ok" };
  });
  node.on(
    Broadcast.read,
    async () => ({ type: "read_ok", messages: [...await stored(), ...unstored] }),
  );
}
