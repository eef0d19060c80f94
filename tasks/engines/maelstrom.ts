/**
 * Real Maelstrom as an engine.
 *
 * @module
 */
import { basename, delimiter, dirname, join, relative, resolve } from "node:path";
import { existsSync } from "node:fs";
import { TextLineStream } from "@std/streams";
import { reasonOf } from "../../lib/message.ts";
import { RUN_FOLDER } from "../../lib/folder.ts";
import { ErrorLog } from "../../lib/workbench/hosts/error_log.ts";
import { SyncLog } from "../../lib/workbench/hosts/sync_log.ts";
import { pathWithDeno } from "../../lib/workbench/hosts/process.ts";
import { wordsOf } from "../../lib/workbench/command_line.ts";
import { type Plan, workloadOf } from "../../lib/workbench/plan.ts";
import { CONDUCT_FILE, printConduct } from "../../lib/workbench/store/conduct_file.ts";
import { writePlan } from "../../lib/workbench/store/plan_file.ts";
import { showProgress } from "../../lib/report/progress.ts";
import { readRun, type StoredRun, UnreadableRun } from "../../lib/workbench/store/reader.ts";
import type { CrashReport, RunResult } from "../../lib/workbench/result.ts";
import type { Limit } from "../../lib/report/limits.ts";
import { writeLimits } from "../../lib/report/limits_file.ts";
import { summariseRun, type Summary } from "../../lib/report/summary.ts";
import { isInstalled } from "../shared/installed.ts";
import { isProjectFolder } from "../shared/invocation.ts";
import { PAGE_FILE, pageOf } from "../shared/page.ts";
import { measureLoad } from "../shared/machine.ts";
import { keepRecord } from "../shared/record.ts";
import { type EndedRun, type Reporting, RUNS } from "./engine.ts";

/** Where `deno task setup:maelstrom` puts it. */
const INSTALLED = "maelstrom/maelstrom";

/** Maelstrom's launcher, or why there is none to use. */
type Found = { readonly launcher: string } | {
  readonly missing: string;
  /** Whether somebody has said where it is. */
  readonly isNamed: boolean;
};

/**
 * Looks for Maelstrom: what the environment variable `MAELSTROM` names (the launcher or its
 * folder), else `maelstrom/` here, else on the `PATH`; and for the Java it needs.
 */
export async function findMaelstrom(
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Promise<Found> {
  const path = (variable("PATH") ?? "").split(delimiter);
  const named = variable("MAELSTROM");
  const launcher = firstExecutable(
    named !== undefined
      ? [named, join(named, "maelstrom")]
      : [INSTALLED, ...path.map((folder) => join(folder, "maelstrom"))],
  );
  const isNamed = named !== undefined;
  if (launcher === undefined) {
    return {
      isNamed,
      missing: named === undefined
        ? `Maelstrom is not installed${howToInstall()}`
        : `MAELSTROM names ${named}, where there is no launcher`,
    };
  }
  const java = firstExecutable(path.map((folder) => join(folder, "java")));
  if (java !== undefined && await isInstalled(java, "-version")) return { launcher };
  return { isNamed, missing: `Maelstrom is at ${launcher}, but there is no Java to run it` };
}

/** The project's own task puts it where it is looked for; others put it where they like. */
function howToInstall(): string {
  return isProjectFolder() ? " (deno task setup:maelstrom installs it)" : "";
}

function firstExecutable(candidates: readonly string[]): string | undefined {
  const found = candidates.find(isExecutable);
  return found === undefined ? undefined : resolve(found);
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}

/** Lines of Maelstrom's output kept to explain a crash. */
const KEPT_LINES = 400;
/** How long Maelstrom may take to end after an interruption before it is killed, in milliseconds. */
const PATIENCE_MS = 8_000;

export async function runMaelstrom(
  launcher: string,
  plan: Plan,
  { limits = [], out = RUNS, ...reporting }: Reporting & { readonly limits?: readonly Limit[] },
): Promise<EndedRun> {
  const home = resolve(out, "maelstrom");
  Deno.mkdirSync(home, { recursive: true });
  const before = latestRun(home);
  using fresh = freshFolder(home);
  const child = new Deno.Command(launcher, {
    args: argumentsOf(plan, reporting),
    cwd: home,
    env: { PATH: pathWithDeno(), [RUN_FOLDER]: fresh.path },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // an interruption reaches it from here, once
  }).spawn();
  const followed = new Followed();
  const release = endWith(reporting.signal, child);
  const progress = reporting.quiet
    ? undefined
    : showProgress(plan.timeLimitS, () => followed.reading());
  const reading = Promise.all([followed.read(child.stdout), followed.read(child.stderr)]);
  const { code } = await child.status;
  release();
  await reading;
  await progress?.stop();
  reporting.signal.throwIfAborted();
  const after = latestRun(home);
  const dir = after === undefined || after === before ? home : after;
  if (dir !== home) {
    const { seed: _, ...drawn } = plan; // Maelstrom draws without one
    writePlan(dir, drawn);
    writeLimits(dir, limits);
    const journals = join(fresh.path, "journal");
    if (existsSync(journals)) Deno.renameSync(journals, join(dir, "journal"));
  }
  const result = resultOf(dir, plan, code, followed.lines);
  const summary = summariseRun(result, limits);
  const { challenge } = reporting;
  if (dir === home) return { dir, summary };
  Deno.writeTextFileSync(join(dir, CONDUCT_FILE), printConduct(result));
  keepRecord(dir, { plan, engine: "maelstrom", challenge, summary, history: result.history });
  return { dir, summary, writePage: () => writePage(result, { plan, summary, dir }) };
}

function writePage(result: RunResult, { plan, summary, dir }: {
  readonly plan: Plan;
  readonly summary: Summary;
  readonly dir: string;
}): string | undefined {
  const folder = relative(Deno.cwd(), dir);
  const page = join(folder, PAGE_FILE);
  const ran = { plan, engine: "maelstrom" } as const;
  try {
    Deno.writeTextFileSync(page, pageOf(result, { summary, ran, dir: folder }));
    return page;
  } catch (error) {
    console.error(`There is no page: ${reasonOf(error)}.`);
    return undefined;
  }
}

/** Where nodes keep their journals until the run's own folder is there. */
function freshFolder(home: string) {
  const path = Deno.makeTempDirSync({ dir: home, prefix: "nodes-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

function argumentsOf(
  plan: Plan,
  { logStderr = false, logNetSend = false, logNetRecv = false }: Reporting,
): string[] {
  return [
    "test",
    ...["--bin", resolve(plan.program ?? "")],
    ...(logStderr ? ["--log-stderr"] : []),
    ...(logNetSend ? ["--log-net-send"] : []),
    ...(logNetRecv ? ["--log-net-recv"] : []),
    ...wordsOf(plan),
  ];
}

function latestRun(home: string): string | undefined {
  try {
    return Deno.realPathSync(join(home, "store", "latest"));
  } catch {
    return undefined;
  }
}

/** Ends Maelstrom, and with it its nodes, when the signal says so. Returns how to stop minding. */
function endWith(signal: AbortSignal, child: Deno.ChildProcess): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    kill(child, "SIGINT");
    timer = setTimeout(() => kill(child, "SIGKILL"), PATIENCE_MS);
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return () => {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
    kill(child, "SIGKILL"); // whatever of its process group is still there
  };
}

function kill({ pid }: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch {
    // it is gone already
  }
}

/** What Maelstrom's own output says of a run. */
class Followed {
  readonly lines: string[] = [];
  #operations = 0;
  #phase = "starting";
  #startedMs: number | undefined;
  #fault: string | undefined;

  reading() {
    return {
      phase: this.#phase,
      elapsedS: this.#startedMs === undefined ? 0 : (performance.now() - this.#startedMs) / 1000,
      operations: this.#operations,
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    };
  }

  async read(stream: ReadableStream<BufferSource>): Promise<void> {
    const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (this.lines.push(line) > KEPT_LINES) this.lines.shift();
    if (/\t:invoke\t/.test(line)) {
      this.#operations++;
      this.#startedMs ??= performance.now();
      if (this.#phase === "starting") this.#phase = "running";
    } else if (line.includes("Waiting for recovery")) {
      this.#phase = "10 s of rest before the last operations";
    } else if (line.includes("Analyzing")) this.#phase = "checking";
    else if (/:nemesis\t:info\t:st(art|op)-partition/.test(line)) {
      this.#fault = line.includes(":start-partition") ? "network partitioned" : "network healed";
    }
  }
}

function resultOf(dir: string, plan: Plan, code: number, lines: readonly string[]): RunResult {
  const { nodes, concurrency, rate, timeLimitS } = plan;
  const logged = readLogs(dir);
  const noise = measureLoad();
  const about = { dir, workload: workloadOf(plan), asked: rate * timeLimitS, noise };
  const run = { ...about, nodes, concurrency, problems: [], ...logged };
  const stored = storedIn(dir);
  const history = stored?.history ?? [];
  if (stored?.results !== undefined) return { ...run, history, results: stored.results };
  return { ...run, history, crash: explainCrash(code, dir, lines) };
}

/** What the logs that nodes left in a folder tell. */
export function readLogs(dir: string): Pick<RunResult, "loggedErrors" | "syncs"> {
  const errors = new ErrorLog();
  const log = new SyncLog();
  const logs = join(dir, "node-logs");
  for (const { name } of existsSync(logs) ? Deno.readDirSync(logs) : []) {
    const node = basename(name, ".log");
    for (const line of Deno.readTextFileSync(join(logs, name)).split("\n")) {
      errors.take(node, line);
      log.take(node, line);
    }
  }
  const { syncs } = log;
  return { loggedErrors: errors.errors, ...(syncs && { syncs }) };
}

function storedIn(dir: string): StoredRun | undefined {
  try {
    return readRun(dir);
  } catch (error) {
    if (error instanceof UnreadableRun) return undefined;
    throw error;
  }
}

/** Why Maelstrom left no results: its status, and what it or the node wrote last. */
function explainCrash(code: number, dir: string, lines: readonly string[]): CrashReport {
  const crashed = lines.findIndex((line) =>
    /crashed with exit status|Expected node .* to respond/.test(line)
  );
  if (crashed >= 0) {
    const said = lines.slice(crashed, crashed + 12).filter((line) => !/^\s*at /.test(line));
    return {
      text: `Maelstrom ended with status ${code}: a node failed.`,
      lastWords: said.map((line) => line.trim()),
    };
  }
  const cause = lines.find((line) => /Exception|Error/.test(line));
  return {
    text: `Maelstrom ended with status ${code} and left no results in ${basename(dirname(dir))}.`,
    lastWords: cause === undefined ? lines.slice(-3) : [cause.trim()],
  };
}
