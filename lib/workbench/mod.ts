/**
 * What `./workbench` exports; its entry point, `tasks/workbench_entry.ts`, runs as a command as well.
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
export type { AgentWay } from "./hosts/host.ts";
export type { Syncs } from "./hosts/sync_log.ts";
export type { Grudge } from "./network/network.ts";
export type { Packet } from "./network/packet.ts";
export type { PlannedFault, PlannedOperation } from "./planned.ts";
export type { Asker } from "./threads.ts";
export type { WorkloadOptions } from "./workloads/workload.ts";
export type { Gauge, Observer, Phase } from "./run.ts";
