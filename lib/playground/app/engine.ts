/**
 * Has programs simulated: once, under many seeds, or made small.
 *
 * @module
 */
import {
  type Patience,
  SimulationWorker,
  type Summaries,
  sweep,
} from "../../simulator/sweep/pool.ts";
import { summariseCrash } from "../../report/summary.ts";
import { planOf, type PlanOptions } from "../../workbench/plan.ts";
import type { Job, Outcome, Report, Source } from "../engine/job.ts";
import { refuseSlow } from "./allowance.ts";
import { FrameWorker } from "./frame_worker.ts";
import type { Phase } from "../../workbench/run.ts";
import type { Progress } from "../../simulator/sweep/messages.ts";

/** As long as a person waits for a program that loops; the checkers of the largest runs take a while. */
const PATIENCE: Patience = { patienceMs: 5_000, checkingMs: 60_000, refuses: refuseSlow };
/** Each worker of a sweep holds the engine and a run. */
const MOST_WORKERS = 4;

/** What is simulated. */
export interface Trial {
  readonly source: Source;
  readonly options: PlanOptions;
}

function startWorker(): FrameWorker {
  return new FrameWorker("assets/worker.js");
}

/** Called while a run goes on. */
interface Watcher {
  readonly progress?: (progress: Progress) => void;
  readonly phase?: (phase: Phase) => void;
  /** Called with the number of smaller runs that were tried. */
  readonly attempts?: (attempts: number) => void;
}

export class Engine {
  /** Has loaded the engine before anybody asks, and nobody's code. */
  #ready: FrameWorker | undefined = startWorker();

  readonly #summaries: Summaries<Outcome> = {
    worker: () => this.#take(),
    crashed: ([text = "", ...lastWords]) => summariseCrash({ text, lastWords }),
  };

  #take(): FrameWorker {
    const worker = this.#ready ?? startWorker();
    this.#ready = undefined;
    return worker;
  }

  /** Simulates once, with what pictures need. */
  async run(trial: Trial, signal: AbortSignal, watcher: Watcher = {}): Promise<Report> {
    return await this.#do({ ...jobOf(trial), withJournal: true }, signal, watcher);
  }

  /** Makes a failing run small. */
  async shrink(trial: Trial, signal: AbortSignal, watcher: Watcher): Promise<Report> {
    return await this.#do({ ...jobOf(trial), withJournal: true, shrink: true }, signal, watcher);
  }

  /** In a worker of its own, which ends with it: what code leaves behind is gone. */
  async #do(job: Job, signal: AbortSignal, watcher: Watcher): Promise<Report> {
    const worker = new SimulationWorker<Source, Outcome>(this.#summaries, PATIENCE);
    try {
      return await worker.simulate(job, watcher, signal);
    } finally {
      worker[Symbol.dispose]();
      this.#ready ??= startWorker();
    }
  }

  /** Simulates under many seeds, from 1. Ends at once where `ended` returns false. */
  async sweep(
    trial: Trial,
    seeds: number,
    signal: AbortSignal,
    ended: (report: Report) => boolean,
  ): Promise<void> {
    let enough = false;
    await sweep<Source, Outcome>({
      jobs: jobsOf(trial, seeds),
      summaries: this.#summaries,
      ended: (report) => enough = !ended(report) || enough,
      enough: () => enough,
      workers: Math.min(MOST_WORKERS, navigator.hardwareConcurrency),
      ...PATIENCE,
      signal,
    });
    this.#ready ??= startWorker();
  }
}

function jobOf({ source, options }: Trial): Job {
  return { plan: planOf(options), module: "node.ts", context: source };
}

function* jobsOf({ source, options }: Trial, seeds: number): Iterable<Job> {
  const { title: _, ...context } = source;
  for (let seed = 1; seed <= seeds; seed++) {
    yield jobOf({ source: context, options: { ...options, seed } });
  }
}
