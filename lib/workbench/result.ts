/**
 * What every engine makes of a run: Maelstrom, the workbench and the simulator.
 *
 * @module
 */
import type { EdnObject } from "../history/edn.ts";
import type { Op } from "../history/operations.ts";
import type { LoggedError } from "./hosts/error_log.ts";
import type { Syncs } from "./hosts/sync_log.ts";
import type { AgentWay, Problem } from "./hosts/host.ts";
import type { Workload } from "./workloads/workload.ts";

/** What came of a run. */
export interface RunResult {
  /** What its clients did. */
  readonly workload: Workload;
  /** The nodes' names. Thread t talks to node t modulo their number. */
  readonly nodes: readonly string[];
  /** The number of threads; a process of number p is thread p modulo that. */
  readonly concurrency: number;
  /** What clients asked, what they were told, and the faults meanwhile. */
  readonly history: readonly Op[];
  /** The map that Maelstrom writes to `results.edn`; absent after a crash. */
  readonly results?: EdnObject;
  /** What the nodes' final states say beyond that, where the workload can read them. */
  readonly finalStates?: EdnObject;
  /** What nodes did wrong, beyond what the results say. */
  readonly problems: readonly Problem[];
  /** The errors that nodes wrote to their logs. */
  readonly loggedErrors?: readonly LoggedError[];
  /**
   * How many messages partitions have cut, by type; absent where the engine does not tell, or where
   * nodes sent each other nothing that could be cut.
   */
  readonly cut?: ReadonlyMap<string, number>;
  /** How long the syncs of nodes' disks took, where nodes say so. */
  readonly syncs?: Syncs;
  /** Who ran the nodes, and how far away; absent where they ran on this machine. */
  readonly ways?: readonly AgentWay[];
  /** How many operations the plan asked for, on average. Absent: it does not say. */
  readonly asked?: number;
  /** How busy the machine was; absent where time is virtual. */
  readonly noise?: Noise;
  /** Why there are no results. */
  readonly crash?: CrashReport;
  /** The folder with the run's files; absent where the engine leaves none. */
  readonly dir?: string;
}

/** What a machine does to a run besides running it. */
export interface Noise {
  /** How many cores it has. */
  readonly cores: number;
  /** How late the machine was with a timer, at most. Absent: it was not measured. */
  readonly maxLateMs?: number;
  /** Programs that wanted a core, on average over the last minute. Absent: it may not be asked. */
  readonly load?: number;
}

/** The node that a process of a run talks to. */
export function nodeOf(
  { nodes, concurrency }: Pick<RunResult, "nodes" | "concurrency">,
  process: number,
): string | undefined {
  return nodes[process % concurrency % nodes.length];
}

/** Why a run left no results. */
export interface CrashReport {
  /** In a sentence. */
  readonly text: string;
  /** What was written last on standard error: lines, oldest first. */
  readonly lastWords: readonly string[];
  /** The node that failed, where it is known. */
  readonly node?: string;
}
