/**
 * `deno task test`: all tests, a dot for each that passes. What fails is printed in full, and again
 * at the end. (Deno's own reporter `dot` starts a new line for each dot of parallel tests.)
 *
 * Deno loads each test file in an isolate of its own, which takes longer than most of the tests. Here
 * the files of a room share one.
 *
 * Imports nothing from packages, so that it starts and says so where Deno is too old for them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { LineSplitter } from "../lib/lines.ts";
import { versionProblem } from "./shared/deno_version.ts";

const PERMISSIONS = [
  "--allow-read",
  "--allow-write=/tmp,/private/tmp,lib,nodes,results/runs",
  "--allow-run",
  "--allow-env=PATH,TMPDIR,MAELSTROM,TERM,SWEEP_RUNS,FAULTY_SEEDS,FAULTY_AS_PROCESSES,RAFT_SEED,RAFT_SEEDS,PACKAGES,GLOMERS_RUN_DIR",
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

/** The project's folder, with a slash at its end. */
const ROOT = new URL("..", import.meta.url);

/** The test files in a folder, by their paths in the project. */
function* testsIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (isDirectory) yield* testsIn(`${folder}/${name}`);
    else if (name.endsWith("_test.ts")) yield `${folder}/${name}`;
  }
}

/**
 * Where a test runs: those of the library by folders. Tests of nodes leave timers behind, and tests of
 * tasks and of servers wait for processes: each file for itself.
 */
function roomOf(path: string): string {
  const [top = "", folder = ""] = path.split("/");
  if (top !== "lib" || folder === "nats") return path;
  return folder.includes(".") ? top : `${top}/${folder}`;
}

/** Writes a module for each room, which imports its tests; returns the modules' paths. */
async function writeRooms(folder: string): Promise<string[]> {
  const rooms = Map.groupBy(["tasks", "nodes", "lib"].flatMap((top) => [...testsIn(top)]), roomOf);
  return await Promise.all([...rooms].map(async ([room, paths]) => {
    const file = `${folder}/${room.replaceAll("/", "_")}.ts`;
    const imports = paths.sort().map((path) => `import "${new URL(path, ROOT)}";\n`);
    await Deno.writeTextFile(file, imports.join(""));
    return file;
  }));
}

/** Runs all tests, or those that the words name; returns the exit status. */
async function test(words: readonly string[]): Promise<number> {
  const end = words.indexOf("--");
  const named = words.slice(0, end < 0 ? undefined : end).some((word) => !word.startsWith("-"));
  if (named) return await run(words);
  const folder = await Deno.makeTempDir({ prefix: "tests-" });
  try {
    const config = ["--config", fileURLToPath(new URL("deno.json", ROOT))];
    return await run([...config, ...await writeRooms(folder), ...words]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs Deno's tests with these arguments; returns the exit status. */
async function run(args: readonly string[]): Promise<number> {
  const { hardwareConcurrency } = navigator;
  const child = new Deno.Command("deno", {
    args: ["test", "--quiet", "--parallel", ...PERMISSIONS, ...args],
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
