/**
 * The index of the nodes that are wrong on purpose, one fault a file, and what a run must find
 * wrong with each. They hold the checkers to their task: a change that lets one of them pass fails
 * the tests.
 *
 * @module
 */

/** A faulty node, and the run that exposes it. */
export interface FaultyNode {
  /** Its file, in this folder. */
  readonly file: string;
  /**
   * Options of the run, as on the command line of `deno task sim`; the file's header quotes them.
   */
  readonly options: string;
  /** The failure signature of that run, sorted: exactly this for every seed. */
  readonly signature: readonly string[];
  /**
   * What the signature may also contain: the same fault in longer cycles, which only some seeds
   * show.
   */
  readonly mayAlsoShow?: readonly string[];
  /** Of a node whose only fault is its cost: the least messages between servers per operation. */
  readonly messagesPerOpAbove?: number;
  /**
   * Of a node that Maelstrom accepts: the keys of the result on final states that must be neither
   * empty nor zero.
   */
  readonly finalStates?: readonly string[];
}

/** Every faulty node in this folder. */
export const FAULTY: readonly FaultyNode[] = [
  {
    file: "answers_another.ts",
    options: "-w echo --node-count 1 --concurrency 5 --time-limit 2 --rate 50",
    signature: ["workload invalid"],
  },
  {
    file: "duplicate_ids_after_restart.ts",
    options: "-w unique-ids --node-count 1 --concurrency 60 --time-limit 4 --rate 20 " +
      "--nemesis kill --nemesis-interval 0.5",
    signature: ["duplicated"],
  },
  {
    file: "lost_on_partition.ts",
    options: "-w broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition",
    signature: ["lost"],
  },
  {
    file: "acknowledged_before_stored.ts",
    options: "-w broadcast --node-count 1 --concurrency 4 --time-limit 40 --rate 50 " +
      "--nemesis kill --nemesis-interval 2",
    signature: ["lost"],
  },
  {
    file: "forgets_under_load.ts",
    options: "-w broadcast --node-count 1 --time-limit 10 --rate 100",
    signature: ["lost"],
  },
  {
    file: "endless_retries.ts",
    options: "-w broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition",
    signature: [],
    messagesPerOpAbove: 30,
  },
  {
    file: "counter_read_then_write.ts",
    options: "-w g-counter --node-count 3 --time-limit 5 --rate 100 --latency 10",
    signature: ["workload invalid"],
  },
  {
    file: "counter_blind_retry.ts",
    options: "-w g-counter --node-count 2 --time-limit 10 --rate 50 --loss 0.1",
    signature: ["workload invalid"],
  },
  {
    file: "log_two_owners.ts",
    options: "-w kafka --node-count 2 --concurrency 4n --time-limit 5 --rate 200 --latency 20",
    signature: ["inconsistent-offsets"],
  },
  {
    file: "log_forgets.ts",
    options: "-w kafka --node-count 1 --concurrency 4n --time-limit 5 --rate 500",
    signature: ["int-poll-skip", "lost-write", "poll-skip", "unseen"],
  },
  {
    file: "poll_skips.ts",
    options: "-w kafka --node-count 1 --concurrency 4n --time-limit 10 --rate 150",
    signature: ["lost-write", "poll-skip", "unseen"],
  },
  {
    file: "poll_repeats.ts",
    options: "-w kafka --node-count 1 --concurrency 2n --time-limit 10 --rate 150",
    signature: ["nonmonotonic-poll"],
  },
  {
    file: "dirty_read.ts",
    options: "-w txn-rw-register --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models read-committed",
    signature: ["G1a"],
  },
  {
    file: "aborted_but_visible.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 4 --time-limit 10 --rate 50 " +
      "--consistency-models read-committed",
    signature: ["G1a", "dirty-update"],
  },
  {
    file: "intermediate_read.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 8 --time-limit 30 --rate 100 " +
      "--consistency-models read-committed",
    signature: ["G1b"],
  },
  {
    file: "lost_update.ts",
    options: "-w txn-rw-register --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models cursor-stability",
    signature: ["lost-update"],
  },
  {
    file: "read_skew.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models snapshot-isolation",
    signature: ["G-single-item"],
    mayAlsoShow: ["G-nonadjacent-item"],
  },
  {
    file: "write_skew.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models serializable",
    signature: ["G2-item"],
  },
  {
    file: "stale_but_serializable.ts",
    options: "-w txn-list-append --node-count 2 --time-limit 20 --rate 40",
    signature: ["G-single-item-realtime"],
    mayAlsoShow: ["G-nonadjacent-item-realtime", "G2-item-realtime"],
  },
  {
    file: "never_replicates.ts",
    options: "-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 10 --rate 100 " +
      "--consistency-models read-committed --availability total --nemesis partition",
    signature: [],
    finalStates: ["never-replicates", "divergent-count"],
  },
  {
    file: "replaces_whole_store.ts",
    options: "-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 20 --rate 100 " +
      "--consistency-models read-committed --availability total --nemesis partition " +
      "--nemesis-interval 2",
    signature: [],
    finalStates: ["lost-count"],
  },
];
