/**
 * Broken: a transaction reads when it begins and writes when it ends, and nobody looks what others
 * wrote meanwhile. Of two that read the same value and write the next, one is undone: lost updates.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type Node, type RegisterOp, TxnRwRegister } from "../../lib/mod.ts";

export default function lostUpdate(node: Node): void {
  const registers = new Map<number, number | null>();

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const mine = new Map(registers);
    const written = new Map<number, number | null>();
    const done = txn.map(([f, key, value]): RegisterOp => {
      if (f === "w") {
        mine.set(key, value);
        written.set(key, value);
      }
      return [f, key, mine.get(key) ?? null];
    });
    await delay(5);
    for (const [key, value] of written) registers.set(key, value);
    return { type: "txn_ok", txn: done };
  });
}
