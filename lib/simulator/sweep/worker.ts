/**
 * Simulates one run after another, in a thread of its own: a simulation owns the globals, and one
 * that hangs can be ended from outside.
 *
 * @module
 */
import { checkImports, loadPerIncarnation, loadProgram, type ProgramSource } from "../program.ts";
import { shrink } from "../shrink.ts";
import { simulate } from "../simulate.ts";
import { type TraceFilter, transcribe } from "../trace.ts";
import { failureSignature } from "../failure.ts";
import type { Program } from "../../node.ts";
import { pluralize } from "../../checkers/format.ts";
import { parseTestOptions } from "../../workbench/command_line.ts";
import type { RunResult } from "../../workbench/result.ts";
import type { Phase, RunOptions } from "../../workbench/run.ts";
import { summariseRun } from "../../report/summary.ts";
import type { Job, Report, Told } from "./job.ts";

/** How often it shows that the program under test lets go. */
const ALIVE_EVERY_MS = 1_000;

/** What a dedicated worker's global scope has beyond what is declared for other programs. */
interface WorkerScope {
  postMessage(message: Told): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Job>) => void): void;
}

function isWorkerScope(scope: object): scope is WorkerScope {
  return "postMessage" in scope && "addEventListener" in scope;
}

async function work(job: Job, tell: (told: Told) => void): Promise<Report> {
  const loaded = await loadedFrom(job); // complains before anything starts
  const program = job.anew ? loadPerIncarnation(job.program) : loaded;
  const { run } = parseTestOptions(job.argv, { simulated: true });
  const options: RunOptions = { ...run, seed: job.seed };
  const trace = job.shrink ? undefined : job.trace; // of the small run then
  const { outcome, uncaught } = await traced(program, options, trace, tell);
  const [first] = uncaught;
  const whole = {
    ...report(outcome, job),
    ...(first !== undefined && { uncaught: { count: uncaught.length, first } }),
  };
  // What fails in no way that a smaller run could fail in, stays as it was.
  return job.shrink && whole.ways.length > 0 ? await shrunk(program, options, job, tell) : whole;
}

/** Why a module is no program: what its import was rejected with. */
class Unloadable extends Error {
  constructor(override readonly cause: unknown) {
    super("the module is no program");
  }
}

/** Modules that were looked through, which need not be for each seed. */
const ownable = new Set<string>();

async function loadedFrom({ program: url, anew = false }: Job): Promise<Program> {
  try {
    const program = await loadProgram(url);
    if (anew && !ownable.has(url)) await checkImports(url); // the challenges here are known to be
    ownable.add(url);
    return program;
  } catch (error) {
    throw new Unloadable(error);
  }
}

async function traced(
  program: Program | ProgramSource,
  options: RunOptions,
  trace: TraceFilter | undefined,
  tell: (told: Told) => void,
): Promise<{ outcome: RunResult; uncaught: readonly string[] }> {
  // Line by line: if the program then loops without end, the last one says at what.
  const transcript = trace && transcribe((line) => tell({ kind: "lines", lines: [line] }), trace);
  const phase = (phase: Phase) => {
    tell({ kind: "phase", phase });
    transcript?.phase?.(phase);
  };
  const errors: string[] = [];
  const uncaught = (node: string, text: string) => {
    const [firstLine] = text.split("\n", 1);
    errors.push(`${node}: ${firstLine}`);
  };
  try {
    const outcome = await simulate(program, options, { ...transcript, phase, uncaught });
    return { outcome, uncaught: errors };
  } finally {
    transcript?.end();
  }
}

async function shrunk(
  program: Program | ProgramSource,
  options: RunOptions,
  job: Job,
  tell: (told: Told) => void,
): Promise<Report> {
  const small = await shrink(program, options, {
    tried: (attempts) => tell({ kind: "attempts", attempts }),
  });
  await traced(program, small.options, job.trace ?? {}, tell);
  const { nodes, timeLimitS, imperfections } = small.options;
  const { loss = 0, duplication = 0 } = imperfections ?? {};
  const chance = loss + duplication > 0 ? " beside lost or repeated messages" : "";
  const words = [
    pluralize(small.operations, "operation"),
    pluralize(small.faults, "fault") + chance,
    pluralize(nodes.length, "node"),
    `${timeLimitS} s (${pluralize(small.attempts, "run")} tried)`,
  ].join(", ");
  return { ...report(small.outcome, job), shrunk: words };
}

function report(outcome: RunResult, job: Job): Report {
  const { finalStates, crash } = outcome;
  const summary = summariseRun(outcome, job.limits);
  const wrongBeyond = finalStates?.["valid?"] === false;
  const ways = failureSignature(outcome);
  return { seed: job.seed, summary, ways, wrongBeyond, ...(crash && { crash: crash.text }) };
}

const scope: object = globalThis;
if (isWorkerScope(scope)) {
  // A real timer, set before any simulation owns them: it fires between two simulated events.
  setInterval(() => scope.postMessage({ kind: "alive" }), ALIVE_EVERY_MS);
  scope.addEventListener("message", ({ data }) => {
    scope.postMessage({ kind: "alive" });
    work(data, (told) => scope.postMessage(told)).then(
      (report) => scope.postMessage({ kind: "done", report }),
      (error) => scope.postMessage(failureOf(error, data.program)),
    );
  });
}

function failureOf(error: unknown, program: string): Told {
  if (error instanceof Unloadable) {
    return { kind: "unloadable", why: reasonOf(error.cause, [program]) };
  }
  // Where the program is not to blame, the simulator may be.
  const internal = error instanceof TypeError || error instanceof ReferenceError;
  return { kind: "failed", why: reasonOf(error, [program, ...(internal ? [""] : [])]) };
}

/** What an error says, and where that was: in the first of the places that its stack names. */
function reasonOf(error: unknown, places: readonly string[]): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const { message, stack = "" } = error;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const [where] = places.flatMap((place) => frames.find((line) => line.includes(place)) ?? []);
  const told = where === undefined || message.includes(where.trim());
  return [message, ...(told ? [] : [where.trim()])];
}
