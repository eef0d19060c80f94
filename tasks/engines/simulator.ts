/**
 * The simulator as an engine: one run in virtual time.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import type { Limit } from "../../lib/report/limits.ts";
import type { Summary } from "../../lib/report/summary.ts";
import { SUMMARIES, type SweepContext } from "../../lib/report/sweep.ts";
import { withoutIncarnations } from "../../lib/simulator/program.ts";
import type { SimulationJob } from "../../lib/simulator/sweep/messages.ts";
import { LoadError, SimulationWorker } from "../../lib/simulator/sweep/pool.ts";
import { UsageError } from "../../lib/workbench/option.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import { CHALLENGES } from "../shared/challenges.ts";
import type { EndedRun, Reporting } from "./engine.ts";

/** A run to simulate. */
export type Job = SimulationJob<SweepContext>;

/** Simulates a plan once. */
export async function runSimulator(
  plan: Plan,
  limits: readonly Limit[],
  { signal }: Reporting,
): Promise<EndedRun> {
  using worker = new SimulationWorker<SweepContext, Summary>(SUMMARIES);
  const job = jobOf(plan, limits);
  const { summary } = await explainLoadErrors(plan, () => worker.simulate(job, {}, signal));
  return { summary };
}

/** The job that a plan makes. The programs here keep no state at their top level; others may. */
export function jobOf(plan: Plan, limits: readonly Limit[]): Job {
  const { program = "" } = plan;
  return {
    plan,
    module: pathToFileURL(resolve(program)).href,
    fresh: !CHALLENGES.some(({ node }) => resolve(node) === resolve(program)),
    context: { limits },
  };
}

/**
 * Does something with a plan's program.
 *
 * @throws {UsageError} if that cannot be loaded.
 */
export async function explainLoadErrors<T>(
  { program = "" }: Plan,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    const why = withoutIncarnations(stripVTControlCharacters(error.message))
      .replaceAll(pathToFileURL(resolve(program)).href, program);
    throw new UsageError(`cannot load ${program}: ${why}`);
  }
}
