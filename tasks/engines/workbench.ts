/**
 * The workbench as an engine: real processes, judged as Maelstrom would.
 *
 * @module
 */
import { RUN_FOLDER } from "../../lib/folder.ts";
import { RealClock } from "../../lib/workbench/clock/real_clock.ts";
import { printable } from "../../lib/checkers/format.ts";
import { isEdnObject, printEdn } from "../../lib/history/edn.ts";
import { describeError, reasonOf } from "../../lib/message.ts";
import { NS_PER_MS, NS_PER_S, type Op, opToEdn } from "../../lib/history/operations.ts";
import type { Fault } from "../../lib/workbench/faults/kinds.ts";
import { describeGrudge } from "../../lib/workbench/faults/partitions.ts";
import { ProcessHost } from "../../lib/workbench/hosts/process.ts";
import type { Server } from "../../lib/nats/server.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import {
  type Gauge,
  type Observer,
  observeTogether,
  type Phase,
  run,
} from "../../lib/workbench/run.ts";
import { type MessageRecorder, recordMessages } from "../../lib/workbench/message_recorder.ts";
import type { CrashReport, RunResult } from "../../lib/workbench/result.ts";
import { CONDUCT_FILE, printConduct } from "../../lib/workbench/store/conduct_file.ts";
import { planToEdn, writePlan } from "../../lib/workbench/store/plan_file.ts";
import { ProgressFile } from "../../lib/workbench/store/progress_file.ts";
import { RunFolder, UnwritableFile } from "../../lib/workbench/store/writer.ts";
import { renderProblem } from "../../lib/report/problems.ts";
import { showProgress } from "../../lib/report/progress.ts";
import type { Limit } from "../../lib/report/limits.ts";
import { writeLimits } from "../../lib/report/limits_file.ts";
import { ProgressRecorder } from "../../lib/report/runs/progress.ts";
import { summariseRun, type Summary } from "../../lib/report/summary.ts";
import { detectStyle } from "../../lib/report/text.ts";
import { PAGE_FILE, pageOf } from "../shared/page.ts";
import { keepRecord } from "../shared/record.ts";
import { measureLoad } from "../shared/machine.ts";
import { type EndedRun, type Reporting, RUNS } from "./engine.ts";

/** How often it is written down how a run is going. */
const READING_MS = 1_000;

/** What phases are called on the progress line. */
const PHASES: Readonly<Record<Phase, string>> = {
  starting: "starting nodes",
  running: "running",
  recovering: "10 s of rest before the last operations",
  final: "final operations",
  comparing: "comparing what nodes hold",
  stopping: "stopping nodes",
  checking: "checking",
};

/** How a run takes place: on this machine, or on the agents of a server. */
interface WorkbenchReporting extends Reporting {
  readonly server?: Server;
}

/** Runs a plan once, with processes as its nodes. */
export async function runWorkbench(
  plan: Plan,
  limits: readonly Limit[],
  { server, ...reporting }: WorkbenchReporting,
): Promise<EndedRun> {
  const { program = "", args, timeLimitS } = plan;
  await using agents = server && await openAgents(plan, server);
  const folder = RunFolder.create(reporting.out ?? RUNS, plan.workload);
  const dir = folder.path;
  folder.writeMap("test", planToEdn(plan));
  writePlan(dir, plan);
  writeLimits(dir, limits);
  using live = ProgressFile.open(dir);
  const readings = new ProgressRecorder((reading) => live.write(JSON.stringify(reading)));
  const reading = setInterval(() => {
    readings.read();
    flush(folder);
  }, READING_MS);
  const watch = new Watching(folder, reporting);
  const journal = recordMessages((block) => folder.writeMessages(block));
  const progress = reporting.quiet ? undefined : showProgress(timeLimitS, () => watch.reading());
  let result: RunResult;
  const clock = new RealClock();
  try {
    result = await run(plan, {
      clock,
      host: agents?.host ??
        new ProcessHost({ bin: program, args, env: { [RUN_FOLDER]: Deno.realPathSync(dir) } }),
      observer: observeTogether([watch.observer, journal.observer, readings.observer]),
      signal: reporting.signal,
      explainFailure,
    });
    result = keep(folder, result, journal);
  } finally {
    clearInterval(reading);
    await progress?.stop();
    folder.close();
  }
  const noise = { ...measureLoad(), maxLateMs: clock.maxLateNs / NS_PER_MS };
  const measured = { ...result, dir, noise };
  const summary = summariseRun(measured, limits);
  const { challenge } = reporting;
  tell(folder, measured);
  keepRecord(dir, { plan, engine: "workbench", challenge, summary, history: result.history });
  return { dir, summary, writePage: () => writePage(folder, measured, { plan, summary }) };
}

/** The agents of a server, ready to run a plan's nodes. Disposing of them hangs up. */
async function openAgents({ program = "", args, nodes }: Plan, server: Server) {
  const { connectTo } = await import("../../lib/nats/connection.ts");
  const { NatsHost } = await import("../../lib/nats/host.ts");
  const say = (sentence: string) => console.error(`${CLEAR_LINE}The run ${sentence}.`);
  const connection = await connectTo(server, { say, name: "glomers workbench" });
  const close = () => connection.close();
  try {
    const host = await NatsHost.open(connection, { program, args, nodes });
    return { host, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Writes the operations that wait for others; where that fails, the next one ends the run. */
function flush(folder: RunFolder): void {
  try {
    folder.flush();
  } catch (error) {
    if (!(error instanceof UnwritableFile)) throw error;
  }
}

/** Writes how nodes and machine did; a run that cannot be told has come to its end all the same. */
function tell(folder: RunFolder, result: RunResult): void {
  try {
    folder.writeText(CONDUCT_FILE, printConduct(result));
  } catch (error) {
    if (!(error instanceof UnwritableFile)) throw error;
  }
}

function writePage(
  folder: RunFolder,
  result: RunResult,
  { plan, summary }: { readonly plan: Plan; readonly summary: Summary },
): string | undefined {
  const dir = folder.path;
  try {
    folder.writeText(
      PAGE_FILE,
      pageOf(result, { summary, ran: { plan, engine: "workbench" }, dir }),
    );
    return `${dir}/${PAGE_FILE}`;
  } catch (error) {
    if (!(error instanceof UnwritableFile)) throw error;
    // After a crash for the same reason there is nothing to add.
    if (summary.ending !== "crash") console.error(`There is no page: ${error.message}.`);
    return undefined;
  }
}

/** Writes what came of a run. What cannot be kept did not come to its end. */
function keep(folder: RunFolder, result: RunResult, journal: MessageRecorder): RunResult {
  try {
    journal.end();
    folder.writeOutcome(result, drawingsOf(result));
    return result;
  } catch (error) {
    const { results: _, ...rest } = result;
    return { ...rest, crash: explainFailure(error) };
  }
}

function drawingsOf({ results, workload }: RunResult): ReadonlyMap<string, string> {
  const { workload: judged } = results ?? {};
  return isEdnObject(judged) && workload.draw?.(judged) || new Map();
}

/** Why a run crashed whose nodes are not to blame. */
function explainFailure(error: unknown): CrashReport {
  if (error instanceof UnwritableFile) return { text: `${error.message}.`, lastWords: [] };
  console.error(printable(describeError(error)));
  return { text: `The workbench itself failed: ${reasonOf(error)}`, lastWords: [] };
}

/** Follows a run: writes its logs, reports problems, and knows what the progress line shows. */
class Watching {
  readonly #folder: RunFolder;
  readonly #reporting: Reporting;
  #phase: Phase = "starting";
  #gauge: Gauge | undefined;
  #fault: string | undefined;

  constructor(folder: RunFolder, reporting: Reporting) {
    this.#folder = folder;
    this.#reporting = reporting;
  }

  reading() {
    return {
      phase: PHASES[this.#phase],
      elapsedS: this.#phase === "starting" ? 0 : (this.#gauge?.nowNs() ?? 0) / NS_PER_S,
      operations: this.#gauge?.invocations() ?? 0,
      messages: this.#gauge?.serverMessages() ?? 0,
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    };
  }

  get observer(): Observer {
    const { quiet, logStderr = false, logNetSend = false, logNetRecv = false } = this.#reporting;
    return {
      started: (gauge) => this.#gauge = gauge,
      phase: (phase) => {
        this.#phase = phase;
        this.#folder.log(`${this.#time()} ${PHASES[phase]}`);
      },
      op: (op) => this.#op(op),
      fault: ({ fault }) => this.#struck(fault),
      log: (node, line) => {
        this.#folder.log(line, node);
        if (logStderr && !quiet) console.error(`${node}: ${printable(line)}`);
      },
      problem: (problem) => {
        this.#folder.log(renderProblem(problem));
        if (!quiet) console.error(`${CLEAR_LINE}${renderProblem(problem, detectStyle())}`);
      },
      ...((logNetSend || logNetRecv) && {
        message: (_timeNs, event, { text }) => {
          const logged = event === "recv" ? logNetRecv : logNetSend;
          if (logged) this.#folder.log(`${this.#time()} ${event} ${text}`);
        },
      }),
    };
  }

  #time(): string {
    return `${((this.#gauge?.nowNs() ?? 0) / NS_PER_S).toFixed(6)} s`;
  }

  #op(op: Op): void {
    this.#folder.writeOp(op);
    if (op.process !== "nemesis") return;
    this.#folder.log(`${this.#time()} ${printEdn(opToEdn(op))}`);
  }

  #struck(fault: Fault): void {
    if (fault.f === "stop-partition") this.#fault = "network healed";
    else if (fault.f === "start-partition") this.#fault = `cut: ${describeGrudge(fault.grudge)}`;
  }
}

const CLEAR_LINE = Deno.stderr.isTerminal() ? "\r\x1b[K" : "";
