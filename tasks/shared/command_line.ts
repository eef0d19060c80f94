/**
 * What the tasks' command lines have in common: a task's own options, apart from those of a run, and
 * the exit status.
 *
 * @module
 */
import { UsageError } from "../../lib/workbench/command_line.ts";
import { versionProblem } from "./deno_version.ts";
import { RUNS } from "../engines/engine.ts";
import { INTERRUPTED } from "./interrupt.ts";
import { EXIT_STATUS } from "../../lib/report/summary.ts";
import { grouped } from "../../lib/report/text.ts";

/** Status of a task that was interrupted, as a shell has it. */
export const INTERRUPTED_STATUS = 130;
/** Status of a task that was called with wrong arguments, as Maelstrom has it. */
export const USAGE_STATUS = 254;

/** Options of a task, as they stand on the command line: `--json`. */
export interface OwnOptions {
  /** Options without a value. */
  readonly flags: readonly string[];
  /** Options with one, as `--runs 3` or `--runs=3`. */
  readonly values: readonly string[];
  /** Those of them whose values add up, with commas between them; of others the last counts. */
  readonly lists?: readonly string[];
}

/**
 * Takes a task's own options out of its arguments. A flag that was given has the value "true"; what
 * stands behind `--` is never the task's.
 *
 * @throws {UsageError} if a value is missing, or given where none belongs.
 */
export function splitOptions(
  argv: readonly string[],
  { flags, values, lists = [] }: OwnOptions,
): { own: ReadonlyMap<string, string>; rest: string[] } {
  const own = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") return { own, rest: [...rest, ...argv.slice(i)] };
    const [name = "", inline] = word.split(/=(.*)/, 2);
    if (flags.includes(name)) {
      if (inline !== undefined) throw new UsageError(`${name} takes no value, got "${inline}"`);
      own.set(name, "true");
    } else if (values.includes(name)) {
      const value = inline ?? argv[++i];
      if (value === undefined || (inline === undefined && value.startsWith("--"))) {
        throw new UsageError(`${name} needs a value`);
      }
      const before = lists.includes(name) ? own.get(name) : undefined;
      own.set(name, before === undefined ? value : `${before},${value}`);
    } else rest.push(word);
  }
  return { own, rest };
}

/**
 * The whole number that an option's text is.
 *
 * @throws {UsageError} if it is none, too small or too large.
 */
export function wholeNumber(
  name: string,
  text: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  const whole = /^\d+$/.test(text);
  if (whole && value >= least && value <= most) return value;
  const bound = whole && value > most ? `at most ${grouped(most)}` : `at least ${least}`;
  throw new UsageError(`${name} must be a whole number of ${bound}, got "${text}"`);
}

/** Runs a task and ends the process with its exit status: why, if it failed, in a sentence. */
export async function conclude(task: string, work: () => Promise<number>): Promise<never> {
  try {
    const problem = versionProblem();
    if (problem !== undefined) throw new UsageError(problem);
    Deno.exit(await work());
  } catch (error) {
    if (error === INTERRUPTED) {
      console.error(
        `\nInterrupted; nothing is left running, what there is lies in ${RUNS}/latest.`,
      );
      Deno.exit(INTERRUPTED_STATUS);
    }
    if (error instanceof UsageError) {
      const { message } = error;
      console.error(`deno task ${task}: ${message}${/[.!?]$/.test(message) ? "" : "."}`);
      Deno.exit(USAGE_STATUS);
    }
    console.error(error);
    Deno.exit(EXIT_STATUS.crash);
  }
}
