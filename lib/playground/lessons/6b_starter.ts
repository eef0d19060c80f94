import type { Node, RegisterOp } from "@glomers/maelstrom";
import { rpc, TxnRwRegister } from "@glomers/maelstrom";

// A request of our own, which expects an answer: the writes of a
// transaction, in the form of a transaction.
const copy = rpc("copy", TxnRwRegister.txn.request, {});

export default function transactions(node: Node): void {
  const registers = new Map<number, number | null>();

  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "w") registers.set(key, value);
    return [f, key, registers.get(key) ?? null];
  }

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const writes = txn.filter(([f]) => f === "w");
    // The other node has the writes before the client has its answer. If
    // the other node does not answer, the client gets an error instead.
    for (const peer of node.peers) {
      await node.rpc(peer, copy, { txn: writes });
    }
    return { type: "txn_ok", txn: txn.map(perform) };
  });

  node.on(copy, ({ txn }) => {
    txn.forEach(perform);
    return { type: "copy_ok" };
  });
}
