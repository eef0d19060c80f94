/**
 * Workers that simulate, as many at a time as there are cores.
 *
 * @module
 */
import type { Job, Report, Told } from "./job.ts";

/** How long a worker may give no sign of life, in milliseconds; a checker may think that long. */
const PATIENCE_MS = 60_000;
/** How long a worker may take to start, before that. */
const START_MS = 60_000;

/** Told what comes before a job's end. */
export interface Listener {
  readonly lines?: (lines: readonly string[]) => void;
  readonly attempts?: (attempts: number) => void;
}

/**
 * One worker, which does one job at a time. It shows every second that it lives, unless a program
 * loops without letting go: then it is ended, and begun anew for the next job.
 */
export class SimulationWorker implements Disposable {
  readonly #patienceMs: number;
  #worker: Worker | undefined;

  constructor({ patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {}) {
    this.#patienceMs = patienceMs;
  }

  /**
   * Simulates a run.
   *
   * @throws {Error} if the program does, or starves the event loop.
   */
  simulate(job: Job, listener: Listener = {}): Promise<Report> {
    const worker = this.#worker ??= new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
    });
    return new Promise((resolve, reject) => {
      const give = (end: () => void) => {
        clearTimeout(watchdog);
        worker.onmessage = worker.onerror = null;
        end();
      };
      const stuck = () =>
        give(() => {
          this[Symbol.dispose]();
          const text = `seed ${job.seed}: the program did not let go for ` +
            `${this.#patienceMs / 1000} s; it seems to loop without end`;
          reject(new Error(text));
        });
      let watchdog = setTimeout(stuck, START_MS + this.#patienceMs);
      worker.onmessage = ({ data }: MessageEvent<Told>) => {
        clearTimeout(watchdog);
        watchdog = setTimeout(stuck, this.#patienceMs);
        if (data.kind === "done") give(() => resolve(data.report));
        else if (data.kind === "failed") {
          give(() => reject(new Error(`seed ${job.seed}: ${data.error}`)));
        } else if (data.kind === "lines") listener.lines?.(data.lines);
        else if (data.kind === "attempts") listener.attempts?.(data.attempts);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        give(() => {
          this[Symbol.dispose]();
          reject(new Error(`seed ${job.seed}: ${event.message}`));
        });
      };
      worker.postMessage(job);
    });
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** What a sweep is told to do, and tells. */
export interface Sweep {
  readonly jobs: readonly Job[];
  /** Told of each run that has ended, in no particular order. */
  readonly ended: (report: Report, job: Job) => void;
  /** True once no further run is to begin. Default: never. */
  readonly enough?: () => boolean;
  readonly workers?: number;
  /** How long a worker may give no sign of life. Default 60 000. */
  readonly patienceMs?: number;
}

/** Simulates many runs, spread over workers. */
export async function sweep(
  { jobs, ended, enough = () => false, workers = navigator.hardwareConcurrency, patienceMs }: Sweep,
): Promise<void> {
  const left = [...jobs].reverse();
  const drain = async () => {
    using worker = new SimulationWorker(patienceMs === undefined ? {} : { patienceMs });
    for (let job = left.pop(); job !== undefined && !enough(); job = left.pop()) {
      ended(await worker.simulate(job), job);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, drain));
}
