/**
 * Broken: to add, the counter is read and written back. Where two nodes read before either writes,
 * one of the adds is overwritten. The store is linearizable, and that does not help.
 *
 * @module
 */
import { Counter, integer, Kv, type Node } from "../../lib/mod.ts";

export default function counterReadThenWrite(node: Node): void {
  const store = new Kv(node, "lin-kv", integer);

  node.on(Counter.add, async ({ delta }) => {
    const value = await store.readOr("counter", 0);
    await store.write("counter", value + delta);
    return { type: "add_ok" };
  });
  node.on(Counter.read, async () => {
    return { type: "read_ok", value: await store.readOr("counter", 0) };
  });
}
