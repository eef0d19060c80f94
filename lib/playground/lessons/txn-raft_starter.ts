import { Replicated } from "../../algorithms/raft/replicated.ts";
import { array, integer, nullable, tuple } from "@glomers/maelstrom";
import { type ListOp, listOp, TxnListAppend } from "@glomers/maelstrom";
import type { Node } from "@glomers/maelstrom";

type List = [key: number, values: number[]];

export default function transactions(node: Node): void {
  const lists = new Map<number, number[]>();

  function perform(op: ListOp): ListOp {
    const [f, key] = op;
    if (f === "r") return [f, key, lists.get(key) ?? null];
    lists.set(key, [...lists.get(key) ?? [], op[2]]);
    return op;
  }

  // Raft: all nodes apply the same commands in the same order.
  const raft = new Replicated(node, {
    name: "lists",
    command: listOp,
    result: nullable(listOp),
    state: array(tuple<List>(integer, array(integer))),
    apply: perform,
    snapshot: () => [...lists],
    restore: (state) => {
      lists.clear();
      for (const [key, values] of state) lists.set(key, values);
    },
  });

  // Each operation takes its place in the order of all. And the next?
  node.on(TxnListAppend.txn, async ({ txn }) => {
    const done: ListOp[] = [];
    for (const op of txn) done.push(await raft.execute(op) ?? op);
    return { type: "txn_ok", txn: done };
  });
}
