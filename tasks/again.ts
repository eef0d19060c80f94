/**
 * `glomers again [DIR]`: repeats a stored run from its folder, as it was or with other options.
 *
 * @module
 */
import { EXIT_STATUS } from "../lib/report/summary.ts";
import { applyGiven, optionsHelp, wordsOf } from "../lib/workbench/command_line.ts";
import { serverOf } from "../lib/nats/server.ts";
import type { Options } from "../lib/workbench/option.ts";
import { type Plan, planOf, type PlanOptions } from "../lib/workbench/plan.ts";
import { readPlan } from "../lib/workbench/store/plan_file.ts";
import { chooseEngine, requireOwnSupport, requireSupport } from "./engines/mod.ts";
import { RUNS } from "./engines/engine.ts";
import { type Challenge, CHALLENGES, challengeWith, takesNodesDown } from "./shared/challenges.ts";
import {
  AGENTS,
  drawSeed,
  ENGINE,
  LOGGING,
  note,
  OUT,
  readArguments,
  reportingOf,
} from "./shared/command_line.ts";
import { renderEnded, reportOf, tellPage } from "./shared/ended.ts";
import { runsFolder } from "./shared/config.ts";
import { INTERRUPTED, interruptible } from "./shared/interrupt.ts";
import { callOf } from "./shared/invocation.ts";
import type { Limit } from "../lib/report/limits.ts";
import { readLimits } from "../lib/report/limits_file.ts";
import { keptChallenge } from "./shared/record.ts";
import { OUTPUT, Output } from "./shared/reporters.ts";

const OWN = {
  engine: { ...ENGINE.engine, help: "another engine than the one that ran it" },
  ...AGENTS,
  ...OUT,
  ...OUTPUT,
  ...LOGGING,
} as const satisfies Options;

const COMMAND = { own: OWN, run: true, words: 1 } as const;

/** Repeats what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own: given, run, words, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const output = new Output(given);
  const out = runsFolder(given.out);
  const dir = words[0] ?? `${out}/latest`;
  const stored = readPlan(dir);
  const server = serverOf(given);
  const engine = await chooseEngine(given.engine ?? (server ? undefined : stored.engine), server);
  requireOwnSupport(engine, given, OWN);
  const { seed = drawSeed(), ...options } = applyGiven(stored.options, run, note);
  const isSeeded = engine.name !== "maelstrom" || run.seed !== undefined; // Maelstrom has no seeds
  const plan = planOf({
    seed,
    ...requireSupport(isSeeded ? { ...options, seed } : options, engine),
  });
  const own = challengeWith(plan);
  const challenge = own ??
    CHALLENGES.find(({ id, runs: [first] }) =>
      id === keptChallenge(dir) && first?.workload === plan.workload
    );
  const limits = limitsOf(dir, { own, plan, stored: stored.options });
  const title = challenge === undefined ? plan.workload : `${challenge.id}  ${challenge.title}`;
  const id = challenge && { challenge: challenge.id };
  output.say(`${engine.note}\n\n${title}: ${wordsOf(plan).join(" ")}   (again: ${dir})`);
  return await interruptible(async (signal) => {
    const reporting = {
      ...reportingOf({ ...given, out }, { quiet: output.isQuiet, signal }),
      ...id,
    };
    const ended = await engine.run(plan, limits, reporting).catch((error) => {
      if (error === INTERRUPTED) output.finish({ interrupted: true });
      throw error;
    });
    const ran = { title, plan, engine: engine.name, ...id };
    output.add(reportOf(ended, ran));
    output.sayResult(`${output.isQuiet ? "" : "\n"}${renderEnded(ended, ran)}`);
    tellPage(ended, (text) => output.sayResult(text));
    output.finish({ interrupted: false });
    return EXIT_STATUS[ended.summary.ending];
  });
}

/** What a run is held against: a challenge's limits are not asked of it once nodes are down. */
function limitsOf(
  dir: string,
  { own, plan, stored }: {
    readonly own: Challenge | undefined;
    readonly plan: Plan;
    readonly stored: Partial<PlanOptions>;
  },
): readonly Limit[] {
  if (takesNodesDown(plan)) return takesNodesDown(stored) ? readLimits(dir) : [];
  return own?.limits ?? readLimits(dir);
}

function helpText(): string {
  return [
    `${callOf("again")} [DIR] [options] [-- arguments for the node]`,
    "",
    `Repeats the run in a folder, ${RUNS}/latest unless another is named: the same plan under the`,
    "same seed, but for the options that are given.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
