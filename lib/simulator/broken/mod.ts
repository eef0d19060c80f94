/**
 * Programs that are wrong on purpose, one a file, and what must be said of each. They hold the
 * checkers to their task: a change that lets one of them pass fails the tests.
 *
 * @module
 */
import type { Program } from "../../node.ts";
import acknowledgedBeforeStored from "./acknowledged_before_stored.ts";
import answersAnother from "./answers_another.ts";
import counterBlindRetry from "./counter_blind_retry.ts";
import counterReadThenWrite from "./counter_read_then_write.ts";
import duplicateIdsAfterRestart from "./duplicate_ids_after_restart.ts";
import endlessRetries from "./endless_retries.ts";
import forgetsUnderLoad from "./forgets_under_load.ts";
import lostOnPartition from "./lost_on_partition.ts";

/** A wrong program, and how it is found out. */
export interface Broken {
  readonly program: Program;
  /** Its file, in this folder. */
  readonly file: string;
  /** Options of a run that shows what is wrong, as on the command line of `deno task sim`. */
  readonly options: string;
  /** Exactly the ways in which that run must fail, sorted (see `waysOfFailing`). */
  readonly ways: readonly string[];
  /** Of a program whose only fault is what it costs: more messages between servers per operation. */
  readonly messagesPerOpAbove?: number;
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
    options: "-w broadcast --node-count 1 --concurrency 4 --time-limit 20 --rate 50 " +
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
];
