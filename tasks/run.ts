/**
 * `glomers test 3d --bin FILE`: runs a node under a challenge or a workload, and sums up what came
 * of it.
 *
 * @module
 */
import {
  renderRuns,
  renderScoreboard,
  type Score,
  summaryJson,
  worstEnding,
} from "../lib/report/render.ts";
import { EXIT_STATUS } from "../lib/report/summary.ts";
import { detectStyle, wrapParagraph } from "../lib/report/text.ts";
import { applyGiven, optionsHelp, wordsOf } from "../lib/workbench/command_line.ts";
import { type Options, UsageError, whole } from "../lib/workbench/option.ts";
import { planOf, type PlanOptions, workloadOf } from "../lib/workbench/plan.ts";
import { chooseEngine, requireOwnSupport, requireSupport } from "./engines/mod.ts";
import { type Challenge, challengeOf, CHALLENGES, optionsOfRuns } from "./shared/challenges.ts";
import {
  drawSeed,
  ENGINE,
  LOGGING,
  note,
  OUT,
  OUTPUT,
  readArguments,
  reportingOf,
} from "./shared/command_line.ts";
import { endedJson, renderEnded } from "./shared/ended.ts";
import { interruptible } from "./shared/interrupt.ts";
import { callOf } from "./shared/invocation.ts";

const OWN = {
  ...ENGINE,
  runs: {
    kind: whole(1),
    value: "N",
    help: "N runs, with the figures' median and spread",
    default: 1,
  },
  ...OUT,
  ...OUTPUT,
  ...LOGGING,
} as const satisfies Options;

const COMMAND = {
  own: OWN,
  run: true,
  words: 1,
  refused: { "test-count": "here it is --runs N" },
} as const;

/** Runs what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, run, words: [id = ""], help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText(id));
    return 0;
  }
  const challenges = id === "all" ? CHALLENGES : [named(id, run)];
  const engine = await chooseEngine(own.engine);
  requireOwnSupport(engine, own, OWN);
  const plans = challenges.flatMap((challenge) =>
    optionsOfRuns(challenge, run).flatMap((options) => {
      const mine = requireSupport(applyGiven(options, run, note), engine);
      const plan = () => planOf({ seed: drawSeed(), ...mine });
      return Array.from({ length: own.runs }, () => ({ challenge, plan: plan() }));
    })
  );
  const say = own.quiet || own.json ? () => {} : (text: string) => console.log(text);
  say(wrapParagraph("", engine.note, detectStyle().width).join("\n"));
  return await interruptible(async (signal) => {
    const scores: Score[] = [];
    const reports: ReturnType<typeof endedJson>[] = [];
    const scoreboard = () => renderScoreboard(scores, detectStyle());
    try {
      for (const [{ id, title, limits }, some] of Map.groupBy(plans, (one) => one.challenge)) {
        for (const { plan } of some) {
          say(`\n${id}  ${title}: ${wordsOf(plan).join(" ")}`);
          const ended = await engine.run(plan, limits, reportingOf(own, signal));
          const ran = { plan, engine: engine.name, challenge: id };
          scores.push({ id, title, summary: ended.summary });
          reports.push(endedJson(ended, ran));
          const told = `\n${renderEnded(ended, `${id}  ${title}`, ran)}`;
          if (own.quiet && !own.json && ended.summary.ending !== "pass") console.log(told);
          else say(told);
        }
        const summaries = scores.slice(-some.length).map(({ summary }) => summary);
        if (own.runs > 1) say(`\n${renderRuns(summaries, { ...detectStyle(), title })}`);
      }
    } finally {
      // Also of an interrupted run of many, as far as it came.
      if (challenges.length > 1 && scores.length > 0) say(`\n${scoreboard()}`);
    }
    if (own.json) console.log(summaryJson(reports.length === 1 ? reports[0] ?? [] : reports));
    else if (own.quiet) console.log(scoreboard());
    return EXIT_STATUS[worstEnding(scores.map(({ summary }) => summary))];
  });
}

/** A challenge by its id; without one, a workload is as good as a challenge without limits. */
function named(id: string, { workload, program }: Partial<PlanOptions>): Challenge {
  if (id !== "") return challengeOf(id);
  if (workload === undefined) {
    throw new UsageError("which challenge? Name one, such as 3d, or a workload with -w");
  }
  if (program === undefined) throw new UsageError("--bin is missing: the node's executable");
  const { description } = workloadOf({ workload });
  return { id: workload, title: description, node: program, runs: [{ workload }], limits: [] };
}

function helpText(id: string): string {
  const challenge = CHALLENGES.find((one) => one.id === id);
  const calls = challenge === undefined
    ? [`${callOf("test")} CHALLENGE`, `${callOf("test")} -w WORKLOAD --bin FILE`]
    : [callOf("test", id)];
  const about = challenge === undefined
    ? [
      "Runs a node under a challenge (all: every one), or under any workload, and checks what clients",
      "see.",
      "",
      ...CHALLENGES.map(({ id, title }) => `  ${id.padEnd(18)} ${title}`),
    ]
    : [challenge.title];
  return [
    ...calls.map((call) => `${call} [options] [-- arguments for the node]`),
    "",
    ...about,
    "",
    optionsHelp(COMMAND, challenge?.runs.map(planOf)),
    "",
    "Exit status: 0 if every run passes, 1 if one fails, 2 if one could not be checked, 255 if one",
    "crashes; 130 if interrupted, 254 if called wrongly.",
  ].join("\n");
}
