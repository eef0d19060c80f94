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
import { makeSmall } from "../../simulator/make_small.ts";
import { refuseSlow } from "./allowance.ts";
import { FrameWorker } from "./frame_worker.ts";
import type { Phase } from "../../workbench/run.ts";
import type { Progress } from "../../simulator/sweep/messages.ts";

/** Code may leave things behind in its worker: what so many runs leave has to fit into memory. */
const MOST_RUNS = 5;
/** Smaller runs that are tried. */
const MOST_ATTEMPTS = 500;
/** As long as a person waits for a program that loops; the checkers of the largest runs take a while. */
const PATIENCE: Patience = {
  patienceMs: 5_000,
  checkingMs: 60_000,
  refuses: refuseSlow,
  mostRuns: MOST_RUNS,
};
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

  /**
   * Makes a failing run small. What is tried are runs like any others, in workers that are replaced, so
   * that their memory has the same bounds.
   */
  async shrink(trial: Trial, signal: AbortSignal, watcher: Watcher): Promise<Report> {
    const { title: _, ...context } = trial.source;
    const quick = jobOf({ ...trial, source: context });
    const worker = new SimulationWorker<Source, Outcome>(this.#summaries, PATIENCE);
    try {
      const whole = await worker.simulate({ ...quick, write: true }, {}, signal);
      const { written, kinds = [], signature: wholeSignature } = whole;
      if (written === undefined || kinds.length === 0) return await this.run(trial, signal);
      const first = { plan: written, outcome: { kinds } };
      const { best, attempts } = await makeSmall(first, {
        simulate: async (plan) => {
          const { kinds = [] } = await worker.simulate({ ...quick, plan }, {}, signal);
          return { kinds };
        },
        maxAttempts: MOST_ATTEMPTS,
        tried: watcher.attempts ?? (() => {}),
      });
      const plan = best === first ? quick.plan : best.plan;
      const { operations, faults } = best.plan;
      const report = await this.#do({ ...jobOf(trial), plan, withJournal: true }, signal, {});
      return {
        ...report,
        shrunk: {
          plan,
          operations: operations.length,
          faults: faults.length,
          attempts,
          wholeSignature,
        },
      };
    } finally {
      worker[Symbol.dispose]();
      this.#ready ??= startWorker();
    }
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
