/**
 * Runs whose nodes are processes, in real time: any executable, in any language.
 *
 * @module
 */
import { RUN_FOLDER } from "../folder.ts";
import { RealClock } from "./clock/real_clock.ts";
import { ProcessHost } from "./hosts/process.ts";
import { UsageError } from "./option.ts";
import { planOf, type PlanOptions } from "./plan.ts";
import type { RunResult } from "./result.ts";
import { type Observer, run } from "./run.ts";

/** What a run takes beyond its plan. */
export interface ProcessRunOptions {
  /** Ends the run early: it rejects with the signal's reason, its nodes stopped. */
  readonly signal?: AbortSignal;
  /** Watches the run as it happens. Default: nobody does. */
  readonly observer?: Observer;
  /** A fresh folder, an absolute path, in which nodes keep journals. Default: they keep none. */
  readonly journals?: string;
}

/**
 * Runs a plan against processes of its `program`, and checks what their clients saw. Nothing is
 * stored. It needs `--allow-run`, `--allow-read` (of the program) and `--allow-env=PATH,TMPDIR`.
 *
 * @example
 * ```ts
 * import { run } from "@glomers/maelstrom/workbench";
 * import { assertEquals } from "@std/assert";
 *
 * const { results } = await run(
 *   { workload: "echo", program: "nodes/1_echo.ts", nodeCount: 1, timeLimitS: 1 },
 *   { signal: AbortSignal.timeout(60_000) },
 * );
 * assertEquals(results?.["valid?"], true);
 * ```
 *
 * @returns What came of the run, whether it passed or not.
 * @throws {UsageError} if the plan is wrong, or names no program.
 * @throws {Deno.errors.NotFound} if there is no such program.
 * @throws {Error} on Node.js and Bun.
 */
export async function runProcesses(
  options: PlanOptions,
  { signal, observer, journals }: ProcessRunOptions = {},
): Promise<RunResult> {
  if (!("Deno" in globalThis)) {
    throw new Error(
      "run starts processes through Deno; elsewhere, npx glomers test brings it along",
    );
  }
  const plan = planOf(options);
  const { program, args } = plan;
  if (program === undefined) throw new UsageError("program is missing: the node's executable");
  return await run(plan, {
    clock: new RealClock(),
    host: new ProcessHost({ bin: program, args, env: journals ? { [RUN_FOLDER]: journals } : {} }),
    ...(signal && { signal }),
    ...(observer && { observer }),
  });
}
