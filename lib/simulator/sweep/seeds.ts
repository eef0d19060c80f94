/**
 * Sweeps over seeds, as a program calls them.
 *
 * @module
 */
import { UsageError } from "../../workbench/option.ts";
import { planOf, type PlanOptions } from "../../workbench/plan.ts";
import { SHOWS_IMPORTS } from "../platform.ts";
import type { SimulationJob } from "./messages.ts";
import { sweep as simulateAll } from "./pool.ts";

/** What is simulated, under which seeds, and how. */
export interface SweepOptions extends Omit<PlanOptions, "seed" | "program" | "args"> {
  /** How many runs, each with a seed of its own. */
  readonly seeds: number;
  /** The first of those seeds. Default 1. */
  readonly firstSeed?: number;
  /** How many threads simulate at a time. Default: one for each core. */
  readonly workers?: number;
  /** Whether no further run begins after one that fails. Default: all run. */
  readonly stopAtFailure?: boolean;
  /** Called with each run that has ended, in no particular order. */
  readonly ended?: (run: SweptRun) => void;
  /** Ends the sweep at once: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How a run of a sweep ended. */
export interface SweptRun {
  /** Replays it: `simulate(program, { …, seed })`. */
  readonly seed: string;
  /** Whether it passed. */
  readonly isValid: boolean;
  /** How it failed: the kinds of failure that it showed, sorted; a crash by its reason. */
  readonly signature: readonly string[];
}

/**
 * Simulates a program under many seeds, spread over the cores, and says how each run ended. Unlike
 * {@linkcode simulate} it goes on after a failure, and a run whose program loops without end is given
 * up after a minute.
 *
 * Threads share no functions, so the program is named by its module. Each incarnation of a node has
 * a fresh instance of it. This needs web workers and `--allow-read` for the module: it runs on Deno.
 *
 * @param program The URL of the module that exports the program as its default.
 *
 * @example
 * ```ts
 * import { sweep } from "@glomers/maelstrom/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * const runs = await sweep(import.meta.resolve("../../../nodes/1_echo.ts"), {
 *   workload: "echo",
 *   nodeCount: 2,
 *   faults: ["partition"],
 *   timeLimitS: 5,
 *   seeds: 20,
 * });
 * assertEquals(runs.filter(({ isValid }) => !isValid).map(({ seed }) => seed), []);
 * ```
 *
 * @returns The runs, in the order of their seeds.
 * @throws {UsageError} if the options are wrong.
 * @throws {Error} if the module does not load, or exports no program.
 */
export async function sweep(program: string | URL, options: SweepOptions): Promise<SweptRun[]> {
  const { seeds, firstSeed = 1, workers, stopAtFailure = false, ended, signal, ...plan } = options;
  for (const [name, value] of Object.entries({ seeds, workers: workers ?? 1 })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new UsageError(`${name} must be a whole number of at least 1, got ${value}`);
  }
  if (!SHOWS_IMPORTS || !("Worker" in globalThis)) {
    throw new Error("a sweep needs Deno, which has web workers and shows what modules import");
  }
  const runs: SweptRun[] = [];
  await simulateAll<undefined, boolean>({
    jobs: jobsOf(new URL(program).href, plan, seeds, firstSeed),
    summaries: {
      worker: new URL("./seeds_worker.ts", import.meta.url),
      crashed: () => false,
    },
    ended: ({ seed, summary: isValid, signature }) => {
      const run = { seed, isValid, signature };
      runs.push(run);
      ended?.(run);
    },
    enough: () => stopAtFailure && runs.some(({ isValid }) => !isValid),
    ...(workers !== undefined && { workers }),
    ...(signal && { signal }),
  });
  return runs.sort((a, b) => Number(a.seed) - Number(b.seed));
}

function* jobsOf(
  module: string,
  plan: PlanOptions,
  seeds: number,
  firstSeed: number,
): Generator<SimulationJob<undefined>> {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    yield { plan: planOf({ ...plan, seed }), module, fresh: true, context: undefined };
  }
}
