/**
 * Broken where strict serializability is asked for: one node carries out all transactions that write,
 * and the others answer those that only read from a copy which it sends them now and then. Every
 * answer fits one order of all transactions, but not one that respects time: who reads after a write
 * was acknowledged may not see it, G-single-item-realtime. It is serializable, no less and no more.
 *
 * @module
 */
import {
  array,
  integer,
  type ListOp,
  type Node,
  oneWay,
  tuple,
  TxnListAppend,
} from "../../lib/mod.ts";

const COPY_EVERY_MS = 100;
const copy = oneWay("copy", {
  version: integer,
  lists: array(tuple<[key: number, list: number[]]>(integer, array(integer))),
});

export default function staleButSerializable(node: Node): void {
  let lists = new Map<number, number[]>();
  let version = 0;
  const primary = () => node.ids[0] ?? "";

  node.onInit(() => {
    if (node.id !== primary()) return;
    setInterval(() => {
      version++;
      for (const peer of node.peers) node.send(peer, copy, { version, lists: [...lists] });
    }, COPY_EVERY_MS);
  });
  node.on(copy, (body) => {
    if (body.version <= version) return;
    version = body.version;
    lists = new Map(body.lists);
  });

  function perform(op: ListOp): ListOp {
    const [f, key] = op;
    if (f === "r") return [f, key, lists.get(key) ?? null];
    lists.set(key, [...lists.get(key) ?? [], op[2]]);
    return op;
  }

  node.on(TxnListAppend.txn, ({ txn }) => {
    const here = node.id === primary() || txn.every(([f]) => f === "r");
    if (here) return { type: "txn_ok", txn: txn.map(perform) };
    return node.rpc(primary(), TxnListAppend.txn, { txn }, { timeoutMs: 4_000 });
  });
}
