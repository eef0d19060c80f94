/**
 * The simulator: a run of the workbench whose nodes live in this process and whose time is virtual.
 *
 * The same program, options and seed give the same history, byte for byte, on every machine of the
 * same Deno version.
 *
 * @module
 */
import type { Program } from "../node.ts";
import { VirtualClock } from "../workbench/clock/virtual_clock.ts";
import { type DiskOptions, diskOptionsOf } from "../workbench/faults/disks.ts";
import { Random } from "../workbench/random.ts";
import { PLAN_OPTIONS, planOf, type PlanOptions } from "../workbench/plan.ts";
import type { RunResult } from "../workbench/result.ts";
import { type Observer, run } from "../workbench/run.ts";
import type { ProgramSource } from "./program.ts";
import { ProgramHost } from "./program_host.ts";
import { VirtualGlobals } from "./virtual_globals.ts";

/**
 * Runs a program in virtual time, once. One simulation at a time: it owns the process's globals.
 *
 * Nothing in the same thread can end a program that loops without end and never lets go; whoever
 * does not trust a program simulates it in a worker and watches that, as `deno task sim` does.
 *
 * @example
 * ```ts
 * import { type Node, UniqueIds } from "@glomers/maelstrom";
 * import { simulateOnce } from "@glomers/maelstrom/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * function alwaysSeven(node: Node): void {
 *   node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
 * }
 *
 * const { results = {} } = await simulateOnce(alwaysSeven, { workload: "unique-ids", seed: 7 });
 * assertEquals(results["valid?"], false);
 * ```
 *
 * @returns What came of the run, whether it passed or not.
 * @throws {UsageError} if the options are wrong.
 * @throws {Deadlock} if the run waits for something that virtual time cannot bring.
 * @throws {RealInputOutput} if the program does input or output of its own.
 * @throws {RangeError} if a fault comes after a later one, or concerns a node that there is not.
 * @throws {Error} if a simulation is running already.
 */
export async function simulateOnce(
  program: Program | ProgramSource,
  options: PlanOptions,
  observer: SimulationObserver = {},
): Promise<RunResult> {
  const plan = { deliveryMs: PLAN_OPTIONS.deliveryMs.default, ...planOf(options) };
  return await inVirtualTime(
    program,
    plan.seed,
    ({ clock, host }) => run(plan, { clock, host, observer }),
    {
      args: plan.args,
      disk: diskOptionsOf(plan.disk ?? []),
      ...(observer.uncaught && { uncaught: observer.uncaught }),
    },
  );
}

/**
 * Watches a simulation: a run, and what its programs do inside this process.
 *
 * @experimental
 */
export interface SimulationObserver extends Observer {
  /** Called with each error that a node's program does not catch; the node keeps running. */
  readonly uncaught?: (node: string, text: string) => void;
}

let isRunning = false;

/**
 * Does something in virtual time, with a host for a program's nodes, and gives the real globals
 * back, also when it throws.
 *
 * @throws {Deadlock} if it waits for something that virtual time cannot bring.
 * @throws {Error} if time is virtual already.
 */
export async function inVirtualTime<T>(
  program: Program | ProgramSource,
  seed: number | string,
  work: (engine: { clock: VirtualClock; host: ProgramHost }) => Promise<T>,
  options: Pick<SimulationObserver, "uncaught"> & {
    readonly args?: readonly string[];
    readonly disk?: DiskOptions;
  } = {},
): Promise<T> {
  if (isRunning) {
    throw new Error("a simulation is running already: one at a time owns the process's globals");
  }
  isRunning = true;
  const clock = new VirtualClock(() => globals.leave());
  const random = new Random(seed).split("program");
  const globals = new VirtualGlobals(clock, random, options.args);
  try {
    const host = new ProgramHost(program, { clock, globals, random, ...options });
    return await clock.run(() => work({ clock, host }));
  } finally {
    globals.restore();
    isRunning = false;
  }
}
