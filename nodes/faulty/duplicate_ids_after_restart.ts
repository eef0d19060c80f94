/**
 * Broken: ids are numbered from 1 within the life of a node. A node that is started again gives out
 * the same ones a second time.
 *
 * @module
 */
import { type Node, UniqueIds } from "../../lib/mod.ts";

export default function duplicateIdsAfterRestart(node: Node): void {
  let last = 0;

  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: `${node.id}-${++last}` }));
}
