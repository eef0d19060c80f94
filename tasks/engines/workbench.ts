/**
 * The workbench as an engine: real processes, judged as Maelstrom would.
 *
 * @module
 */
import { RealClock } from "../../lib/workbench/clock/real_clock.ts";
import { type EdnObject, isEdnObject, keyword, printEdn } from "../../lib/history/edn.ts";
import { NS_PER_S, opToEdn } from "../../lib/history/operations.ts";
import type { Op } from "../../lib/history/operations.ts";
import { ProcessHost } from "../../lib/workbench/hosts/process.ts";
import { type TestOptions, UsageError } from "../../lib/workbench/command_line.ts";
import {
  type Gauge,
  type Observer,
  type Outcome,
  type Phase,
  run,
} from "../../lib/workbench/run.ts";
import { RunFolder } from "../../lib/workbench/store/writer.ts";
import { renderProblem } from "../../lib/report/problems.ts";
import { showProgress } from "../../lib/report/progress.ts";
import { terminalLook } from "../../lib/report/text.ts";
import { type EngineRun, type Reporting, RUNS } from "./engine.ts";

/** What phases are called on the progress line. */
const PHASES: Readonly<Record<Phase, string>> = {
  starting: "starting nodes",
  running: "running",
  recovering: "recovering",
  final: "final operations",
  comparing: "comparing what nodes hold",
  stopping: "stopping nodes",
  checking: "checking",
};

/**
 * Runs a test once.
 *
 * @throws {UsageError} if the executable cannot be run.
 */
export async function runWorkbench(test: TestOptions, reporting: Reporting): Promise<EngineRun> {
  const host = hostOf(test);
  const { workload, nodes, timeLimitS } = test.run;
  const folder = RunFolder.create(RUNS, workload.name);
  folder.writeTest(testToEdn(test));
  const watch = new Watching(folder, test, reporting.quiet);
  const progress = reporting.quiet ? undefined : showProgress(timeLimitS, () => watch.reading());
  let outcome: Outcome;
  try {
    const { signal } = reporting;
    outcome = await run(test.run, {
      clock: new RealClock(),
      host,
      observer: watch.observer,
      signal,
    });
    if (outcome.results !== undefined) {
      folder.writeResults(outcome.results);
      const { workload: result } = outcome.results;
      if (isEdnObject(result)) folder.writeDrawings(workload.draw?.(result) ?? new Map());
    }
    if (outcome.stronger !== undefined) folder.writeStronger(outcome.stronger);
  } finally {
    folder.writeHistory(watch.history); // also of a run that was interrupted
    await progress?.stop();
    folder.close();
  }
  const { history, problems, results, stronger, crash } = outcome;
  return {
    dir: folder.path,
    workload,
    nodeCount: nodes.length,
    history,
    problems,
    ...(results && { results }),
    ...(stronger && { stronger }),
    ...(crash && { crash: [crash.text, ...(crash.lastWords ?? []).slice(-3)] }),
  };
}

function hostOf({ bin, args }: TestOptions): ProcessHost {
  if (bin === undefined) throw new UsageError("--bin is missing: the node's executable");
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(bin);
  } catch {
    throw new UsageError(`--bin: there is no file ${bin}`);
  }
  if (!info.isFile) throw new UsageError(`--bin: ${bin} is no file`);
  if (info.mode !== null && (info.mode & 0o111) === 0) {
    throw new UsageError(`--bin: ${bin} is not executable; chmod +x makes it so`);
  }
  return new ProcessHost({ bin, args });
}

/** Follows a run: writes its logs, tells of problems, and knows what the progress line shows. */
class Watching {
  readonly #folder: RunFolder;
  readonly #test: TestOptions;
  readonly #quiet: boolean;
  readonly history: Op[] = [];
  #phase: Phase = "starting";
  #gauge: Gauge | undefined;
  #fault: string | undefined;

  constructor(folder: RunFolder, test: TestOptions, quiet: boolean) {
    this.#folder = folder;
    this.#test = test;
    this.#quiet = quiet;
  }

  reading() {
    return {
      phase: PHASES[this.#phase],
      elapsedS: this.#phase === "starting" ? 0 : (this.#gauge?.now() ?? 0) / NS_PER_S,
      operations: this.#gauge?.invocations() ?? 0,
      messages: this.#gauge?.serverMessages() ?? 0,
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    };
  }

  get observer(): Observer {
    const { logNetSend, logNetRecv } = this.#test;
    return {
      started: (gauge) => this.#gauge = gauge,
      phase: (phase) => {
        this.#phase = phase;
        this.#folder.log(`${this.#time()} ${PHASES[phase]}`);
      },
      op: (op) => this.#op(op),
      log: (node, line) => {
        this.#folder.logNode(node, line);
        if (this.#test.logStderr && !this.#quiet) console.error(`${node}: ${line}`);
      },
      problem: (problem) => {
        this.#folder.log(renderProblem(problem));
        if (!this.#quiet) console.error(`${CLEAR_LINE}${renderProblem(problem, terminalLook())}`);
      },
      ...((logNetSend || logNetRecv) && {
        message: (_time, fate, { text }) => {
          const logged = fate === "recv" ? logNetRecv : logNetSend;
          if (logged) this.#folder.log(`${this.#time()} ${fate} ${text}`);
        },
      }),
    };
  }

  #time(): string {
    return `${((this.#gauge?.now() ?? 0) / NS_PER_S).toFixed(6)} s`;
  }

  #op(op: Op): void {
    this.history.push(op);
    if (op.process !== "nemesis") return;
    this.#folder.log(`${this.#time()} ${printEdn(opToEdn(op))}`);
    if (op.f === "stop-partition") this.#fault = "network healed";
    else if (op.f === "start-partition" && op.value !== null) this.#fault = partitionInWords(op);
  }
}

const CLEAR_LINE = Deno.stderr.isTerminal() ? "\r\x1b[K" : "";

/** A partition's invocation names its shape, its completion who is cut off from whom. */
function partitionInWords({ value }: Op): string {
  return Array.isArray(value) ? "network partitioned" : `partition ${printEdn(value)}`;
}

function testToEdn({ run, bin, args }: TestOptions): EdnObject {
  const { workload, latency, faults, availability, consistencyModels } = run;
  return {
    workload: keyword(workload.name),
    bin: bin ?? null,
    args: [...args],
    nodes: [...run.nodes],
    concurrency: run.concurrency,
    rate: run.rate,
    "time-limit": run.timeLimitS,
    latency: { mean: latency.meanMs, dist: keyword(latency.distribution) },
    topology: keyword(run.topology),
    ...(faults && { nemesis: keyword("partition") }),
    ...(availability === undefined ? {} : { availability }),
    ...(consistencyModels && { "consistency-models": consistencyModels.map((m) => keyword(m)) }),
    "key-count": run.keyCount,
    "max-txn-length": run.maxTxnLength,
    "max-writes-per-key": run.maxWritesPerKey,
    seed: String(run.seed),
  };
}
