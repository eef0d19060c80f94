/**
 * Broken: nodes send each other their whole store with the time of its last write, and whoever gets a
 * newer one puts it in the place of its own. The replicas agree in the end, and Maelstrom finds nothing
 * wrong with it; but whatever a node wrote meanwhile is gone, keys that nobody else has written
 * included.
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
