/**
 * The lessons: one for each challenge, and what is said of faulty programs.
 *
 * A lesson is two files named after its challenge, `3b.md` and `3b_starter.ts`, and a line below.
 *
 * **The text** is Markdown (as much of it as `markdown.ts` knows) with these parts, all required:
 *
 * ```md
 * # The title, as the index and the page show it
 *
 * <https://the.page/where-the-challenge-is-stated/>
 *
 * ## What is asked
 *
 * The task in our words: which messages arrive, what is to be answered, under what conditions it is
 * run. Two or three paragraphs; a learner reads this first.
 *
 * ## What makes it hard
 *
 * One or two paragraphs on why the obvious program fails, without saying what to do about it.
 *
 * ## Hints
 *
 * ### What the first hint is about
 *
 * Hints are shown one by one, each when it is asked for, from a push in the right direction to nearly
 * the solution. The title stands on the button, so it gives nothing away. Code in a hint is fenced.
 *
 * ### What the next hint is about
 *
 * ## When it passes
 *
 * Shown after the program passes, above the essay of our solution and a table that sets the reader's
 * figures beside ours: what to notice, what others have published (with links), what to try next.
 * ```
 *
 * **The starter** is a program that runs, and fails for the reason that the lesson is about. It
 * imports from `@glomers/maelstrom`, is about 40 lines of at most 76 characters, and says in comments
 * what is there and what is missing. It need not guard against what the challenge does not do: no
 * journal where nothing kills nodes. A test (`tasks/playground/lessons_test.ts`) holds each to the
 * anomaly that it is to show.
 *
 * How a challenge is run, its limits and our solution come from `tasks/shared/challenges.ts`.
 *
 * **A faulty program**, of those in `nodes/faulty/`, is an exercise as it stands: its code without the
 * header, under the command that the header quotes; the header is shown once the program passes. A
 * text in `faults/`, named after the program, says more before that. All parts are required, and none
 * gives the fault away:
 *
 * ```md
 * # A title for the index
 *
 * ## What it is meant to do
 *
 * ## Hints
 *
 * ### What the first hint is about
 * ```
 *
 * @module
 */
import echo from "./1.md" with { type: "text" };
import echoStarter from "./1_starter.ts" with { type: "text" };
import uniqueIds from "./2.md" with { type: "text" };
import uniqueIdsStarter from "./2_starter.ts" with { type: "text" };
import singleNodeBroadcast from "./3a.md" with { type: "text" };
import singleNodeBroadcastStarter from "./3a_starter.ts" with { type: "text" };
import multiNodeBroadcast from "./3b.md" with { type: "text" };
import multiNodeBroadcastStarter from "./3b_starter.ts" with { type: "text" };
import faultTolerantBroadcast from "./3c.md" with { type: "text" };
import faultTolerantBroadcastStarter from "./3c_starter.ts" with { type: "text" };
import efficientBroadcast1 from "./3d.md" with { type: "text" };
import efficientBroadcast1Starter from "./3d_starter.ts" with { type: "text" };
import efficientBroadcast2 from "./3e.md" with { type: "text" };
import efficientBroadcast2Starter from "./3e_starter.ts" with { type: "text" };
import growOnlyCounter from "./4.md" with { type: "text" };
import growOnlyCounterStarter from "./4_starter.ts" with { type: "text" };
import crdtCounter from "./4-crdt.md" with { type: "text" };
import crdtCounterStarter from "./4-crdt_starter.ts" with { type: "text" };
import singleNodeLog from "./5a.md" with { type: "text" };
import singleNodeLogStarter from "./5a_starter.ts" with { type: "text" };
import multiNodeLog from "./5b.md" with { type: "text" };
import multiNodeLogStarter from "./5b_starter.ts" with { type: "text" };
import efficientLog from "./5c.md" with { type: "text" };
import efficientLogStarter from "./5c_starter.ts" with { type: "text" };
import durableLog from "./5c-raft.md" with { type: "text" };
import durableLogStarter from "./5c-raft_starter.ts" with { type: "text" };
import singleNodeTransactions from "./6a.md" with { type: "text" };
import singleNodeTransactionsStarter from "./6a_starter.ts" with { type: "text" };
import readUncommitted from "./6b.md" with { type: "text" };
import readUncommittedStarter from "./6b_starter.ts" with { type: "text" };
import readCommitted from "./6c.md" with { type: "text" };
import readCommittedStarter from "./6c_starter.ts" with { type: "text" };
import growOnlySet from "./g-set.md" with { type: "text" };
import growOnlySetStarter from "./g-set_starter.ts" with { type: "text" };
import pnCounter from "./pn-counter.md" with { type: "text" };
import pnCounterStarter from "./pn-counter_starter.ts" with { type: "text" };
import linKv from "./lin-kv.md" with { type: "text" };
import linKvStarter from "./lin-kv_starter.ts" with { type: "text" };
import linKvProxy from "./lin-kv-proxy.md" with { type: "text" };
import linKvProxyStarter from "./lin-kv-proxy_starter.ts" with { type: "text" };
import listAppend from "./txn-list-append.md" with { type: "text" };
import listAppendStarter from "./txn-list-append_starter.ts" with { type: "text" };
import listRaft from "./txn-raft.md" with { type: "text" };
import listRaftStarter from "./txn-raft_starter.ts" with { type: "text" };
import rwRegister from "./txn-rw-register.md" with { type: "text" };
import rwRegisterStarter from "./txn-rw-register_starter.ts" with { type: "text" };
import answersAnother from "./faults/answers_another.md" with { type: "text" };
import duplicateIdsAfterRestart from "./faults/duplicate_ids_after_restart.md" with {
  type: "text",
};
import lostOnPartition from "./faults/lost_on_partition.md" with { type: "text" };
import acknowledgedBeforeStored from "./faults/acknowledged_before_stored.md" with { type: "text" };
import acknowledgedBeforeSynced from "./faults/acknowledged_before_synced.md" with { type: "text" };
import trustsTornRecord from "./faults/trusts_torn_record.md" with { type: "text" };
import forgetsUnderLoad from "./faults/forgets_under_load.md" with { type: "text" };
import endlessRetries from "./faults/endless_retries.md" with { type: "text" };
import counterReadThenWrite from "./faults/counter_read_then_write.md" with { type: "text" };
import counterBlindRetry from "./faults/counter_blind_retry.md" with { type: "text" };
import logTwoOwners from "./faults/log_two_owners.md" with { type: "text" };
import logForgets from "./faults/log_forgets.md" with { type: "text" };
import pollSkips from "./faults/poll_skips.md" with { type: "text" };
import pollRepeats from "./faults/poll_repeats.md" with { type: "text" };
import dirtyRead from "./faults/dirty_read.md" with { type: "text" };
import abortedButVisible from "./faults/aborted_but_visible.md" with { type: "text" };
import intermediateRead from "./faults/intermediate_read.md" with { type: "text" };
import lostUpdate from "./faults/lost_update.md" with { type: "text" };
import readSkew from "./faults/read_skew.md" with { type: "text" };
import writeSkew from "./faults/write_skew.md" with { type: "text" };
import staleButSerializable from "./faults/stale_but_serializable.md" with { type: "text" };
import neverReplicates from "./faults/never_replicates.md" with { type: "text" };
import replacesWholeStore from "./faults/replaces_whole_store.md" with { type: "text" };
import type { LessonFiles } from "./lesson.ts";

/** By the challenges' ids. */
export const LESSONS: Readonly<Record<string, LessonFiles>> = {
  "1": { text: echo, starter: echoStarter },
  "2": { text: uniqueIds, starter: uniqueIdsStarter },
  "3a": { text: singleNodeBroadcast, starter: singleNodeBroadcastStarter },
  "3b": { text: multiNodeBroadcast, starter: multiNodeBroadcastStarter },
  "3c": { text: faultTolerantBroadcast, starter: faultTolerantBroadcastStarter },
  "3d": { text: efficientBroadcast1, starter: efficientBroadcast1Starter },
  "3e": { text: efficientBroadcast2, starter: efficientBroadcast2Starter },
  "4": { text: growOnlyCounter, starter: growOnlyCounterStarter },
  "4-crdt": { text: crdtCounter, starter: crdtCounterStarter },
  "5a": { text: singleNodeLog, starter: singleNodeLogStarter },
  "5b": { text: multiNodeLog, starter: multiNodeLogStarter },
  "5c": { text: efficientLog, starter: efficientLogStarter },
  "5c-raft": { text: durableLog, starter: durableLogStarter },
  "6a": { text: singleNodeTransactions, starter: singleNodeTransactionsStarter },
  "6b": { text: readUncommitted, starter: readUncommittedStarter },
  "6c": { text: readCommitted, starter: readCommittedStarter },
  "g-set": { text: growOnlySet, starter: growOnlySetStarter },
  "pn-counter": { text: pnCounter, starter: pnCounterStarter },
  "lin-kv": { text: linKv, starter: linKvStarter },
  "lin-kv-proxy": { text: linKvProxy, starter: linKvProxyStarter },
  "txn-list-append": { text: listAppend, starter: listAppendStarter },
  "txn-raft": { text: listRaft, starter: listRaftStarter },
  "txn-rw-register": { text: rwRegister, starter: rwRegisterStarter },
};

/** What is said of faulty programs, by their files' names. */
export const FAULT_LESSONS: Readonly<Record<string, string>> = {
  answers_another: answersAnother,
  duplicate_ids_after_restart: duplicateIdsAfterRestart,
  lost_on_partition: lostOnPartition,
  acknowledged_before_stored: acknowledgedBeforeStored,
  acknowledged_before_synced: acknowledgedBeforeSynced,
  trusts_torn_record: trustsTornRecord,
  forgets_under_load: forgetsUnderLoad,
  endless_retries: endlessRetries,
  counter_read_then_write: counterReadThenWrite,
  counter_blind_retry: counterBlindRetry,
  log_two_owners: logTwoOwners,
  log_forgets: logForgets,
  poll_skips: pollSkips,
  poll_repeats: pollRepeats,
  dirty_read: dirtyRead,
  aborted_but_visible: abortedButVisible,
  intermediate_read: intermediateRead,
  lost_update: lostUpdate,
  read_skew: readSkew,
  write_skew: writeSkew,
  stale_but_serializable: staleButSerializable,
  never_replicates: neverReplicates,
  replaces_whole_store: replacesWholeStore,
};
