/**
 * The simulator: a run of the workbench whose nodes live in this process and whose time is virtual.
 *
 * The same program, options and seed give the same history, byte for byte.
 *
 * @module
 */
import type { Program } from "../node.ts";
import { VirtualClock } from "../workbench/clock.ts";
import { Random } from "../workbench/random.ts";
import { type Observer, type Outcome, run, type RunOptions } from "../workbench/run.ts";
import { ProgramHost } from "./program_host.ts";
import { VirtualGlobals } from "./virtual_globals.ts";

/** Runs a program in virtual time. One simulation at a time: it owns the process's globals. */
export async function simulate(
  program: Program,
  options: RunOptions,
  observer: Observer = {},
): Promise<Outcome> {
  const clock = new VirtualClock();
  const random = new Random(options.seed).split("program");
  const globals = new VirtualGlobals(clock, random);
  try {
    const host = new ProgramHost(program, globals, random);
    return await clock.run(() => run(options, { clock, host, observer }));
  } finally {
    globals.restore();
  }
}
