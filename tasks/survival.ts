/**
 * `deno task survival`: every challenge's node under every fault, in virtual time.
 *
 * The whole matrix goes to `results/survival.md` and `results/data/survival.json`; a part of it is
 * only printed. A cell without a footnote that fails makes the task fail.
 *
 * @module
 */
import { showLine } from "../lib/report/progress_line.ts";
import { type SimulatedRun, SUMMARIES } from "../lib/report/sweep.ts";
import { sweep } from "../lib/simulator/sweep/pool.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { listOf, oneOf, type Options, whole } from "../lib/workbench/option.ts";
import type { Plan } from "../lib/workbench/plan.ts";
import { type Job, jobOf } from "./engines/simulator.ts";
import { type Challenge, challengeOf, CHALLENGES } from "./shared/challenges.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { interruptible } from "./shared/interrupt.ts";
import { writeResults } from "./shared/result_pages.ts";
import { commitOf, today } from "./shared/stamp.ts";
import {
  type Cell,
  cellOf,
  type FaultName,
  FAULTS,
  isFaultName,
  judge,
  renderMatrix,
  type Survival,
  survivalPlan,
} from "./shared/survival.ts";

const PAGE = "results/survival.md";
const DATA = "results/data/survival.json";
const FAULT_NAMES = Object.keys(FAULTS).filter(isFaultName);

const OWN = {
  seeds: { kind: whole(1, 100_000), value: "N", help: "runs of each cell", default: 20 },
  first: { kind: whole(0), value: "F", help: "seeds from F on", default: 1 },
  fault: {
    kind: listOf(oneOf(FAULT_NAMES), `some of ${FAULT_NAMES.join(", ")}`),
    value: "a,…",
    help: `only these of ${FAULT_NAMES.join(", ")}`,
  },
} as const satisfies Options;

const COMMAND = { own: OWN, words: Infinity } as const;

/** A cell to be filled. */
interface Place {
  readonly challenge: Challenge;
  readonly fault: FaultName;
}

/** Simulates what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, words: ids, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(HELP);
    return 0;
  }
  const challenges = ids.length === 0 ? CHALLENGES : ids.map(challengeOf);
  const faults = own.fault ?? FAULT_NAMES;
  const places = challenges.flatMap((challenge) => faults.map((fault) => ({ challenge, fault })));
  const seeds = { first: own.first, count: own.seeds };
  const startMs = performance.now();
  const cells = await interruptible((signal) => measure(places, seeds, signal));
  const tookS = (performance.now() - startMs) / 1000;
  const { failures, remarks } = judge(cells);
  console.log(renderMatrix(cells));
  console.log(`\n${cells.length} cells in ${tookS.toFixed(1)} s`);
  for (const text of [...failures, ...remarks]) console.log(text);
  if (places.length === CHALLENGES.length * FAULT_NAMES.length) {
    keep({ commit: await commitOf(), date: today(), engine: "simulator", seeds, cells });
  }
  return failures.length === 0 ? 0 : 1;
}

/** Runs every cell under every seed, spread over the cores. */
async function measure(
  places: readonly Place[],
  { first, count }: Survival["seeds"],
  signal: AbortSignal,
): Promise<Cell[]> {
  const runs = new Map<Place, (SimulatedRun & { plan: Plan })[]>(places.map((one) => [one, []]));
  const placeOf = new Map<Job, Place>();
  const jobs = function* () {
    for (const place of places) {
      for (let seed = first; seed < first + count; seed++) {
        const { challenge, fault } = place;
        const job = jobOf(survivalPlan(challenge, fault, seed), []);
        placeOf.set(job, place);
        yield job;
      }
    }
  };
  let done = 0;
  const total = places.length * count;
  const line = showLine(() => ({ done, total, words: [`${done} of ${total} runs`] }));
  try {
    await sweep({
      signal,
      jobs: jobs(),
      summaries: SUMMARIES,
      ended(run, job) {
        const place = placeOf.get(job);
        if (place !== undefined) runs.get(place)?.push({ ...run, plan: job.plan });
        placeOf.delete(job);
        done++;
      },
    });
  } finally {
    await line.stop();
  }
  return [...runs].map(([{ challenge, fault }, ended]) => cellOf(challenge, fault, ended));
}

function keep(survival: Survival): void {
  Deno.writeTextFileSync(DATA, `${JSON.stringify(survival, null, 2)}\n`);
  writeResults();
}

const HELP = [
  "deno task survival [CHALLENGE …] [options]",
  "",
  "Runs the challenges, all unless some are named, under every fault in virtual time, and prints how",
  `many runs of each cell pass. The whole matrix also goes to ${PAGE}`,
  `and ${DATA}.`,
  "",
  optionsHelp(COMMAND),
  "",
  "Exit status: 0 if all passes but what cannot, 1 if not.",
].join("\n");

if (import.meta.main) await conclude("survival", () => main(Deno.args));
