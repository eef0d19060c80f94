/**
 * Workers that simulate, as many at a time as there are cores.
 *
 * @module
 */
import type { Job, Report, Told } from "./job.ts";

/** A simulation that gave no sign of life for so long is stuck, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Told what comes before a job's end. */
export interface Listener {
  readonly lines?: (lines: readonly string[]) => void;
  readonly attempts?: (attempts: number) => void;
}

/** One worker, which does one job at a time. */
export class SimulationWorker implements Disposable {
  #worker: Worker | undefined;

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
          const text =
            `seed ${job.seed}: the program did not let go for ${PATIENCE_MS / 1000} s; ` +
            "it loops without end";
          reject(new Error(text));
        });
      let watchdog = setTimeout(stuck, PATIENCE_MS);
      worker.onmessage = ({ data }: MessageEvent<Told>) => {
        clearTimeout(watchdog);
        watchdog = setTimeout(stuck, PATIENCE_MS);
        if (data.kind === "done") give(() => resolve(data.report));
        else if (data.kind === "failed") {
          give(() => reject(new Error(`seed ${job.seed}: ${data.error}`)));
        } else if (data.kind === "lines") listener.lines?.(data.lines);
        else listener.attempts?.(data.attempts);
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
  readonly seeds: readonly string[];
  readonly jobOf: (seed: string) => Job;
  /** Told of each run that has ended, in no particular order. */
  readonly ended: (report: Report) => void;
  /** True once no further run is to begin. */
  readonly enough: () => boolean;
  readonly workers?: number;
}

/** Simulates the runs of many seeds, spread over workers. */
export async function sweep(
  { seeds, jobOf, ended, enough, workers = navigator.hardwareConcurrency }: Sweep,
): Promise<void> {
  const left = [...seeds].reverse();
  const drain = async () => {
    using worker = new SimulationWorker();
    for (let seed = left.pop(); seed !== undefined && !enough(); seed = left.pop()) {
      ended(await worker.simulate(jobOf(seed)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, seeds.length) }, drain));
}
