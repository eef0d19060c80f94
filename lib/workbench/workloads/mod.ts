/**
 * All workloads, by name.
 *
 * @module
 */
import { broadcast } from "./broadcast.ts";
import { gCounter, pnCounter } from "./counter.ts";
import { echo } from "./echo.ts";
import { gSet } from "./g_set.ts";
import { kafka } from "./kafka.ts";
import { linKv } from "./lin_kv.ts";
import { txnListAppend, txnRwRegister } from "./txn.ts";
import { uniqueIds } from "./unique_ids.ts";
import type { Op } from "../../history/operations.ts";
import type { Workload } from "./workload.ts";

const all: readonly Workload[] = [
  broadcast,
  echo,
  gCounter,
  gSet,
  kafka,
  linKv,
  pnCounter,
  txnListAppend,
  txnRwRegister,
  uniqueIds,
];

/** Every workload there is, under the name that `-w` takes. */
export const workloads: ReadonlyMap<string, Workload> = new Map(
  all.map((workload) => [workload.name, workload]),
);

/** The workload whose operations a history holds; nothing where they do not tell. */
export function recogniseWorkload(history: readonly Op[]): Workload | undefined {
  return all.find((workload) => workload.recognises?.(history));
}
