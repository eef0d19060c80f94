/**
 * `deno task test`: all tests, a dot for each that passes. What fails is printed in full, and again
 * at the end. (Deno's own reporter `dot` starts a new line for each dot of parallel tests.)
 *
 * Imports nothing from packages, so that it starts and says so where Deno is too old for them.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { LineSplitter } from "../lib/lines.ts";
import { versionProblem } from "./shared/deno_version.ts";

const PERMISSIONS = [
  "--allow-read",
  "--allow-write=/tmp,/private/tmp,lib,nodes",
  "--allow-run",
  "--allow-env=PATH,TMPDIR,MAELSTROM,TERM,SWEEP_RUNS,FAULTY_SEEDS,FAULTY_AS_PROCESSES,RAFT_SEED,RAFT_SEEDS",
  "--allow-net=127.0.0.1,localhost",
];
const DOTS_PER_LINE = 80;
const PASSED = / \.\.\. (ok|ignored)( \([^)]+\))?$/;

/** Turns lines of Deno's report into what is printed. */
function condense(): (line: string) => string {
  let dots = 0;
  return (line) => {
    if (PASSED.test(stripVTControlCharacters(line))) {
      return ++dots % DOTS_PER_LINE === 0 ? ".\n" : ".";
    }
    const open = dots % DOTS_PER_LINE !== 0;
    dots = 0;
    return `${open ? "\n" : ""}${line}\n`;
  };
}

/** Runs Deno's tests with its options; returns the exit status. */
async function test(options: readonly string[]): Promise<number> {
  const { hardwareConcurrency } = navigator;
  const child = new Deno.Command("deno", {
    args: ["test", "--quiet", "--parallel", ...PERMISSIONS, ...options],
    env: {
      // One more than cores, as some tests wait for processes.
      DENO_JOBS: Deno.env.get("DENO_JOBS") ?? String(hardwareConcurrency + 1),
      ...(!Deno.stdout.isTerminal() && { NO_COLOR: "1" }),
    },
    stdout: "piped",
  }).spawn();
  const splitter = new LineSplitter();
  const condensed = condense();
  const output = Deno.stdout.writable.getWriter();
  const encoder = new TextEncoder();
  for await (const chunk of child.stdout) {
    for (const line of splitter.push(chunk)) await output.write(encoder.encode(condensed(line)));
  }
  return (await child.status).code;
}

const problem = versionProblem();
if (problem !== undefined) console.error(problem);
Deno.exit(problem === undefined ? await test(Deno.args) : 1);
