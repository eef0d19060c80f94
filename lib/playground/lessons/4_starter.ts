import { Counter, integer, Kv, type Node } from "@glomers/maelstrom";

export default function counter(node: Node): void {
  // A key-value service that all nodes share, and always reach.
  const store = new Kv(node, "seq-kv", integer);

  // A client adds a number that is not negative.
  node.on(Counter.add, async ({ delta }) => {
    const total = await store.readOr("total", 0);
    // What if another node adds here, between the read and the write?
    await store.write("total", total + delta);
    return { type: "add_ok" };
  });

  // A client asks for the sum of all adds, on all nodes.
  node.on(Counter.read, async () => {
    return { type: "read_ok", value: await store.readOr("total", 0) };
  });
}
