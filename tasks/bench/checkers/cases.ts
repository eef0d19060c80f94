/**
 * What checkers are measured with.
 *
 * @module
 */
import type { Check } from "../../../lib/checkers/checker.ts";
import { checkListAppend } from "../../../lib/checkers/elle/list_append.ts";
import { checkRwRegister } from "../../../lib/checkers/elle/rw_register.ts";
import { checkKafka } from "../../../lib/checkers/kafka/mod.ts";
import { checkLinKv } from "../../../lib/checkers/lin_kv.ts";
import { checkSetFull } from "../../../lib/checkers/set_full.ts";
import type { Op } from "../../../lib/history/operations.ts";
import { execute, type Execution, type Target } from "./executions.ts";
import { log, registers, set, transactional } from "./targets.ts";

/** Histories of one kind, and the checker that must find them valid. */
export interface Case {
  readonly name: string;
  /** The workload, in the name of the variable that holds a peer's command. */
  readonly workload: string;
  readonly check: Check;
  history(operations: number): Op[];
}

function caseOf(
  name: string,
  workload: string,
  check: Check,
  target: (operations: number) => Target,
  execution: Partial<Execution> = {},
): Case {
  return {
    name,
    workload,
    check,
    history: (operations) =>
      execute({ operations, clients: 10, seed: 1, ...execution }, target(operations)),
  };
}

/** Every case. */
export const CASES: readonly Case[] = [
  caseOf("list-append", "txn-list-append", checkListAppend, () => transactional("append")),
  caseOf("rw-register", "txn-rw-register", checkRwRegister, () => transactional("w")),
  caseOf("kafka", "kafka", checkKafka, log),
  caseOf("set-full", "broadcast", checkSetFull, (operations) => set(operations, 20)),
  caseOf(
    "lin-kv, many keys",
    "lin-kv",
    checkLinKv,
    (operations) => registers({ keys: operations / 100, values: 5 }),
    { indefinite: 0.05 },
  ),
  caseOf("lin-kv, one hot key", "lin-kv", checkLinKv, () => registers({ values: 20 })),
  caseOf(
    "lin-kv, one in five indefinite",
    "lin-kv",
    checkLinKv,
    () => registers({ values: 20 }),
    { indefinite: 0.2, clients: 5 },
  ),
  caseOf(
    "lin-kv, distinct values",
    "lin-kv",
    checkLinKv,
    () => registers({}),
    { indefinite: 0.2, clients: 5 },
  ),
  caseOf(
    "lin-kv, distinct, fifty clients",
    "lin-kv",
    checkLinKv,
    () => registers({}),
    { indefinite: 0.2, clients: 50 },
  ),
];
