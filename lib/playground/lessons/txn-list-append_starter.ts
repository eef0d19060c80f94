import { type ListOp, type Node, TxnListAppend } from "@glomers/maelstrom";
import { array, integer, Kv, tuple } from "@glomers/maelstrom";

// The whole database is one value in lin-kv: the lists by their keys.
type Entry = [key: number, list: number[]];
const database = array(tuple<Entry>(integer, array(integer)));

export default function transactions(node: Node): void {
  const store = new Kv(node, "lin-kv", database);

  node.on(TxnListAppend.txn, async ({ txn }) => {
    const lists = new Map(await store.readOr("lists", []));
    const done = txn.map((op): ListOp => {
      const [f, key] = op;
      if (f === "r") return [f, key, lists.get(key) ?? null];
      lists.set(key, [...lists.get(key) ?? [], op[2]]);
      return op;
    });
    // All changes take effect together. Whose changes do they replace?
    await store.write("lists", [...lists]);
    return { type: "txn_ok", txn: done };
  });
}
