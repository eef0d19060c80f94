/**
 * Sweeps over seeds on this machine.
 *
 * @module
 */
import { showLine } from "../../lib/report/progress_line.ts";
import { type SimulatedRun, SUMMARIES } from "../../lib/report/sweep.ts";
import { SweepSum } from "../../lib/report/sweep_sum.ts";
import { sweep } from "../../lib/simulator/sweep/pool.ts";
import { jobOf } from "../engines/simulator.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { patienceOf, type Target } from "./target.ts";

/** Which seeds, and when to stop. */
export interface SweepOptions {
  readonly first: number;
  readonly seeds: number;
  readonly stopsAtFirstFailure: boolean;
  /** Whether each run is wanted, and not only their sum. */
  readonly keepsRuns: boolean;
  /** Whether nothing is printed of single runs. */
  readonly isQuiet: boolean;
  readonly patienceS?: number;
}

/** What came of a sweep. */
export interface Swept {
  readonly sum: SweepSum<SimulatedRun>;
  /** The runs by their seeds, if they are wanted. */
  readonly runs: readonly SimulatedRun[];
  readonly interrupted: boolean;
}

/** Runs one seed after another, until they end or somebody interrupts them. */
export async function sweepHere(
  { challenge, plan }: Target,
  options: SweepOptions,
): Promise<Swept> {
  const { seeds, first, stopsAtFirstFailure, isQuiet, keepsRuns } = options;
  const sum = new SweepSum<SimulatedRun>();
  const runs: SimulatedRun[] = [];
  const line = isQuiet ? undefined : showLine(() => ({
    done: sum.runs,
    total: seeds,
    words: [challenge.id, `${sum.runs} of ${seeds} seeds`, `${sum.failed} failed`],
  }));
  const jobs = function* () {
    for (let seed = first; seed < first + seeds; seed++) {
      yield jobOf({ ...plan, seed: String(seed) }, challenge.limits);
    }
  };
  let interrupted = false;
  try {
    await interruptible((signal) =>
      sweep({
        signal,
        jobs: jobs(),
        summaries: SUMMARIES,
        ...patienceOf(options.patienceS),
        enough: () => sum.failed > 0 && stopsAtFirstFailure,
        ended: (run) => {
          sum.add(run);
          if (keepsRuns) runs.push(run);
        },
      })
    );
  } catch (error) {
    if (error !== INTERRUPTED) throw error;
    interrupted = true;
  } finally {
    await line?.stop();
  }
  return { sum, runs: runs.sort((a, b) => Number(a.seed) - Number(b.seed)), interrupted };
}
