/**
 * What the playground has learners solve: the challenges, and the faulty nodes.
 *
 * @module
 */
import type { Challenge, Fault } from "../../lib/playground/site.ts";
import { splitEssay } from "../../lib/playground/essay.ts";
import { applyGiven, parseRunOptions } from "../../lib/workbench/command_line.ts";
import type { PlanOptions } from "../../lib/workbench/plan.ts";
import { FAULTY } from "../../nodes/faulty/mod.ts";
import { CHALLENGES } from "./challenges.ts";

const ROOT = new URL("../../", import.meta.url);

/** Reads the challenges with the nodes that solve them. */
export function readChallenges(): Challenge[] {
  return CHALLENGES.map(({ id, node, runs, limits }) => ({
    id,
    limits,
    runs: runs.map(({ program: _, ...options }) => options),
    solution: Deno.readTextFileSync(new URL(node, ROOT)),
  }));
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

function optionsIn(essay: string, file: string): PlanOptions {
  const [, words = ""] = essay.replaceAll(/ \\\n +/g, " ")
    .split(`\n    deno task sim nodes/faulty/${file} `);
  return applyGiven({}, parseRunOptions((words.split("\n")[0] ?? "").split(" ")));
}

/** A learner's program is not served, imports the package, and its name gives nothing away. */
function asExercise(code: string): string {
  return code
    .replace(/\n+if \(import\.meta\.main\).*$/s, "\n")
    .replace(/, serve\b|\bserve, /, "")
    .replaceAll(/"(?:\.\.\/)+lib\/mod\.ts"/g, '"@glomers/maelstrom"')
    .replaceAll(/"(?:\.\.\/)+lib\//g, '"../lib/')
    .replace(/(export default function )\w+/, "$1program");
}
