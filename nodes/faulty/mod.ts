/**
 * Programs that are wrong on purpose, one a file, and what must be said of each. They hold the
 * checkers to their task: a change that lets one of them pass fails the tests.
 *
 * @module
 */
import type { Program } from "../../lib/mod.ts";
import abortedButVisible from "./aborted_but_visible.ts";
import acknowledgedBeforeStored from "./acknowledged_before_stored.ts";
import answersAnother from "./answers_another.ts";
import counterBlindRetry from "./counter_blind_retry.ts";
import counterReadThenWrite from "./counter_read_then_write.ts";
import dirtyRead from "./dirty_read.ts";
import duplicateIdsAfterRestart from "./duplicate_ids_after_restart.ts";
import endlessRetries from "./endless_retries.ts";
import forgetsUnderLoad from "./forgets_under_load.ts";
import intermediateRead from "./intermediate_read.ts";
import logForgets from "./log_forgets.ts";
import logTwoOwners from "./log_two_owners.ts";
import lostOnPartition from "./lost_on_partition.ts";
import lostUpdate from "./lost_update.ts";
import neverReplicates from "./never_replicates.ts";
import pollRepeats from "./poll_repeats.ts";
import pollSkips from "./poll_skips.ts";
import readSkew from "./read_skew.ts";
import replacesWholeStore from "./replaces_whole_store.ts";
import staleButSerializable from "./stale_but_serializable.ts";
import writeSkew from "./write_skew.ts";

/** A wrong program, and how it is found out. */
export interface Broken {
  readonly program: Program;
  /** Its file, in this folder. */
  readonly file: string;
  /** Options of a run that shows what is wrong, as on the command line of `deno task sim`. */
  readonly options: string;
  /** Exactly the ways in which that run must fail, sorted (see `waysOfFailing`). */
  readonly ways: readonly string[];
  /** Ways that come along in some runs: more of the same, in a longer cycle. */
  readonly besides?: readonly string[];
  /** Of a program whose only fault is what it costs: more messages between servers per operation. */
  readonly messagesPerOpAbove?: number;
  /**
   * Of a program that Maelstrom finds nothing wrong with: the keys of the stronger result that must
   * not be empty or zero (see `Outcome.stronger`).
   */
  readonly beyond?: readonly string[];
}

/** Every broken program there is. */
export const BROKEN: readonly Broken[] = [
  {
    program: answersAnother,
    file: "answers_another.ts",
    options: "-w echo --node-count 1 --concurrency 5 --time-limit 2 --rate 50",
    ways: ["workload invalid"],
  },
  {
    program: duplicateIdsAfterRestart,
    file: "duplicate_ids_after_restart.ts",
    options: "-w unique-ids --node-count 1 --concurrency 60 --time-limit 4 --rate 20 " +
      "--nemesis kill --nemesis-interval 0.5",
    ways: ["duplicated"],
  },
  {
    program: lostOnPartition,
    file: "lost_on_partition.ts",
    options: "-w broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition",
    ways: ["lost"],
  },
  {
    program: acknowledgedBeforeStored,
    file: "acknowledged_before_stored.ts",
    options: "-w broadcast --node-count 1 --concurrency 4 --time-limit 40 --rate 50 " +
      "--nemesis kill --nemesis-interval 2",
    ways: ["lost"],
  },
  {
    program: forgetsUnderLoad,
    file: "forgets_under_load.ts",
    options: "-w broadcast --node-count 1 --time-limit 10 --rate 100",
    ways: ["lost"],
  },
  {
    program: endlessRetries,
    file: "endless_retries.ts",
    options: "-w broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition",
    ways: [],
    messagesPerOpAbove: 30,
  },
  {
    program: counterReadThenWrite,
    file: "counter_read_then_write.ts",
    options: "-w g-counter --node-count 3 --time-limit 5 --rate 100 --latency 10",
    ways: ["workload invalid"],
  },
  {
    program: counterBlindRetry,
    file: "counter_blind_retry.ts",
    options: "-w g-counter --node-count 2 --time-limit 10 --rate 50 --loss 0.1",
    ways: ["workload invalid"],
  },
  {
    program: logTwoOwners,
    file: "log_two_owners.ts",
    options: "-w kafka --node-count 2 --concurrency 4n --time-limit 5 --rate 200 --latency 20",
    ways: ["inconsistent-offsets"],
  },
  {
    program: logForgets,
    file: "log_forgets.ts",
    options: "-w kafka --node-count 1 --concurrency 4n --time-limit 5 --rate 500",
    ways: ["int-poll-skip", "lost-write", "poll-skip", "unseen"],
  },
  {
    program: pollSkips,
    file: "poll_skips.ts",
    options: "-w kafka --node-count 1 --concurrency 4n --time-limit 10 --rate 150",
    ways: ["lost-write", "poll-skip", "unseen"],
  },
  {
    program: pollRepeats,
    file: "poll_repeats.ts",
    options: "-w kafka --node-count 1 --concurrency 2n --time-limit 10 --rate 150",
    ways: ["nonmonotonic-poll"],
  },
  {
    program: dirtyRead,
    file: "dirty_read.ts",
    options: "-w txn-rw-register --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models read-committed",
    ways: ["G1a"],
  },
  {
    program: abortedButVisible,
    file: "aborted_but_visible.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 4 --time-limit 10 --rate 50 " +
      "--consistency-models read-committed",
    ways: ["G1a", "dirty-update"],
  },
  {
    program: intermediateRead,
    file: "intermediate_read.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 8 --time-limit 30 --rate 100 " +
      "--consistency-models read-committed",
    ways: ["G1b"],
  },
  {
    program: lostUpdate,
    file: "lost_update.ts",
    options: "-w txn-rw-register --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models cursor-stability",
    ways: ["lost-update"],
  },
  {
    program: readSkew,
    file: "read_skew.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models snapshot-isolation",
    ways: ["G-single-item"],
  },
  {
    program: writeSkew,
    file: "write_skew.ts",
    options: "-w txn-list-append --node-count 1 --concurrency 8 --time-limit 10 --rate 200 " +
      "--consistency-models serializable",
    ways: ["G2-item"],
  },
  {
    program: staleButSerializable,
    file: "stale_but_serializable.ts",
    options: "-w txn-list-append --node-count 2 --time-limit 20 --rate 40",
    ways: ["G-single-item-realtime"],
    besides: ["G-nonadjacent-item-realtime", "G2-item-realtime"],
  },
  {
    program: neverReplicates,
    file: "never_replicates.ts",
    options: "-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 10 --rate 100 " +
      "--consistency-models read-committed --availability total --nemesis partition",
    ways: [],
    beyond: ["never-replicates", "divergent-count"],
  },
  {
    program: replacesWholeStore,
    file: "replaces_whole_store.ts",
    options: "-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 20 --rate 100 " +
      "--consistency-models read-committed --availability total --nemesis partition " +
      "--nemesis-interval 2",
    ways: [],
    beyond: ["lost-count"],
  },
];
