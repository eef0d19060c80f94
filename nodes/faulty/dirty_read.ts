/**
 * Broken: a transaction writes in place while it is still going on. If it aborts, it undoes its
 * writes, but by then others have read them: aborted reads, G1a.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { ErrorCode, type Node, type RegisterOp, RpcError, TxnRwRegister } from "../../lib/mod.ts";

export default function dirtyRead(node: Node): void {
  const registers = new Map<number, number | null>();
  /** Keys that a transaction under way has written: nobody else may write them. */
  const locked = new Set<number>();

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const keys = new Set(txn.filter(([f]) => f === "w").map(([, key]) => key));
    if (!keys.isDisjointFrom(locked)) throw new RpcError(ErrorCode.txnConflict);
    const before = new Map([...keys].map((key) => [key, registers.get(key) ?? null]));
    for (const key of keys) locked.add(key);
    const done = txn.map(([f, key, value]): RegisterOp => {
      if (f === "w") registers.set(key, value);
      return [f, key, registers.get(key) ?? null];
    });
    await delay(5);
    const aborted = Math.random() < 0.1;
    for (const [key, value] of before) {
      if (aborted) registers.set(key, value);
      locked.delete(key);
    }
    if (aborted) throw new RpcError(ErrorCode.abort, "changed its mind");
    return { type: "txn_ok", txn: done };
  });
}
