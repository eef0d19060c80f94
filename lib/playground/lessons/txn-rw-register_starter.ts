import type { Node, RegisterOp } from "@glomers/maelstrom";
import { integer, Kv, TxnRwRegister } from "@glomers/maelstrom";

export default function transactions(node: Node): void {
  // Every register is a key of lin-kv, which is linearizable: each read
  // sees the newest write.
  const store = new Kv(node, "lin-kv", integer);

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const done: RegisterOp[] = [];
    // One operation after another. What do others see in between?
    for (const [f, key, value] of txn) {
      if (f === "w" && value !== null) {
        await store.write(key, value);
        done.push([f, key, value]);
      } else {
        done.push([f, key, await store.readOr(key, null)]);
      }
    }
    return { type: "txn_ok", txn: done };
  });
}
