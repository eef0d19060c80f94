import { delay } from "@std/async/delay";
import { type Node, type RegisterOp, TxnRwRegister } from "@glomers/maelstrom";
import { integer, nullable, oneWay } from "@glomers/maelstrom";

const copy = oneWay("copy", { key: integer, value: nullable(integer) });

export default function transactions(node: Node): void {
  const registers = new Map<number, number | null>();

  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "w") {
      registers.set(key, value);
      for (const peer of node.peers) node.send(peer, copy, { key, value });
    }
    return [f, key, registers.get(key) ?? null];
  }

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const done: RegisterOp[] = [];
    for (const op of txn) {
      done.push(perform(op));
      // Takes a moment, as a disk would. Who else runs meanwhile?
      await delay(1);
    }
    return { type: "txn_ok", txn: done };
  });

  node.on(copy, ({ key, value }) => void registers.set(key, value));
}
