/**
 * `deno task 3d`: runs a challenge on an engine, and sums up what came of it.
 *
 * @module
 */
import { workloadOptionsHelp } from "./shared/help.ts";
import { UsageError } from "../lib/workbench/command_line.ts";
import { challengeOf, CHALLENGES, withOptions } from "./shared/challenges.ts";
import { conclude, splitOptions, wholeNumber } from "./shared/command_line.ts";
import { chooseEngine, type EngineName, engineNamed } from "./engines/choose.ts";
import { interruptible } from "./shared/interrupt.ts";
import {
  renderRuns,
  renderScoreboard,
  renderSummary,
  type Score,
  summaryJson,
  worstEnding,
} from "../lib/report/render.ts";
import { EXIT_STATUS, summariseRun, type Summary } from "../lib/report/summary.ts";
import { detectStyle } from "../lib/report/text.ts";

interface OwnOptions {
  readonly engine: EngineName | undefined;
  readonly runs: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
  /** Maelstrom's own, added to the challenge's. */
  readonly rest: readonly string[];
}

/** Runs what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const [id = "", ...others] = argv;
  const own = ownOptions(others);
  const challenges = id === "all" ? CHALLENGES : [challengeOf(id)];
  if (own.help) {
    console.log(help(id));
    return 0;
  }
  const { runOnce, note } = await chooseEngine(own.engine);
  const say = own.quiet || own.json ? () => {} : (text: string) => console.log(text);
  say(note);
  return await interruptible(async (signal) => {
    const scores: Score[] = [];
    for (const challenge of challenges) {
      const summaries: Summary[] = [];
      for (const args of challenge.runs) {
        for (let run = 0; run < own.runs; run++) {
          const options = withOptions(args, own.rest);
          say(`\n${challenge.id}  ${challenge.title}: ${options.join(" ")}`);
          const reporting = { quiet: own.quiet || own.json, signal };
          const ended = await runOnce(challenge, options, reporting);
          const summary = summariseRun(ended, challenge.limits);
          summaries.push(summary);
          scores.push({ id: challenge.id, title: challenge.title, summary });
          const title = `${challenge.id}  ${challenge.title}`;
          say(
            `\n${renderSummary(summary, { ...detectStyle(), title })}\n\n    files: ${ended.dir}`,
          );
        }
      }
      if (own.runs > 1) {
        say(`\n${renderRuns(summaries, { ...detectStyle(), title: challenge.title })}`);
      }
    }
    if (challenges.length > 1) say(`\n${renderScoreboard(scores, detectStyle())}`);
    const summaries = scores.map(({ summary }) => summary);
    if (own.json) console.log(summaryJson(summaries.length === 1 ? summaries[0] ?? [] : summaries));
    else if (own.quiet) console.log(renderScoreboard(scores, detectStyle()));
    return EXIT_STATUS[worstEnding(summaries)];
  });
}

function ownOptions(argv: readonly string[]): OwnOptions {
  const { own, rest } = splitOptions(argv, {
    flags: ["--json", "--quiet", "--help", "-h"],
    values: ["--engine", "--runs"],
  });
  if (rest.some((word) => /^--test-count(=|$)/.test(word))) {
    throw new UsageError("--test-count: here it is --runs N");
  }
  return {
    engine: engineNamed(own.get("--engine")),
    runs: wholeNumber("--runs", own.get("--runs") ?? "1", 1),
    json: own.has("--json"),
    quiet: own.has("--quiet"),
    help: own.has("--help") || own.has("-h"),
    rest,
  };
}

function help(id: string): string {
  return [
    `deno task ${id} [options] [Maelstrom's options] [-- arguments for the node]`,
    "",
    "  --engine NAME    maelstrom or workbench; default Maelstrom where it is installed",
    "  --runs N         N runs, with the figures' median and spread",
    "  --json           the summary as JSON on standard output, and nothing else",
    "  --quiet          only the result",
    "",
    "Options of the run, added to the challenge's own:",
    "",
    workloadOptionsHelp("processes"),
  ].join("\n");
}

if (import.meta.main) await conclude(Deno.args[0] ?? "", () => main(Deno.args));
