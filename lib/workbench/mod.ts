/**
 * The workbench: stands in for Maelstrom where there is no JVM. It runs the nodes of a plan as
 * processes, connects them with a network that it disturbs, and judges what clients saw with
 * Maelstrom's checkers. The nodes may be executables in any language.
 *
 * A plan is plain data; {@linkcode planOf} completes and checks one, {@linkcode run} runs it.
 *
 * ```ts
 * import { planOf } from "@glomers/maelstrom/workbench";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planOf({ workload: "broadcast", nodeCount: 3, faults: ["partition"], seed: 7 });
 * assertEquals(plan.nodes, ["n0", "n1", "n2"]);
 * assertEquals(JSON.parse(JSON.stringify(plan)), plan);
 * ```
 *
 * @module
 */
export { UsageError } from "./option.ts";
export { type Plan, planOf, type PlanOptions } from "./plan.ts";
export { type ProcessRunOptions, runProcesses as run } from "./processes.ts";
export type { CrashReport, Noise, RunResult } from "./result.ts";
export type { DiskTrouble } from "./faults/disks.ts";
export type { DiskFault, Fault, FaultKind, ProcessFault, Targets } from "./faults/kinds.ts";
export type { TimedFault } from "./faults/schedule.ts";
export type { LoggedError } from "./hosts/error_log.ts";
export type { Syncs } from "./hosts/sync_log.ts";
export type { Grudge } from "./network/network.ts";
export type { Packet } from "./network/packet.ts";
export type { PlannedFault, PlannedOperation } from "./planned.ts";
export type { Asker } from "./threads.ts";
export type { WorkloadOptions } from "./workloads/workload.ts";
export type { Gauge, Observer, Phase } from "./run.ts";
