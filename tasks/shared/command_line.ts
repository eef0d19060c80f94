/**
 * What the tasks' command lines have in common: files that options name, options of several tasks,
 * and the exit status.
 *
 * @module
 */
import { reasonOf } from "../../lib/message.ts";
import { printable } from "../../lib/checkers/format.ts";
import { NatsError, SERVER_OPTIONS } from "../../lib/nats/server.ts";
import { EXIT_STATUS } from "../../lib/report/summary.ts";
import {
  type Arguments,
  type Command,
  parseArguments,
  TEST_OPTIONS,
} from "../../lib/workbench/command_line.ts";
import {
  ENGINES,
  oneOf,
  type Options,
  PROCESSES,
  text,
  UsageError,
  type Values,
} from "../../lib/workbench/option.ts";
import { UnwritableFile } from "../../lib/workbench/store/writer.ts";
import { type Reporting, RUNS } from "../engines/engine.ts";
import { versionProblem } from "./deno_version.ts";
import { INTERRUPTED } from "./interrupt.ts";
import { reportUsage } from "./reporters.ts";

/** Status of a task that was interrupted, as a shell has it. */
export const INTERRUPTED_STATUS = 130;
/** Status of a task that was called with wrong arguments, as Maelstrom has it. */
export const USAGE_STATUS = 254;

/** The option that chooses an engine. */
export const ENGINE = {
  engine: {
    kind: oneOf(ENGINES),
    value: "NAME",
    help: `${ENGINES.join(", ")}; default Maelstrom where it is installed, else the workbench`,
  },
} as const satisfies Options;

const { "test-count": _, ...logging } = TEST_OPTIONS;

/** Maelstrom's options that show more of a run. */
export const LOGGING = logging satisfies Options;

/** How a run is reported that was asked for with {@linkcode LOGGING} and {@linkcode OUT}. */
export function reportingOf(
  own: Values<typeof LOGGING & typeof OUT>,
  { quiet, signal }: Pick<Reporting, "quiet" | "signal">,
): Reporting {
  return {
    quiet,
    signal,
    ...(own.out !== undefined && { out: own.out }),
    logStderr: own["log-stderr"],
    logNetSend: own["log-net-send"],
    logNetRecv: own["log-net-recv"],
  };
}

/** The options by which agents on other machines run the nodes. */
export const AGENTS = {
  ...SERVER_OPTIONS,
  on: {
    ...SERVER_OPTIONS.on,
    help: "let the agents of a NATS server run the nodes; tls://HOST encrypts",
  },
} as const satisfies Options;

/** Where files go. */
export const OUT = {
  out: {
    kind: text,
    value: "DIR",
    help: `the folder for runs' files; default ${RUNS}`,
    engines: PROCESSES,
  },
} as const satisfies Options;

/**
 * Reads a task's arguments, and the files that they name.
 *
 * @throws {UsageError} if they are wrong.
 */
export function readArguments<const O extends Options>(
  argv: readonly string[],
  command: Command<O>,
): Arguments<O> {
  const { nodesFile, run, ...others } = parseArguments(argv, command);
  others.notes.forEach(note);
  if (nodesFile === undefined) return { run, ...others };
  return { run: { ...run, nodes: [...run.nodes ?? [], ...readNames(nodesFile)] }, ...others };
}

function readNames(file: string): string[] {
  try {
    return Deno.readTextFileSync(file).split("\n").map((name) => name.trim())
      .filter((name) => name !== "");
  } catch (error) {
    throw new UsageError(`--nodes-file: ${reasonOf(error)}`);
  }
}

const noted = new Set<string>();

/** Says on standard error, once, that something that was asked for has no effect. */
export function note(clause: string): void {
  if (!noted.has(clause)) console.error(`Note: ${clause}.`);
  noted.add(clause);
}

/** A seed for a run that is given none. */
export function drawSeed(): string {
  return String(Math.floor(Math.random() * 2 ** 32));
}

/**
 * Does a command's work and ends the process with its exit status: why, if it failed, in a sentence
 * behind the call.
 *
 * @param argv What was called, if it may ask for a report to programs.
 */
export async function conclude(
  call: string,
  work: () => Promise<number>,
  argv: readonly string[] = [],
): Promise<never> {
  try {
    const problem = versionProblem();
    if (problem !== undefined) throw new UsageError(problem);
    Deno.exit(await work());
  } catch (error) {
    if (error === INTERRUPTED) {
      console.error("\nInterrupted; nothing is left running, and what the run has written stays.");
      Deno.exit(INTERRUPTED_STATUS);
    }
    const isUsage = error instanceof UsageError || error instanceof Deno.errors.NotCapable;
    const isRefusal = error instanceof UnwritableFile || error instanceof NatsError;
    if (isUsage || isRefusal || isSystemError(error)) {
      const message = printable(error.message);
      console.error(`${call}: ${message}${/[.!?]$/.test(message) ? "" : "."}`);
      if (isUsage) reportUsage(argv, message);
      Deno.exit(isUsage ? USAGE_STATUS : EXIT_STATUS.crash);
    }
    console.error(error);
    Deno.exit(EXIT_STATUS.crash);
  }
}

/** Whether the operating system refused something: a full disk, a file that cannot be written. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code));
}
