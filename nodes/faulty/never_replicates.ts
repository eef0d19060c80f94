/**
 * Broken: each node keeps its writes to itself. Clients of one node never see what those of another
 * wrote, and Maelstrom has nothing to say against it: read committed asks for no read to be recent.
 * Only what the nodes hold in the end gives it away.
 *
 * @module
 */
import { type Node, type RegisterOp, TxnRwRegister } from "../../lib/mod.ts";

export default function neverReplicates(node: Node): void {
  const registers = new Map<number, number | null>();

  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "w") registers.set(key, value);
    return [f, key, registers.get(key) ?? null];
  }

  node.on(TxnRwRegister.txn, ({ txn }) => ({ type: "txn_ok", txn: txn.map(perform) }));
}
