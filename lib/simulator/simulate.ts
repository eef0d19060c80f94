/**
 * Simulations as a test states them: a program passes under every seed, or an error shows the
 * smallest run found in which it does not.
 *
 * @module
 */
import { pluralize } from "../checkers/format.ts";
import { reasonOf } from "../message.ts";
import type { Program } from "../node.ts";
import { UsageError } from "../workbench/option.ts";
import { type Plan, planOf, type PlanOptions } from "../workbench/plan.ts";
import type { RunResult } from "../workbench/result.ts";
import { differenceOf, failureSignature } from "./failure.ts";
import type { ProgramSource } from "./program.ts";
import { shrink } from "./shrink.ts";
import { simulateOnce, type SimulationObserver } from "./simulate_once.ts";
import { transcribe } from "./trace.ts";

/** What is simulated, and how often. */
export interface SimulateOptions extends PlanOptions {
  /** How many runs, each with a seed of its own. Excludes `seed`. Default: one run. */
  readonly seeds?: number;
  /** The first of those seeds. Default 1. */
  readonly firstSeed?: number;
  /** Most runs that are tried to make a failing one small; 0 leaves it as it is. Default 500. */
  readonly shrinkAttempts?: number;
  /** Ends the simulation between two runs, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program in virtual time, under one seed or many, and checks what its clients saw.
 *
 * One simulation at a time: it owns the process's globals. Nothing in the same thread can end a
 * program that loops without end and never lets go. Runs share what a program keeps outside its
 * function; a {@linkcode ProgramSource} gives each incarnation of a node a program of its own.
 *
 * Whatever the options leave out stands at its default: five nodes, five operations a second for a
 * minute, a network without latency or faults, seed 1 (see {@linkcode PlanOptions}). Faults come and
 * go by chance if they are named by kind, and strike exactly when it says if they are written down.
 *
 * @example A program that passes under every seed
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { simulate } from "@glomers/maelstrom/simulator";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * await simulate(echo, { workload: "echo", nodeCount: 3, faults: ["partition"], seeds: 5 });
 * ```
 *
 * @example Faults at exact times
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { simulate } from "@glomers/maelstrom/simulator";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * const { history } = await simulate(echo, {
 *   workload: "echo",
 *   nodeCount: 2,
 *   timeLimitS: 10,
 *   faults: [{ timeS: 1, f: "kill", nodes: ["n1"] }, { timeS: 3, f: "start", nodes: ["n1"] }],
 * });
 * console.log(history.length);
 * ```
 *
 * @returns The result of the last run.
 * @throws {SimulationFailure} for the first run that fails: with its seed, and made small.
 * @throws {UsageError} if the options are wrong.
 * @throws {Deadlock} if the run waits for something that virtual time cannot bring.
 * @throws {RealInputOutput} if the program does input or output of its own.
 */
export async function simulate(
  program: Program | ProgramSource,
  options: SimulateOptions,
  observer: SimulationObserver = {},
): Promise<RunResult> {
  const { seeds = 1, firstSeed = 1, shrinkAttempts, signal, ...plan } = options;
  checkCounts(options);
  let passed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const seeded = options.seeds === undefined ? plan : { ...plan, seed: firstSeed + passed };
    const result = await simulateOnce(program, seeded, observer);
    const signature = failureSignature(result);
    if (signature.length > 0) {
      const small = await makeSmall(program, { options: seeded, result, shrinkAttempts });
      throw new SimulationFailure({ ...small, options: seeded, passed, signature });
    }
    if (++passed >= seeds) return result;
  }
}

function checkCounts({ seeds, firstSeed, seed, shrinkAttempts }: SimulateOptions): void {
  for (const [name, value, min] of [["seeds", seeds, 1], ["shrinkAttempts", shrinkAttempts, 0]]) {
    if (value === undefined || Number.isInteger(value) && Number(value) >= Number(min)) continue;
    throw new UsageError(`${name} must be a whole number of at least ${min}, got ${value}`);
  }
  if (seeds === undefined && firstSeed !== undefined) {
    throw new UsageError("firstSeed has no use without seeds");
  }
  if (seeds !== undefined && seed !== undefined) {
    throw new UsageError("seed and seeds exclude each other; firstSeed says where seeds begin");
  }
}

/** Within how much more than the latency a delivery takes nobody by surprise. */
const PROMPT_MS = 1;

/** A failing run, as small as it was made. */
interface Small {
  readonly plan: Plan;
  readonly result: RunResult;
  /** How small, or why it is not, in words. */
  readonly size: string;
  readonly transcript: readonly string[];
}

async function makeSmall(
  program: Program | ProgramSource,
  { options, result, shrinkAttempts }: {
    readonly options: PlanOptions;
    readonly result: RunResult;
    readonly shrinkAttempts: number | undefined;
  },
): Promise<Small> {
  const small = await tryToShrink(program, options, shrinkAttempts);
  const { plan } = small;
  const transcript: string[] = [];
  // Deliveries that come when they should are left out: the sending says enough.
  const promptMs = plan.latencyMs + PROMPT_MS;
  const transcriber = transcribe((line) => transcript.push(line), { promptMs });
  try {
    return { result: await simulateOnce(program, plan, transcriber), ...small, transcript };
  } catch (error) {
    return { result, plan, size: `no transcript: ${reasonOf(error)}`, transcript };
  } finally {
    transcriber.end();
  }
}

/** Shrinks a run. A program that does not repeat itself cannot be shrunk: the words say so. */
async function tryToShrink(
  program: Program | ProgramSource,
  options: PlanOptions,
  maxAttempts: number | undefined,
): Promise<Pick<Small, "plan" | "size">> {
  if (maxAttempts === 0) return { plan: planOf(options), size: "not made small" };
  try {
    const bound = maxAttempts === undefined ? {} : { maxAttempts };
    const small = await shrink(program, options, bound);
    const { plan, operations, faults, attempts, signature } = small;
    const { nodes, timeLimitS } = plan;
    const sizes = [
      pluralize(operations, "operation"),
      pluralize(faults, "fault"),
      pluralize(nodes.length, "node"),
    ];
    const tried = pluralize(attempts, "run");
    const size = `${sizes.join(", ")}, ${timeLimitS} s (${tried} tried)`;
    return { plan, size: `made small: ${size}${differenceOf(small, signature)}` };
  } catch (error) {
    return { plan: planOf(options), size: `not made small: ${reasonOf(error)}` };
  }
}

/** Lines of a transcript that an error's text holds; its field has all. */
const SHOWN_LINES = 100;

/**
 * A simulated run that failed. Its text has everything that a test's report should show: the seed,
 * the call that replays the run, and the transcript of the smallest run found that fails alike.
 *
 * @example
 * ```ts
 * import { type Node, UniqueIds } from "@glomers/maelstrom";
 * import { simulate, SimulationFailure } from "@glomers/maelstrom/simulator";
 * import { assert, assertRejects } from "@std/assert";
 *
 * function alwaysSeven(node: Node): void {
 *   node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
 * }
 *
 * const failure = await assertRejects(
 *   () => simulate(alwaysSeven, { workload: "unique-ids", seeds: 10 }),
 *   SimulationFailure,
 * );
 * assert(failure.signature.includes("duplicated"));
 * console.log(failure.replay, failure.transcript.join("\n"));
 * ```
 */
export class SimulationFailure extends Error {
  /** `"SimulationFailure"`. */
  override readonly name = "SimulationFailure";
  /** The seed of the run that failed. */
  readonly seed: string;
  /** How it failed: the kinds of failure that it showed, sorted. */
  readonly signature: readonly string[];
  /** The call that replays the run, as TypeScript. */
  readonly replay: string;
  /** The smallest run found that fails in the same way. */
  readonly plan: Plan;
  /** What came of that run. */
  readonly result: RunResult;
  /** The transcript of that run. */
  readonly transcript: readonly string[];

  /** A failure is made by {@linkcode simulate}. */
  constructor({ options, passed, signature, plan, result, size, transcript }: Failed) {
    const { seed } = planOf(options);
    const replay = `await simulate(program, ${literal(options)})`;
    const rest = transcript.length - SHOWN_LINES;
    const lines = [
      `fails by ${signature.join(", ")} (seed ${seed}` +
      `${passed > 0 ? `, after ${pluralize(passed, "seed")} that passed` : ""})`,
      `replay: ${replay}`,
      size,
      ...transcript.slice(0, SHOWN_LINES),
      ...(rest > 0 ? [`… and ${pluralize(rest, "line")} more`] : []),
    ];
    super(lines.join("\n"));
    this.seed = seed;
    this.signature = signature;
    this.replay = replay;
    this.plan = plan;
    this.result = result;
    this.transcript = transcript;
  }
}

/** What a failure is made of. */
interface Failed extends Small {
  readonly options: PlanOptions;
  /** How many seeds passed before. */
  readonly passed: number;
  readonly signature: readonly string[];
}

/** A plain value as TypeScript writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const named = (name: string) => /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return `{ ${fields.map(([name, field]) => `${named(name)}: ${literal(field)}`).join(", ")} }`;
}
