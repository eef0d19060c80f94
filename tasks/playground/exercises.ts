/**
 * What the playground has learners solve: the challenges, and the faulty nodes.
 *
 * @module
 */
import type { Sandbox } from "../../lib/playground/exercise.ts";
import type { Challenge, Fault } from "../../lib/playground/site.ts";
import { splitEssay } from "../../lib/playground/essay.ts";
import { applyGiven, parseRunOptions } from "../../lib/workbench/command_line.ts";
import type { PlanOptions } from "../../lib/workbench/plan.ts";
import published from "../../results/data/published.json" with { type: "json" };
import { FAULTY } from "../../nodes/faulty/mod.ts";
import {
  type Challenge as ChallengeWithTitle,
  CHALLENGES,
  withNodesDown,
} from "../shared/challenges.ts";
import type { Published, PublishedCost } from "../shared/frontier.ts";
import { cheapestWithin } from "../shared/published.ts";

const PUBLISHED: readonly (Published | PublishedCost)[] = published;

const ROOT = new URL("../../", import.meta.url);

/** Challenges whose lesson is that nodes are killed, and how fast clients ask then. */
const KILLED: Readonly<Record<string, number>> = { "5c-raft": 100 };

/**
 * Challenges with a thousand requests a second that need no faults: their programs fail, and pass, in
 * seconds, and a learner waits for each run. So many seconds are enough for each to show its fault.
 */
const SHORT: Readonly<Record<string, number>> = { "5a": 5, "5b": 3, "5c": 5, "6a": 5 };

/** Reads the challenges with the nodes that solve them. */
export function readChallenges(): Challenge[] {
  return CHALLENGES.map((challenge) => {
    const { id, node, limits } = challenge;
    const cheapest = cheapestWithin(id, limits, PUBLISHED);
    return {
      id,
      limits,
      ...(cheapest && { published: cheapest }),
      runs: runsOf(challenge).map(({ program: _, ...options }) => options),
      solution: Deno.readTextFileSync(new URL(node, ROOT)),
    };
  });
}

function runsOf(challenge: ChallengeWithTitle): readonly PlanOptions[] {
  const timeLimitS = SHORT[challenge.id];
  if (timeLimitS !== undefined) return challenge.runs.map((run) => ({ ...run, timeLimitS }));
  const rate = KILLED[challenge.id];
  if (rate === undefined) return challenge.runs;
  const killed = withNodesDown(challenge).runs.map((run): PlanOptions => ({
    ...run,
    rate,
    faults: ["kill"],
  }));
  return [...challenge.runs, ...killed];
}

/** Reads the faulty nodes, each with the run that its header asks for. */
export function readFaults(): Fault[] {
  return Object.entries(FAULTY).map(([file, { messagesPerOpAbove: below }]) => {
    const { text, code } = splitEssay(
      Deno.readTextFileSync(new URL(`nodes/faulty/${file}`, ROOT)),
    );
    return {
      id: file.replace(/\.ts$/, ""),
      essay: text,
      starter: asExercise(code),
      run: optionsIn(text, file),
      limits: below === undefined
        ? []
        : [{ name: "messages per op", metric: "serverMessagesPerOp", below }],
    };
  });
}

/** Reads the nodes that the sandbox offers. */
export function readSandbox(): Sandbox {
  return {
    programs: CHALLENGES.filter(({ id }) => SHOWN.includes(id)).map(({ id, title, node, runs }) => {
      const { program: _, faults: __, availability: ___, ...options } = runs[0] ?? { workload: id };
      return {
        id,
        title: `${id}: ${title}`,
        code: unserved(splitEssay(Deno.readTextFileSync(new URL(node, ROOT))).code),
        options: { ...options, nodeCount: Math.min(7, options.nodeCount ?? 5), ...LEISURELY },
      };
    }),
  };
}

/** Nodes that are worth watching while others of them are cut off or killed: of every workload one. */
const SHOWN: readonly string[] = [
  ...["1", "2", "3b", "3c", "3e", "4", "5c-raft", "6c", "lin-kv"],
  ...["g-set", "pn-counter", "txn-list-append"],
];
/** So that a person can follow, and has the time to do something. */
const LEISURELY = { rate: 10, latencyMs: 100, timeLimitS: 120 };

function optionsIn(essay: string, file: string): PlanOptions {
  const [, words = ""] = essay.replaceAll(/ \\\n +/g, " ")
    .split(`\n    deno task sim nodes/faulty/${file} `);
  return applyGiven({}, parseRunOptions((words.split("\n")[0] ?? "").split(" ")));
}

/** A faulty program whose name gives nothing away. */
function asExercise(code: string): string {
  return unserved(code).replace(/(export default function )\w+/, "$1program");
}

/** A program as a learner writes it: not served, and on the package. */
function unserved(code: string): string {
  return code
    .replace(/\n+if \(import\.meta\.main\).*$/s, "\n")
    .replace(/\s*\bserve,(?=\s)|, serve\b/, "")
    .replaceAll(/"(?:\.\.\/)+lib\/mod\.ts"/g, '"@glomers/maelstrom"')
    .replaceAll(/"(?:\.\.\/)+lib\//g, '"../lib/');
}
