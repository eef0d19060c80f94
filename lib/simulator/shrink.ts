/**
 * Makes a failing run small: fewer operations, faults, clients and nodes, a shorter time, a simpler
 * network, as long as it still shows the worst kind of failure of the whole run: a lost update does
 * not become a stale read. Of other kinds it may show fewer, or more.
 *
 * @module
 */
import type { Program } from "../node.ts";
import type { ProgramSource } from "./program.ts";
import { type Plan, planOf, type PlanOptions } from "../workbench/plan.ts";
import type { RunResult } from "../workbench/result.ts";
import { failureKinds, failureSignature } from "./failure.ts";
import { makeSmall, type Outcome, writeDown } from "./make_small.ts";
import { simulateOnce } from "./simulate_once.ts";

/** A run made small. */
export interface Shrunk {
  /** The smallest run found that fails by what is worst in the whole run. */
  readonly plan: Plan;
  /** What came of that run. */
  readonly result: RunResult;
  /** The kinds of failure that it shows: the worst of the whole run is among them. */
  readonly signature: readonly string[];
  /** The kinds of failure that the whole run shows. */
  readonly wholeSignature: readonly string[];
  /** How many runs were tried. */
  readonly attempts: number;
  /** How many operations it has. */
  readonly operations: number;
  /** How many faults it has. */
  readonly faults: number;
}

/** How far shrinking goes. */
export interface ShrinkOptions {
  /** Bound on the runs that are tried. Default 500. */
  readonly maxAttempts?: number;
  /** Called with the number of runs tried so far, before each. */
  readonly tried?: (attempts: number) => void;
}

/** A run of this thread. */
interface OwnOutcome extends Outcome {
  readonly result: RunResult;
}

/**
 * Shrinks a failing run.
 *
 * @example
 * ```ts
 * import { type Node, UniqueIds } from "@glomers/maelstrom";
 * import { shrink } from "@glomers/maelstrom/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * function alwaysSeven(node: Node): void {
 *   node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
 * }
 *
 * const { operations, faults } = await shrink(alwaysSeven, { workload: "unique-ids" });
 * assertEquals([operations, faults], [2, 0]);
 * ```
 *
 * @throws {Error} if the run does not fail.
 */
export async function shrink(
  program: Program | ProgramSource,
  options: PlanOptions,
  { maxAttempts = 500, tried = () => {} }: ShrinkOptions = {},
): Promise<Shrunk> {
  const plan = planOf(options);
  const outcomeOf = (result: RunResult): OwnOutcome => ({ kinds: failureKinds(result), result });
  const written = await writeDown(plan, (observer) => simulateOnce(program, plan, observer));
  const first = { plan: written.plan, outcome: outcomeOf(written.result) };
  if (first.outcome.kinds.length === 0) {
    throw new Error(`the run with seed ${plan.seed} does not fail`);
  }
  const { best, attempts } = await makeSmall(first, {
    simulate: async (plan) => outcomeOf(await simulateOnce(program, plan)),
    maxAttempts,
    tried,
  });
  return {
    // Written down, a run may get over what made it fail: then it stays as it was.
    plan: best === first ? plan : best.plan,
    result: best.outcome.result,
    signature: failureSignature(best.outcome.result),
    wholeSignature: failureSignature(first.outcome.result),
    attempts,
    operations: best.plan.operations.length,
    faults: best.plan.faults.length,
  };
}
