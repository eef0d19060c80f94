import { delay } from "@std/async/delay";
import type { Node, RegisterOp } from "@glomers/maelstrom";
import { ErrorCode, RpcError, TxnRwRegister } from "@glomers/maelstrom";

export default function transactions(node: Node): void {
  const registers = new Map<number, number | null>();
  // Registers that a running transaction uses.
  const locked = new Set<number>();

  // An operation is ["r", key, null] or ["w", key, value].
  function perform([f, key, value]: RegisterOp): RegisterOp {
    if (f === "w") registers.set(key, value);
    return [f, key, registers.get(key) ?? null];
  }

  node.on(TxnRwRegister.txn, async ({ txn }) => {
    const keys = txn.map(([, key]) => key);
    if (keys.some((key) => locked.has(key))) {
      // To give up is safe. May we?
      throw new RpcError(ErrorCode.txnConflict, "a register is locked");
    }
    for (const key of keys) locked.add(key);
    const done: RegisterOp[] = [];
    for (const op of txn) {
      done.push(perform(op));
      await delay(1);
    }
    for (const key of keys) locked.delete(key);
    return { type: "txn_ok", txn: done };
  });
}
