import { delay } from "@std/async/delay";
import type { Node, RegisterOp } from "@glomers/maelstrom";
import { TxnRwRegister } from "@glomers/maelstrom";
import { integer, nullable, oneWay } from "@glomers/maelstrom";

const copy = oneWay("copy", {
  time: integer,
  key: integer,
  value: nullable(integer),
});

interface Written {
  value: number | null;
  time: number;
  by: string;
}

// By Lamport clock, and then by the node's id.
function isLater(a: Written, b: Written): boolean {
  return a.time === b.time ? a.by > b.by : a.time > b.time;
}

export default function transactions(node: Node): void {
  const registers = new Map<number, Written>();
  let clock = 0;

  // The last writer wins.
  function write(key: number, next: Written): void {
    const old = registers.get(key);
    if (old === undefined || isLater(next, old)) registers.set(key, next);
  }

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const done: RegisterOp[] = [];
    for (const [f, key, value] of txn) {
      if (f === "w") {
        const time = ++clock;
        write(key, { value, time, by: node.id });
        for (const peer of node.peers) {
          node.send(peer, copy, { time, key, value });
        }
      }
      done.push([f, key, registers.get(key)?.value ?? null]);
      // Takes a moment, as a disk would. Who else runs meanwhile?
      await delay(1);
    }
    return { type: "txn_ok", txn: done };
  });

  // The second argument is the envelope: src is the sender's id.
  node.on(copy, ({ time, key, value }, { src }) => {
    clock = Math.max(clock, time);
    write(key, { value, time, by: src });
  });
}
