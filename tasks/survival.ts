/**
 * `deno task survival`: every challenge's node under every fault, in virtual time.
 *
 * The whole matrix goes to `results/survival.md` and `results/data/survival.json`; a part of it, or
 * one of fewer seeds than stand there, only with `--keep`. A cell without a footnote that fails makes
 * the task fail.
 *
 * @module
 */
import { pluralize } from "../lib/checkers/format.ts";
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
import { readData } from "./shared/data.ts";
import { writeResults } from "./shared/result_pages.ts";
import { commitOf, today } from "./shared/stamp.ts";
import {
  type Cell,
  cellOf,
  FAULT_NAMES,
  type FaultName,
  isAsThorough,
  judge,
  type KeptCell,
  mergeCells,
  renderMatrix,
  type Seeds,
  SURVIVAL,
  survivalPlan,
} from "./shared/survival.ts";

const PAGE = "results/survival.md";

const OWN = {
  seeds: { kind: whole(1, 100_000), value: "N", help: "runs of each cell", default: 20 },
  first: { kind: whole(0), value: "F", help: "seeds from F on", default: 1 },
  fault: {
    kind: listOf(oneOf(FAULT_NAMES), `some of ${FAULT_NAMES.join(", ")}`),
    value: "a,…",
    help: `only these of ${FAULT_NAMES.join(", ")}`,
  },
  keep: { help: "puts a part of the matrix, or one of fewer seeds, into the results, too" },
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
  const isWhole = places.length === CHALLENGES.length * FAULT_NAMES.length;
  const known = readData<KeptCell[]>(SURVIVAL) ?? [];
  const isKept = own.keep === true || (isWhole && isAsThorough(own.seeds, known));
  const source = isKept ? { commit: await commitOf(), date: today() } : undefined;
  const startMs = performance.now();
  const cells = await interruptible((signal) => measure(places, seeds, signal));
  const tookS = (performance.now() - startMs) / 1000;
  const { failures, remarks } = judge(cells);
  console.log(renderMatrix(cells));
  console.log(`\n${pluralize(cells.length, "cell")} in ${tookS.toFixed(1)} s`);
  for (const text of [...failures, ...remarks]) console.log(text);
  if (source !== undefined) keep(known, cells.map((cell) => ({ ...cell, ...source, seeds })));
  else if (isWhole) console.log(`${PAGE} stays, as it is of more seeds; --keep replaces it`);
  return failures.length === 0 ? 0 : 1;
}

/** Runs every cell under every seed, spread over the cores. */
async function measure(
  places: readonly Place[],
  { first, count }: Seeds,
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

function keep(known: readonly KeptCell[], cells: readonly KeptCell[]): void {
  const all = mergeCells(known, cells);
  Deno.writeTextFileSync(SURVIVAL, `${JSON.stringify(all, null, 2)}\n`);
  writeResults();
}

const HELP = [
  "deno task survival [CHALLENGE …] [options]",
  "",
  "Runs the challenges, all unless some are named, under every fault in virtual time, and prints how",
  `many runs of each cell pass. The whole matrix also goes to ${PAGE}`,
  `and ${SURVIVAL}; a part of it, or one of fewer seeds, only with --keep.`,
  "",
  optionsHelp(COMMAND),
  "",
  "Exit status: 0 if all passes but what cannot, 1 if not.",
].join("\n");

if (import.meta.main) await conclude("survival", () => main(Deno.args));
