#!/usr/bin/env -S deno run --quiet
/**
 * Workload txn-list-append: transactions over lists, strictly serializable on any number of nodes.
 *
 * The nodes hold no state that matters. The database is one value in the service lin-kv: a root
 * that points to pieces which never change. A transaction is executed on what the root points to,
 * and takes effect when compare-and-set replaces the root (`algorithms/transactor.ts`). So
 * transactions that write follow one another in the order of their compare-and-sets, each between
 * its request and its reply: strict serializability, which excludes every anomaly. A transaction
 * that only reads needs no compare-and-set, but a root that was read after it arrived; answering
 * from a root kept here would be serializable but stale.
 *
 * An append does not read its list: it is noted in the root, and joined to the list when the root's
 * notes move into the map.
 *
 * Messages: 2 for a transaction that only reads, 4 for one that writes, 4 more for each race lost,
 * and now and then those for the map. At 100 operations a second on five nodes that is about 4 per
 * operation, and up to 5 where slow processes lose more races. Latency makes every race longer: at
 * 10 ms it is 11. One node alone finds the root as it left it and needs 2. Latency: two message
 * delays for a read, four for a write.
 *
 * It survives partitions, since nodes never talk to each other and Maelstrom's services are always
 * in reach, and the kill of any nodes, as they hold nothing. It survives lost and duplicated
 * messages, those to lin-kv included: every root carries the name of the write that made it, so a
 * repeated write takes effect once, and a node knows its own whatever it is answered. A node that
 * loses the race for the root tries again, and one always wins; after four seconds it gives up with
 * error 30, and the transaction has certainly not happened.
 *
 * A list is kept in one piece, so the cost of a transaction grows with the length of its lists, and
 * with the logarithm of the number of keys. Pieces that were replaced stay in the store; nothing
 * collects them.
 *
 * @module
 */
import { type DataType, Transactor } from "../lib/algorithms/transactor.ts";
import { array, integer, type ListOp, type Node, serve, TxnListAppend } from "../lib/mod.ts";

const list: DataType<number[]> = {
  shape: array(integer),
  written: (before = [], by) => [...before, ...by],
  size: (elements) => elements.length,
};

export default function listAppend(node: Node): void {
  const transactor = new Transactor(node, list);

  node.on(TxnListAppend.txn, async ({ txn }) => {
    const seen = await transactor.transact(
      txn.map(([f, key, value]) => f === "append" ? { key, by: [value] } : { key }),
    );
    const filledIn = (op: ListOp, i: number): ListOp =>
      op[0] === "append" ? op : ["r", op[1], seen[i] ?? null];
    return { type: "txn_ok", txn: txn.map(filledIn) };
  });
}

if (import.meta.main) await serve(listAppend);
