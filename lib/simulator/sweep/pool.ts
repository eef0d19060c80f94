/**
 * Workers that simulate, as many at a time as there are cores.
 *
 * @module
 */
import type { TracedEvent } from "../trace.ts";
import type { Phase } from "../../workbench/run.ts";
import type { Plan } from "../../workbench/plan.ts";
import type { Progress, SimulationJob, SimulationReport, WorkerMessage } from "./messages.ts";

/** How long a worker may be silent; a checker may take that long. */
const PATIENCE_MS = 60_000;
/** How long a worker may take to start, before that. */
const START_MS = 60_000;

/**
 * Nodes after which a worker that loads modules per incarnation is replaced. Modules are never freed,
 * and each makes the next one slower: after 125 nodes, a program of 15 modules takes ten times as long
 * to load as at first. A new worker costs as much as a few hundred loads of a single module.
 */
const NODES_LOADED_ANEW = 100;

/** How long a worker may be silent, and how far a run may go. */
export interface Patience {
  /** While a program runs. Default: 60,000. */
  readonly patienceMs?: number;
  /** While a history is judged, which takes the checker's time and not the program's. Default: the same. */
  readonly checkingMs?: number;
  /** Says why a run that is not over has to end now. Default: none has to. */
  readonly refuses?: (progress: Progress, plan: Plan) => string | undefined;
  /** Runs after which a worker is replaced, and what they left behind is gone. Default: no bound. */
  readonly mostRuns?: number;
}

/** What a sweep uses of a worker. */
export interface SweepWorker {
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: unknown): void;
  terminate(): void;
}

/** How the runs of some workers are summed up. */
export interface Summaries<Summary> {
  /** URL of the workers' module, which calls `serveSimulations`; or starts such a worker. */
  readonly worker: URL | (() => SweepWorker);
  /** Sums up a run that has no result: why, the most important sentence first. */
  readonly crashed: (why: readonly string[]) => Summary;
}

/** Called with what a worker sends before a job ends. */
interface Listener {
  readonly line?: (line: string, event?: TracedEvent) => void;
  readonly attempts?: (attempts: number) => void;
  readonly progress?: (progress: Progress) => void;
  readonly phase?: (phase: Phase) => void;
}

/**
 * One worker, which does one job at a time. It reports every second that it is alive. A program
 * that never yields keeps it from that: then it is terminated, and replaced for the next job.
 */
export class SimulationWorker<Context, Summary> implements Disposable {
  readonly #summaries: Summaries<Summary>;
  readonly #patience: Required<Patience>;
  #worker: SweepWorker | undefined;
  /** Nodes for which the worker has loaded a program, and its runs. */
  #nodesLoaded = 0;
  #runs = 0;

  constructor(
    summaries: Summaries<Summary>,
    {
      patienceMs = PATIENCE_MS,
      checkingMs = patienceMs,
      refuses = () => undefined,
      mostRuns = Infinity,
    }: Patience = {},
  ) {
    this.#summaries = summaries;
    this.#patience = { patienceMs, checkingMs, refuses, mostRuns };
  }

  #patienceIn(phase: Phase): number {
    const { patienceMs, checkingMs } = this.#patience;
    return phase === "checking" ? checkingMs : patienceMs;
  }

  /**
   * Simulates a run. A program that a simulation cannot hold has crashed: the report says why.
   *
   * @throws {LoadError} if its module is no program.
   * @throws the signal's reason once it aborts: the worker is ended at once.
   */
  async simulate(
    job: SimulationJob<Context>,
    listener: Listener = {},
    signal?: AbortSignal,
  ): Promise<SimulationReport<Summary>> {
    signal?.throwIfAborted();
    try {
      return await this.#simulate(job, listener, signal);
    } catch (error) {
      if (!(error instanceof Unsimulated)) throw error;
      const { why } = error;
      const summary = this.#summaries.crashed(why);
      return { seed: job.plan.seed, summary, signature: why.slice(0, 1) };
    } finally {
      if (job.fresh) this.#nodesLoaded += job.plan.nodes.length;
      const isWorn = this.#nodesLoaded >= NODES_LOADED_ANEW ||
        ++this.#runs >= this.#patience.mostRuns;
      if (isWorn) this[Symbol.dispose]();
    }
  }

  #simulate(
    job: SimulationJob<Context>,
    listener: Listener,
    signal: AbortSignal | undefined,
  ): Promise<SimulationReport<Summary>> {
    const worker = this.#worker ??= startWorker(this.#summaries.worker);
    return new Promise((resolve, reject) => {
      let phase: Phase = "starting";
      const give = (end: () => void) => {
        clearTimeout(watchdog);
        worker.onmessage = worker.onerror = null;
        signal?.removeEventListener("abort", aborted);
        end();
      };
      const giveUpFor = (reason: unknown) =>
        give(() => {
          this[Symbol.dispose]();
          reject(reason);
        });
      const giveUp = (why: string) => giveUpFor(new Unsimulated([why]));
      const aborted = () => giveUpFor(signal?.reason);
      signal?.addEventListener("abort", aborted);
      const stuck = () => giveUp(stuckIn(phase, this.#patienceIn(phase) / 1000));
      let watchdog = setTimeout(stuck, START_MS + this.#patienceIn(phase));
      worker.onmessage = ({ data }: MessageEvent<WorkerMessage<Summary>>) => {
        if (data.kind === "phase") phase = data.phase;
        clearTimeout(watchdog);
        watchdog = setTimeout(stuck, this.#patienceIn(phase));
        if (data.kind === "done") give(() => resolve(data.report));
        else if (data.kind === "unloadable") {
          give(() => reject(new LoadError(data.why.join("\n    "))));
        } else if (data.kind === "failed") give(() => reject(new Unsimulated(data.why)));
        else if (data.kind === "phase") listener.phase?.(phase);
        else if (data.kind === "line") listener.line?.(data.line, data.event);
        else if (data.kind === "attempts") listener.attempts?.(data.attempts);
        else if (data.kind === "alive" && data.progress !== undefined) {
          listener.progress?.(data.progress);
          const why = this.#patience.refuses(data.progress, job.plan);
          if (why !== undefined) giveUp(why);
        }
      };
      worker.onerror = (event) => {
        event.preventDefault();
        giveUp(event.message);
      };
      worker.postMessage(job);
    });
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#nodesLoaded = 0;
    this.#runs = 0;
  }
}

function startWorker(worker: URL | (() => SweepWorker)): SweepWorker {
  return typeof worker === "function" ? worker() : new Worker(worker, { type: "module" });
}

/** A module cannot be loaded as a program, so that there is nothing to run. The message says why. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

/** Why there is no result: sentences, the most important first. */
class Unsimulated extends Error {
  constructor(readonly why: readonly string[]) {
    super(why[0]);
  }
}

function stuckIn(phase: Phase, patienceS: number): string {
  if (phase === "checking") {
    return `the checker took longer than ${patienceS} s; --patience gives it more`;
  }
  const when = phase === "starting" ? ", while it was starting" : "";
  return `the program did not let go for ${patienceS} s${when}; it seems to loop without end`;
}

/** What a sweep simulates, and whom it informs. */
interface Sweep<Context, Summary> extends Patience {
  /** Each is taken only once a worker is free for it. */
  readonly jobs: Iterable<SimulationJob<Context>>;
  readonly summaries: Summaries<Summary>;
  /** Called with each run that has ended, in no particular order. */
  readonly ended: (report: SimulationReport<Summary>, job: SimulationJob<Context>) => void;
  /** True once no further run is to begin. Default: never. */
  readonly enough?: () => boolean;
  readonly workers?: number;
  /** Aborts when the sweep is to end at once. */
  readonly signal?: AbortSignal;
}

/**
 * Simulates many runs, spread over workers.
 *
 * @throws {LoadError} if a module is no program.
 * @throws the signal's reason once it aborts; by then no worker is left.
 */
export async function sweep<Context, Summary>(
  { jobs, summaries, ended, enough = () => false, ...more }: Sweep<Context, Summary>,
): Promise<void> {
  const { workers = navigator.hardwareConcurrency, signal, ...patience } = more;
  const left = Iterator.from(jobs);
  const drain = async () => {
    const worker = new SimulationWorker<Context, Summary>(summaries, patience);
    try {
      for (const job of left) {
        if (enough()) return;
        ended(await worker.simulate(job, {}, signal), job);
      }
    } finally {
      worker[Symbol.dispose](); // Node.js 20 reads this module, and knows no "using", as some browsers
    }
  };
  await Promise.all(Array.from({ length: workers }, drain));
}
