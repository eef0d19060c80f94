#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: nodes send each other their whole store with the time of its last write, and replace
 * theirs by any newer one. The replicas converge, and Maelstrom finds nothing wrong; but whatever
 * the receiver wrote in the meantime is gone, keys that only it wrote included.
 *
 * Tempting because "last writer wins" is a known rule and one timestamp is simpler than one for
 * each register.
 *
 * To see it (valid to Maelstrom; writes are lost from the final states):
 *
 *     deno task sim nodes/faulty/replaces_whole_store.ts -w txn-rw-register --node-count 2 \
 *       --concurrency 2n --time-limit 20 --rate 100 --consistency-models read-committed \
 *       --availability total --nemesis partition --nemesis-interval 2
 *
 * @module
 */
import {
  array,
  integer,
  type Node,
  nullable,
  oneWay,
  type RegisterOp,
  serve,
  tuple,
  TxnRwRegister,
} from "../../lib/mod.ts";

const SEND_EVERY_MS = 50;
const store = oneWay("store", {
  time: integer,
  registers: array(tuple<[key: number, value: number | null]>(integer, nullable(integer))),
});

export default function replacesWholeStore(node: Node): void {
  let registers = new Map<number, number | null>();
  let time = 0;

  node.onInit(() => {
    setInterval(() => {
      for (const peer of node.peers) node.send(peer, store, { time, registers: [...registers] });
    }, SEND_EVERY_MS);
  });
  node.on(store, (body) => {
    if (body.time <= time) return;
    time = body.time;
    registers = new Map(body.registers);
  });

  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "w") {
      registers.set(key, value);
      time = Math.max(time + 1, Date.now());
    }
    return [f, key, registers.get(key) ?? null];
  }

  node.on(TxnRwRegister.txn, ({ txn }) => ({ type: "txn_ok", txn: txn.map(perform) }));
}

if (import.meta.main) await serve(replacesWholeStore);
