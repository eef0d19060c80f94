/**
 * The index of the nodes that are wrong on purpose, one fault a file, and what a run must find
 * wrong with each. They hold the checkers to their task: a change that lets one of them pass fails
 * the tests. The run that exposes a node is the command that its header quotes.
 *
 * @module
 */

/** What exposes a faulty node. */
export interface Evidence {
  /** The failure signature of the run, sorted: exactly this for every seed. */
  readonly signature: readonly string[];
  /** What the signature may also contain: the same fault in longer cycles, with some seeds. */
  readonly mayAlsoShow?: readonly string[];
  /** Of a node whose only fault is its cost: the least messages between servers per operation. */
  readonly messagesPerOpAbove?: number;
  /** Of a node that Maelstrom accepts: keys of the final states' result that are not empty or 0. */
  readonly finalStates?: readonly string[];
}

/** Every node in this folder, by its file. */
export const FAULTY: Readonly<Record<string, Evidence>> = {
  "answers_another.ts": { signature: ["workload invalid"] },
  "duplicate_ids_after_restart.ts": { signature: ["duplicated"] },
  "lost_on_partition.ts": { signature: ["lost"] },
  "acknowledged_before_stored.ts": { signature: ["lost"] },
  "acknowledged_before_synced.ts": { signature: ["lost"] },
  "trusts_torn_record.ts": { signature: ["duplicated"] },
  "forgets_under_load.ts": { signature: ["lost"] },
  "endless_retries.ts": { signature: [], messagesPerOpAbove: 30 },
  "counter_read_then_write.ts": { signature: ["sum-too-low"] },
  "counter_blind_retry.ts": { signature: ["sum-too-high"] },
  "log_two_owners.ts": { signature: ["inconsistent-offsets"] },
  "log_forgets.ts": { signature: ["int-poll-skip", "lost-write", "poll-skip", "unseen"] },
  "poll_skips.ts": { signature: ["lost-write", "poll-skip", "unseen"] },
  "poll_repeats.ts": { signature: ["nonmonotonic-poll"] },
  "dirty_read.ts": { signature: ["G1a"] },
  "aborted_but_visible.ts": { signature: ["G1a", "dirty-update"] },
  "intermediate_read.ts": { signature: ["G1b"] },
  "lost_update.ts": { signature: ["lost-update"] },
  "read_skew.ts": { signature: ["G-single-item"], mayAlsoShow: ["G-nonadjacent-item"] },
  "write_skew.ts": { signature: ["G2-item"] },
  "stale_but_serializable.ts": {
    signature: ["G-single-item-realtime"],
    mayAlsoShow: ["G-nonadjacent-item-realtime", "G2-item-realtime"],
  },
  "never_replicates.ts": { signature: [], finalStates: ["never-replicates", "divergent-count"] },
  "replaces_whole_store.ts": { signature: [], finalStates: ["lost-count"] },
};
