import { type Node, UniqueIds } from "@glomers/maelstrom";

// Three nodes run this program at the same time. Each has a counter of
// its own, which starts at 0.
export default function uniqueIds(node: Node): void {
  let count = 0;

  node.on(UniqueIds.generate, () => {
    // Missing: something that no other node puts into its ids.
    const id = `${count++}`;
    return { type: "generate_ok", id };
  });
}
