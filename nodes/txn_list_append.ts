#!/usr/bin/env -S deno run --quiet
/**
 * Workload txn-list-append: transactions over lists, strictly serializable on any number of nodes.
 *
 * The nodes keep nothing that matters. The database is one value in the service lin-kv, a root that
 * leads to pieces which never change; a transaction is carried out on what the root leads to, and takes
 * effect when the root is replaced by compare-and-set (see `algorithms/transactor.ts`). So all transactions
 * follow one another in the order of those, each within its request: strict serializability, and with
 * it no anomaly of any model. A transaction that only reads needs no compare-and-set, but a root that
 * was read after it arrived; to answer from a root kept here would be serializable, and stale.
 *
 * An append does not read: it is noted in the root, and joined to its list when the root's notes are
 * moved into the map.
 *
 * Availability: partitions between nodes cut nothing, as nodes never talk to each other; the services
 * are always in reach in Maelstrom. Whoever loses the race for the root tries again, and one always
 * wins; after four seconds a transaction is given up with error 30, for certain undone.
 *
 * Messages: 2 for a transaction that only reads, 4 for one that writes, 4 more for each race lost, and
 * now and then those for the map. At 100 operations a second on five nodes that is about 4 per
 * operation, and up to 5 where slow processes lose more races; with latency, which makes every race
 * longer, more (11 at 10 ms). One node alone, which finds the root as it left it, needs 2. Latency: two
 * message delays to read, four to write.
 *
 * A list is kept in one piece: the cost of a transaction is bounded by the length of its lists and the
 * logarithm of the number of keys. What was replaced stays in the store; nobody collects it.
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
