/** Counts where all nodes of one process share it: unique only as long as they do. */
import type { Node } from "../../../node.ts";
import { UniqueIds } from "../../../workloads.ts";

let last = 0;

export default function countsAtTopLevel(node: Node): void {
  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ++last }));
}
