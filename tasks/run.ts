/**
 * `glomers test`: runs a node under challenges or workloads, and sums up what came of it. Without
 * words, what `glomers.json` asks for.
 *
 * @module
 */
import { dirname } from "node:path";
import { joinWords } from "../lib/checkers/format.ts";
import { renderRuns, renderScoreboard, type Score } from "../lib/report/render.ts";
import { EXIT_STATUS, worstEnding } from "../lib/report/summary.ts";
import { detectStyle, wrapParagraph } from "../lib/report/text.ts";
import { totalsOf } from "../lib/report/totals.ts";
import { applyGiven, type Arguments, optionsHelp, wordsOf } from "../lib/workbench/command_line.ts";
import { serverOf } from "../lib/nats/server.ts";
import { type Options, text, UsageError, whole } from "../lib/workbench/option.ts";
import { type Plan, planOf, type PlanOptions } from "../lib/workbench/plan.ts";
import { type Engine, type Reporting, RUNS } from "./engines/engine.ts";
import { chooseEngine, requireOwnSupport, requireSupport } from "./engines/mod.ts";
import { build } from "./shared/build.ts";
import {
  type Challenge,
  challengeOf,
  CHALLENGES,
  optionsOfRuns,
  plansOf,
  takesNodesDown,
  withNodesDown,
  workloadChallenge,
} from "./shared/challenges.ts";
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
import { type Assigned, type Config, CONFIG_FILE, readConfig } from "./shared/config.ts";
import { renderEnded, reportOf, tellPage } from "./shared/ended.ts";
import { dropExempt } from "./shared/fault_tolerance.ts";
import { INTERRUPTED, interruptible } from "./shared/interrupt.ts";
import { callOf } from "./shared/invocation.ts";
import { LIMITS, limitsOf } from "./shared/limits.ts";
import { OUTPUT, Output } from "./shared/reporters.ts";
import { type Round, WATCH, watch } from "./shared/watch.ts";

const OWN = {
  ...ENGINE,
  runs: {
    kind: whole(1),
    value: "N",
    help: "N runs, with the figures' median and spread; default 1",
  },
  config: {
    kind: text,
    value: "FILE",
    help: `what to test; default ${CONFIG_FILE}, if it is here`,
  },
  ...AGENTS,
  ...LIMITS,
  ...OUT,
  ...OUTPUT,
  ...WATCH,
  ...LOGGING,
} as const satisfies Options;

const COMMAND = {
  own: OWN,
  run: true,
  words: 1,
  refused: { "test-count": "here it is --runs N" },
} as const;

/** A run to come. */
interface Trial {
  readonly challenge: Challenge;
  readonly plan: Plan;
}

/** Runs what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv, COMMAND);
  const { own, run, words: [id = ""], help } = asked;
  if (help) {
    console.log(helpText(id));
    return 0;
  }
  if (!own.watch) return (await runOnce(asked)).status;
  const { folder, bin = "", build, out = RUNS } = readConfig(own.config) ?? {};
  const program = run.program ?? bin;
  const ignored = [own.out ?? out, "results", ...(build === undefined ? [] : [program])];
  const watched = { folder: folder ?? dirname(program), ignored };
  return await watch(watched, (built) => runOnce(asked, built));
}

/** Runs what was asked for, once. */
async function runOnce(
  { own: given, run, words: [id = ""] }: Arguments<typeof OWN>,
  built: () => void = () => {},
): Promise<Round> {
  const config = readConfig(given.config);
  const program = run.program ?? config?.bin;
  const { out = config?.out, ...others } = given;
  const own = { ...others, out };
  const server = serverOf(own);
  const engine = await chooseEngine(own.engine ?? (server ? undefined : config?.engine), server);
  requireOwnSupport(engine, own, OWN);
  const options = { ...run, ...(program !== undefined && { program }) };
  const { limits } = own;
  const assigned = assignedOf(id, options, config).map(({ challenge, ...one }) => ({
    ...one,
    challenge: limits === undefined ? challenge : { ...challenge, limits: limitsOf(limits) },
  }));
  if (run.program === undefined && config !== undefined) await build(config);
  built();
  const trials = assigned.flatMap((one) => {
    const survivable = id === "all" ? survivableOf(one.challenge, options) : options;
    return trialsOf(one, survivable, engine, own.runs);
  });
  const output = new Output(own);
  output.say(wrapParagraph("", engine.note, detectStyle().width).join("\n"));
  return await interruptible(async (signal) => {
    const reporting = reportingOf(own, { quiet: output.isQuiet, signal });
    const scores: Score[] = [];
    try {
      for (const [challenge, some] of Map.groupBy(trials, (one) => one.challenge)) {
        for (const trial of some) scores.push(await runTrial(trial, engine, reporting, output));
        const { title } = challenge;
        const totals = totalsOf(scores.slice(-some.length).map(({ summary }) => summary));
        if (some.length > 1) output.say(`\n${renderRuns(totals, { ...detectStyle(), title })}`);
      }
    } catch (error) {
      if (error === INTERRUPTED) output.finish({ interrupted: true });
      throw error;
    } finally {
      // Also of an interrupted run of many, as far as it came.
      const isWorth = output.isQuiet || assigned.length > 1;
      if (isWorth && scores.length > 0) {
        output.sayResult(`${output.isQuiet ? "" : "\n"}${renderScoreboard(scores, detectStyle())}`);
      }
    }
    output.finish({ interrupted: false });
    const status = EXIT_STATUS[worstEnding(scores.map(({ summary }) => summary.ending))];
    return { status, runs: output.runs };
  });
}

async function runTrial(
  { challenge: { id, title: name, limits }, plan }: Trial,
  engine: Engine,
  reporting: Reporting,
  output: Output,
): Promise<Score> {
  const title = id === name ? id : `${id}  ${name}`;
  output.say(`\n${title}: ${wordsOf(plan).join(" ")}`);
  const ended = await engine.run(plan, limits, { ...reporting, challenge: id });
  const ran = { title, plan, engine: engine.name, challenge: id };
  output.add(reportOf(ended, ran));
  const told = `\n${renderEnded(ended, ran)}`;
  const say = (text: string) =>
    ended.summary.ending === "pass" ? output.say(text) : output.sayResult(text);
  say(told);
  tellPage(ended, say);
  return { id, title: name, summary: ended.summary };
}

/** The tests that a command line names; those of the file, if it names none. */
function assignedOf(
  id: string,
  given: Partial<PlanOptions>,
  config: Config | undefined,
): readonly Assigned[] {
  const { workload, program } = given;
  if (id !== "") {
    const challenges = id === "all" ? CHALLENGES : [challengeOf(id)];
    return challenges.map((one) => ({ challenge: adapt(one, given) }));
  }
  if (workload !== undefined) {
    if (program === undefined) throw new UsageError("--bin is missing: the node's executable");
    return [{ challenge: workloadChallenge(workload) }];
  }
  if (config === undefined) {
    throw new UsageError(
      `which challenge? Name one, such as 3d, or a workload with -w; there is no ${CONFIG_FILE} here` +
        `, which ${callOf("init")} writes`,
    );
  }
  if (config.assigned.length === 0) throw new UsageError(`${config.file}: tests is missing`);
  return config.assigned;
}

/** A challenge as faults leave it that its page does not know. */
function adapt(challenge: Challenge, given: Partial<PlanOptions>): Challenge {
  if (!takesNodesDown(given)) return challenge;
  note(
    "nodes that are down answer nobody, so a run with kills or pauses has to be correct, and " +
      "neither the challenge's limits nor total availability are asked of it",
  );
  return withNodesDown(challenge);
}

/** What is asked of a challenge where all are: none of the faults that it cannot survive. */
function survivableOf({ id }: Challenge, given: Partial<PlanOptions>): Partial<PlanOptions> {
  const rest = dropExempt(id, given);
  if (rest === undefined) return given;
  note(`${id} runs without ${joinWords(rest.dropped)}. ${rest.why.replace(/\.$/, "")}`);
  return rest.options;
}

/** The runs of a test, each with its seed: what the command line says wins over the file. */
function trialsOf(
  { challenge, seeds, runs: count = 1 }: Assigned,
  given: Partial<PlanOptions>,
  engine: Engine,
  runs?: number,
): Trial[] {
  const isSeeded = seeds !== undefined && runs === undefined && given.seed === undefined;
  const drawn = isSeeded ? seeds.map((seed) => ({ seed })) : Array(runs ?? count).fill({});
  return optionsOfRuns(challenge, given).flatMap((options) =>
    drawn.map((seeded: Pick<PlanOptions, "seed">) => {
      const mine = requireSupport({ ...applyGiven(options, given, note), ...seeded }, engine);
      return { challenge, plan: planOf({ seed: drawSeed(), ...mine }) };
    })
  );
}

function helpText(id: string): string {
  const challenge = CHALLENGES.find((one) => one.id === id);
  const calls = challenge === undefined && id !== "all"
    ? [`${callOf("test")} [CHALLENGE]`, `${callOf("test")} -w WORKLOAD --bin FILE`]
    : [callOf("test", id)];
  const about = challenge === undefined
    ? [
      "Runs a node under a challenge (all: every one), or under any workload, and checks what clients",
      `see. Without either, ${CONFIG_FILE} says what to run.`,
      "",
      ...CHALLENGES.map(({ id, title }) => `  ${id.padEnd(18)} ${title}`),
    ]
    : [challenge.title];
  return [
    ...calls.map((call) => `${call} [options] [-- arguments for the node]`),
    "",
    ...about,
    "",
    optionsHelp(COMMAND, challenge && plansOf(challenge)),
    "",
    "Exit status: 0 if every run passes, 1 if one fails, 2 if one could not be checked, 255 if one",
    "crashes; 130 if interrupted, 254 if called wrongly.",
  ].join("\n");
}
