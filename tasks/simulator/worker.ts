/**
 * Simulates one run after another, in a thread of its own: a simulation owns the globals, and one
 * that hangs can be ended from outside.
 *
 * @module
 */
import { programAt } from "../../lib/simulator/program.ts";
import { shrink } from "../../lib/simulator/shrink.ts";
import { simulate } from "../../lib/simulator/simulate.ts";
import { tracing } from "../../lib/simulator/trace.ts";
import { waysOfFailing } from "../../lib/simulator/failure.ts";
import type { Program } from "../../lib/node.ts";
import { parseTestOptions } from "../../lib/workbench/options.ts";
import type { Observer, Outcome, RunOptions } from "../../lib/workbench/run.ts";
import { summariseRun } from "../report/outcome.ts";
import type { Job, Report, Told } from "./job.ts";

/** How often it shows that the program under test lets go. */
const ALIVE_EVERY_MS = 1_000;

/** Lines sent at a time. */
const BATCH = 500;

/** What a dedicated worker's global scope has beyond what is declared for other programs. */
interface WorkerScope {
  postMessage(message: Told): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Job>) => void): void;
}

function isWorkerScope(scope: object): scope is WorkerScope {
  return "postMessage" in scope && "addEventListener" in scope;
}

async function work(job: Job, tell: (told: Told) => void): Promise<Report> {
  const program = await programAt(job.program);
  const { run } = parseTestOptions(job.argv, { simulated: true });
  const options: RunOptions = { ...run, seed: job.seed };
  if (job.shrink) return await shrunk(program, options, job, tell);
  return report(await traced(program, options, job, tell), options, job);
}

async function traced(
  program: Program,
  options: RunOptions,
  { trace }: Job,
  tell: (told: Told) => void,
): Promise<Outcome> {
  const lines: string[] = [];
  const send = () => tell({ kind: "lines", lines: lines.splice(0) });
  const observer: Observer = trace === undefined ? {} : tracing((line) => {
    if (lines.push(line) >= BATCH) send();
  }, trace);
  const outcome = await simulate(program, options, observer);
  send();
  return outcome;
}

async function shrunk(
  program: Program,
  options: RunOptions,
  job: Job,
  tell: (told: Told) => void,
): Promise<Report> {
  const small = await shrink(program, options, {
    tried: (attempts) => tell({ kind: "attempts", attempts }),
  });
  await traced(program, small.options, { ...job, trace: job.trace ?? {} }, tell);
  const { nodes, timeLimitS } = small.options;
  const words = `${small.operations} operations, ${small.faults} faults, ${nodes.length} nodes, ` +
    `${timeLimitS} s (${small.attempts} runs tried)`;
  return { ...report(small.outcome, small.options, job), shrunk: words };
}

function report(outcome: Outcome, { workload, nodes }: RunOptions, job: Job): Report {
  const { history, problems, results, stronger, crash } = outcome;
  const summary = summariseRun({
    dir: "",
    workload,
    nodeCount: nodes.length,
    history,
    problems,
    ...(results && { results }),
    ...(stronger && { stronger }),
    ...(crash && { crash: [crash.text, ...(crash.lastWords ?? [])] }),
  }, job.limits);
  return { seed: job.seed, summary, ways: waysOfFailing(outcome) };
}

const scope: object = globalThis;
if (isWorkerScope(scope)) {
  // A real timer, set before any simulation owns them: it fires between two simulated events.
  setInterval(() => scope.postMessage({ kind: "alive" }), ALIVE_EVERY_MS);
  scope.addEventListener("message", ({ data }) => {
    scope.postMessage({ kind: "alive" });
    work(data, (told) => scope.postMessage(told)).then(
      (report) => scope.postMessage({ kind: "done", report }),
      (error) => scope.postMessage({ kind: "failed", error: reasonOf(error) }),
    );
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" || error.name === "UsageError"
    ? error.message
    : error.stack ?? error.message;
}
