/**
 * `glomers check DIR…`: judges stored histories again and shows where the verdict or any figure
 * differs from the `results.edn` beside them, Maelstrom's or the workbench's.
 *
 * @module
 */
import { printable } from "../lib/checkers/format.ts";
import { renderJudgement } from "../lib/report/judgement.ts";
import { detectStyle } from "../lib/report/text.ts";
import type { CheckOptions } from "../lib/checkers/checker.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { number, UsageError } from "../lib/workbench/option.ts";
import { PLAN_OPTIONS } from "../lib/workbench/plan.ts";
import { type Judge, judgeRun } from "../lib/workbench/store/judge.ts";
import { readRun, UnreadableRun } from "../lib/workbench/store/reader.ts";
import { workloads } from "../lib/workbench/workloads/mod.ts";
import { readArguments, USAGE_STATUS } from "./shared/command_line.ts";
import { callOf } from "./shared/invocation.ts";

const COMPARED =
  `Compared: the verdict and every figure of :workload, :stats and :availability; :exceptions by class
and count; of what a search found (cycles, orders that cannot be) the types and counts, not which
examples it met first.`;

const COMMAND = {
  own: {
    "workload": {
      ...PLAN_OPTIONS.workload,
      help: "the workload, where nothing in the folder tells",
    },
    "consistency-models": PLAN_OPTIONS.consistencyModels,
    "elle": PLAN_OPTIONS.elle,
    "availability": PLAN_OPTIONS.availability,
    "time-limit": {
      kind: number({ min: 0 }),
      value: "S",
      help: "seconds to search for an order of a run's operations before it counts as unknown",
      default: 120,
    },
  },
  words: Infinity,
} as const;

const help = () =>
  `${callOf("check")} DIR… [options]

Judges stored histories again and compares with the results.edn beside them.

  DIR is the folder of a run: results/runs/…/<time>, store/<workload>/latest

${optionsHelp(COMMAND)}

${COMPARED}

Exit status: 0 equal, 1 different, 2 nothing to compare with, 254 bad arguments or unreadable.
`;

const [EQUAL, DIFFERENT, NOTHING_TO_COMPARE] = [0, 1, 2];

/** Runs the command; returns its exit status. `print` takes lines for standard output. */
export function main(
  argv: readonly string[],
  judges: ReadonlyMap<string, Judge> = workloads,
  print: (text: string) => void = console.log,
): number {
  const { own, words: paths, help: isAsked } = readArguments(argv, COMMAND);
  if (isAsked) {
    print(help());
    return EQUAL;
  }
  if (paths.length === 0) {
    throw new UsageError("which run? Name the folder that holds its history.edn");
  }
  const { workload, "consistency-models": consistencyModels, elle, availability } = own;
  const given = {
    ...(workload !== undefined && { workload }),
    ...(consistencyModels !== undefined && { consistencyModels }),
    ...(elle !== undefined && { elle }),
    ...(availability !== undefined && { availability }),
  };
  const statuses = paths.map((path) => {
    const isOver = deadline(own["time-limit"]);
    return checkPath(path, judges, { ...given, isOver }, print);
  });
  if (statuses.some((status) => status === EQUAL || status === DIFFERENT)) print(COMPARED);
  return [USAGE_STATUS, DIFFERENT, NOTHING_TO_COMPARE]
    .find((status) => statuses.includes(status)) ?? EQUAL;
}

/** Returns a function that says whether so many seconds have passed. */
function deadline(seconds: number): () => boolean {
  const endMs = performance.now() + 1000 * seconds;
  return () => performance.now() >= endMs;
}

function checkPath(
  path: string,
  judges: ReadonlyMap<string, Judge>,
  given: CheckOptions & { workload?: string },
  print: (text: string) => void,
): number {
  try {
    const judgement = judgeRun(readRun(path), judges, given);
    print(renderJudgement(path, judgement, detectStyle()));
    if (judgement.differences === undefined) return NOTHING_TO_COMPARE;
    return judgement.differences.length === 0 ? EQUAL : DIFFERENT;
  } catch (error) {
    if (!(error instanceof UnreadableRun)) throw error;
    const { message } = error;
    console.error(printable(message.includes(path) ? message : `${path}: ${message}`));
    return USAGE_STATUS;
  }
}
