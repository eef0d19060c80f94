/** Counts where all nodes of one process share it: unique only as long as they do. */
import type { Node } from "../../../lib/node.ts";
import { UniqueIds } from "../../../lib/workloads.ts";

let last = 0;

export default function countsAtTopLevel(node: Node): void {
  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ++last }));
}
