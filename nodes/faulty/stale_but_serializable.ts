#!/usr/bin/env -S deno run --quiet
/**
 * Faulty where strict serializability is required: one node executes all transactions that write,
 * and the others answer those that only read from a copy they receive now and then. All
 * transactions fit one order, but not one that respects time: a read that begins after a write was
 * acknowledged may miss it, G-single-item-realtime.
 *
 * Tempting because reads are local, never fail, and are always consistent with each other.
 *
 * To see it (G-single-item-realtime):
 *
 *     deno task sim nodes/faulty/stale_but_serializable.ts -w txn-list-append --node-count 2 \
 *       --time-limit 20 --rate 40
 *
 * @module
 */
import {
  array,
  integer,
  type ListOp,
  type Node,
  oneWay,
  serve,
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

if (import.meta.main) await serve(staleButSerializable);
