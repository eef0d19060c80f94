/**
 * `deno task 3d`: runs a challenge on an engine, and sums up what came of it.
 *
 * @module
 */
import { workloadOptionsHelp } from "./help.ts";
import { UsageError } from "../lib/workbench/options.ts";
import { type Challenge, challengeOf, CHALLENGES } from "./challenges.ts";
import { chooseEngine, type EngineName, engineNamed } from "./engines/choose.ts";
import { RUNS } from "./engines/engine.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { summariseRun } from "./report/outcome.ts";
import {
  renderRuns,
  renderScoreboard,
  renderSummary,
  type Score,
  summaryJson,
  worstEnding,
} from "./report/render.ts";
import { EXIT_STATUS, type Summary } from "./report/summary.ts";
import { terminalLook } from "./report/text.ts";

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
  const challenges = challengesOf(id);
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
          const options = [...args, ...own.rest];
          say(`\n${challenge.id}  ${challenge.title}: ${options.join(" ")}`);
          const reporting = { quiet: own.quiet || own.json, signal };
          const ended = await runOnce(challenge, options, reporting);
          const summary = summariseRun(ended, challenge.limits);
          summaries.push(summary);
          scores.push({ id: challenge.id, title: challenge.title, summary });
          const title = `${challenge.id}  ${challenge.title}`;
          say(
            `\n${renderSummary(summary, { ...terminalLook(), title })}\n\n    files: ${ended.dir}`,
          );
        }
      }
      if (own.runs > 1) {
        say(`\n${renderRuns(summaries, { ...terminalLook(), title: challenge.title })}`);
      }
    }
    if (challenges.length > 1) say(`\n${renderScoreboard(scores, terminalLook())}`);
    const summaries = scores.map(({ summary }) => summary);
    if (own.json) console.log(summaryJson(summaries.length === 1 ? summaries[0] ?? [] : summaries));
    else if (own.quiet) console.log(renderScoreboard(scores, terminalLook()));
    return EXIT_STATUS[worstEnding(summaries)];
  });
}

function challengesOf(id: string): readonly Challenge[] {
  try {
    return id === "all" ? CHALLENGES : [challengeOf(id)];
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function ownOptions(argv: readonly string[]): OwnOptions {
  const rest: string[] = [];
  const found = new Map<string, string>();
  const words = argv.flatMap((word) =>
    /^--(engine|runs)=/.test(word) ? word.split(/=(.*)/, 2) : [word]
  );
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") {
      rest.push(...words.slice(i));
      break;
    }
    if (/^--test-count(=|$)/.test(word)) throw new UsageError("--test-count: here it is --runs N");
    if (word === "--engine" || word === "--runs") found.set(word, words[++i] ?? "");
    else if (["--json", "--quiet", "--help", "-h"].includes(word)) found.set(word, "true");
    else rest.push(word);
  }
  return {
    engine: engineNamed(found.get("--engine")),
    runs: runsOf(found.get("--runs") ?? "1"),
    json: found.has("--json"),
    quiet: found.has("--quiet"),
    help: found.has("--help") || found.has("-h"),
    rest,
  };
}

function runsOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--runs must be a whole number of at least 1, got "${text}"`);
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
    workloadOptionsHelp(),
  ].join("\n");
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (error === INTERRUPTED) {
      console.error(`\nInterrupted; nodes are ended, what there is lies in ${RUNS}/latest.`);
      Deno.exit(130);
    }
    if (error instanceof UsageError) {
      console.error(`deno task ${Deno.args[0] ?? ""}: ${error.message}.`);
      Deno.exit(254);
    }
    console.error(error);
    Deno.exit(EXIT_STATUS.crash);
  }
}
