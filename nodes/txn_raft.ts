#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Workload txn-list-append by Raft: strictly serializable transactions that need no service.
 *
 * All nodes execute the same transactions in the same order, which they agree on by Raft
 * (`algorithms/raft/`). One that appends is a command: it takes effect once a majority has it on
 * stable storage, and is answered when this node has executed it. One that only reads needs no place
 * in the order: the node asks the leader for an index, as `lin_kv.ts` does, and reads its own lists
 * when they include it. No transaction fails and none is executed in vain, as none races another.
 *
 * Messages: rounds 60 ms apart, of 2 for each follower and up to 2 more for each whose clients have
 * asked something. That is 2.6 per operation at 100 operations a second, which takes two clients a
 * node; one a node, who wait for rounds, make 80 a second, which take 3.3 each. `txn_list_append.ts`
 * takes 4.2.
 * Latency: up to 60 ms until the round begins, a round trip between leader and followers and another
 * between leader and the node asked, and a sync.
 *
 * It survives the end of any nodes, all of them included if they have a disk, and partitions: a
 * majority goes on, with a new leader if need be. A minority answers nothing. Nobody may remove a
 * node's journal (why, says `lin_kv.ts`).
 *
 * @module
 */
import { Replicated } from "../lib/algorithms/raft/replicated.ts";
import {
  array,
  integer,
  type ListOp,
  listOp,
  type Node,
  nullable,
  serve,
  tuple,
  TxnListAppend,
} from "../lib/mod.ts";

/** What a transaction has read: a list for each of its reads, null for one that nobody has begun. */
type Reads = (number[] | null)[];

export default function txnRaft(node: Node): void {
  let lists = new Map<number, number[]>();

  /** Executes a transaction; lists are never changed, so that what was read stays what it was. */
  function execute(txn: ListOp[]): Reads {
    const reads: Reads = [];
    for (const [f, key, value] of txn) {
      if (f === "r") reads.push(lists.get(key) ?? null);
      else lists.set(key, [...lists.get(key) ?? [], value]);
    }
    return reads;
  }

  const replicated = new Replicated(node, {
    name: "txn-raft",
    command: array(listOp),
    result: array(nullable(array(integer))),
    state: array(tuple<[key: number, list: number[]]>(integer, array(integer))),
    apply: execute,
    snapshot: () => [...lists],
    restore: (state) => lists = new Map(state),
  });

  node.on(TxnListAppend.txn, async ({ txn }) => {
    const isWriting = txn.some(([f]) => f === "append");
    if (!isWriting) await replicated.barrier();
    const reads = (isWriting ? await replicated.execute(txn) : execute(txn)).values();
    const filledIn = (op: ListOp): ListOp =>
      op[0] === "append" ? op : ["r", op[1], reads.next().value ?? null];
    return { type: "txn_ok", txn: txn.map(filledIn) };
  });
}

if (import.meta.main) await serve(txnRaft);
