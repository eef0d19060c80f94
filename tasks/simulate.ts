/**
 * `deno task sim 3c --seed 7`: a challenge in virtual time, replayed from its seed.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { filterProblem, type TraceFilter } from "../lib/simulator/trace.ts";
import { parseTestOptions, UsageError } from "../lib/workbench/command_line.ts";
import { type Challenge, challengeOf, CHALLENGES, withOptions } from "./shared/challenges.ts";
import {
  conclude,
  INTERRUPTED_STATUS,
  splitOptions,
  USAGE_STATUS,
  wholeNumber,
} from "./shared/command_line.ts";
import { pluralize } from "../lib/checkers/format.ts";
import { workloadOptionsHelp } from "./shared/help.ts";
import { INTERRUPTED, interruptible } from "./shared/interrupt.ts";
import { showLine } from "../lib/report/progress_line.ts";
import { renderRuns, renderSummary, summaryJson, worstEnding } from "../lib/report/render.ts";
import type { Job, Report } from "../lib/simulator/sweep/job.ts";
import { LoadError, SimulationWorker, sweep } from "../lib/simulator/sweep/pool.ts";
import { EXIT_STATUS, type Summary } from "../lib/report/summary.ts";
import { grouped, terminalLook } from "../lib/report/text.ts";

interface SimOptions {
  readonly seed: string | undefined;
  readonly seeds: number | undefined;
  readonly first: number;
  readonly keepGoing: boolean;
  readonly trace: TraceFilter | undefined;
  readonly shrink: boolean;
  readonly json: boolean;
  /** Absent unless it was given. */
  readonly patienceS: number | undefined;
  readonly help: boolean;
  /** Options of the run, added to the challenge's. */
  readonly rest: readonly string[];
}

/** Simulates what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const [target = "", ...words] = argv;
  const helpAsked = target === "--help" || target === "-h";
  if (target.startsWith("-") && !helpAsked) {
    throw new UsageError(`the challenge comes first, before ${target}`);
  }
  const options = simOptions(words);
  if (options.help || helpAsked || target === "") {
    console.log(help());
    return options.help || helpAsked ? 0 : USAGE_STATUS;
  }
  const challenges = target === "all" ? CHALLENGES : [targetOf(target, options.rest)];
  const plans = challenges.flatMap((challenge) =>
    challenge.runs.map((args) => planOf(challenge, withOptions(args, options.rest), options.trace))
  );
  const runs: Run[] = [];
  let interrupted = false;
  for (const plan of plans) {
    const found = await simulated(plan, options);
    runs.push(...found.reports.map((report) => runOf(plan, report)));
    interrupted = found.interrupted;
    if (interrupted) break;
  }
  if (options.json) {
    const [only] = options.seeds === undefined && plans.length === 1 ? runs : [];
    console.log(summaryJson(only ?? runs));
  }
  return interrupted ? INTERRUPTED_STATUS : EXIT_STATUS[worstEnding(runs)];
}

async function simulated(plan: Plan, options: SimOptions): Promise<Swept> {
  try {
    if (options.seeds !== undefined) return await many(plan, options);
    return { reports: [await one(plan, options)], interrupted: false };
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    const { node } = plan.challenge;
    const why = error.message.replaceAll(plan.program, node);
    throw new UsageError(`cannot load ${node}: ${why}`);
  }
}

/** A run as JSON: its summary, how to repeat it, and in which ways it failed. */
interface Run extends Summary {
  readonly challenge: string;
  readonly options: readonly string[];
  readonly seed: string;
  readonly ways: readonly string[];
}

function runOf({ challenge: { id }, argv }: Plan, report: Report): Run {
  const { seed, summary } = report;
  return { challenge: id, options: argv, seed, ...summary, ways: failureOf(report) };
}

/** A challenge by its id, or a program by its file. */
function targetOf(target: string, rest: readonly string[]): Challenge {
  if (CHALLENGES.some(({ id }) => id === target)) return challengeOf(target);
  if (!existsSync(target)) {
    if (/[./]/.test(target)) throw new UsageError(`there is no file ${target}`);
    return challengeOf(target);
  }
  const title = rest.includes("-w") || rest.some((word) => word.startsWith("--workload"))
    ? target
    : undefined;
  if (title === undefined) {
    throw new UsageError(`-w is missing: the workload to run ${target} with`);
  }
  return { id: target, title, node: target, runs: [[]], limits: [] };
}

/** A run, but for its seed. */
interface Plan {
  readonly challenge: Challenge;
  readonly argv: readonly string[];
  readonly program: string;
}

function planOf(challenge: Challenge, argv: readonly string[], trace: TraceFilter = {}): Plan {
  const { run } = parseTestOptions(argv, { simulated: true }); // complains before any worker starts
  const problem = filterProblem(trace, run.nodes);
  if (problem !== undefined) throw new UsageError(`--trace-node: ${problem}`);
  return { challenge, argv, program: pathToFileURL(resolve(challenge.node)).href };
}

/** The challenges here keep their state where it belongs; a program from elsewhere may not. */
function jobOf({ challenge, argv, program }: Plan, seed: string): Job {
  const anew = !CHALLENGES.includes(challenge);
  return { program, argv, seed, limits: challenge.limits, anew };
}

function* jobsOf(plan: Plan, first: number, seeds: number): Generator<Job> {
  for (let seed = first; seed < first + seeds; seed++) yield jobOf(plan, String(seed));
}

/** What a run is called: where a challenge has several, by its options. */
function titleOf({ challenge: { id, title, runs }, argv }: Plan): string {
  const name = id === title ? id : `${id}  ${title}`;
  return runs.length > 1 ? `${name}: ${argv.join(" ")}` : name;
}

/** The command that replays a run, under the same patience. */
function replayOf({ challenge, argv }: Plan, seed: string, options: SimOptions): string {
  const { rest, patienceS } = options;
  const words = challenge.runs.length > 1 ? [challenge.node, ...argv] : [challenge.id, ...rest];
  const patience = patienceS === undefined ? [] : ["--patience", String(patienceS)];
  return `deno task sim ${quoted([...words, "--seed", seed, ...patience]).join(" ")}`;
}

function patienceOf({ patienceS }: SimOptions): { patienceMs?: number } {
  return patienceS === undefined ? {} : { patienceMs: 1_000 * patienceS };
}

async function one(plan: Plan, options: SimOptions): Promise<Report> {
  const seed = options.seed ?? String(Math.floor(Math.random() * 2 ** 32));
  using worker = new SimulationWorker(patienceOf(options));
  const attempts = options.shrink ? attemptsLine() : undefined;
  const report = await worker.simulate({
    ...jobOf(plan, seed),
    shrink: options.shrink,
    ...(options.trace && { trace: options.trace }),
  }, {
    lines: (lines) => console.log(lines.join("\n")),
    ...(attempts && { attempts }),
  });
  if (!options.json) console.log(told(plan, report, options));
  return report;
}

/** The ways in which a run failed, as a person reads them. */
function failureOf({ ways, crash }: Report): readonly string[] {
  return crash === undefined ? ways : [`crash: ${crash}`];
}

function attemptsLine(): ((attempts: number) => void) | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  const encoder = new TextEncoder();
  return (attempts) => Deno.stderr.writeSync(encoder.encode(`\r${attempts} runs tried\x1b[K\r`));
}

function told(plan: Plan, report: Report, options: SimOptions): string {
  const { seed, summary, shrunk, ways, uncaught } = report;
  const title = `${titleOf(plan)}  (seed ${seed})`;
  const failed = summary.ending !== "pass";
  const asked = options.trace !== undefined || options.shrink;
  const replay = replayOf(plan, seed, options);
  return [
    renderSummary(summary, { ...terminalLook(), title }),
    ...(uncaught === undefined ? [] : [
      `\n    ${
        pluralize(uncaught.count, "error")
      } that nobody caught, the first on ${uncaught.first}`,
    ]),
    ...(failed && ways.length > 0 ? [`\n    fails by: ${failureOf(report).join(", ")}`] : []),
    ...(shrunk === undefined ? [] : [`    made small: ${shrunk}`]),
    ...(options.shrink && !shrinkable(report) ? [`\n    ${notShrunk(report)}`] : []),
    ...(failed && !asked ? [`\n    replay: ${replay} --trace`] : []),
    ...(!asked && shrinkable(report) ? [`    shrink: ${replay} --shrink`] : []),
  ].join("\n");
}

/** Whether a smaller run could show what is wrong. */
function shrinkable({ ways, summary, crash }: Report): boolean {
  return ways.length > 0 && (summary.ending !== "crash" || crash !== undefined);
}

/** Why a run that was to be shrunk is told of as it was. */
function notShrunk({ seed, summary }: Report): string {
  if (summary.ending === "pass") return `seed ${seed} passes: there is nothing to shrink`;
  return summary.ending === "crash"
    ? `seed ${seed} could not be simulated to its end: there is no run to make small`
    : `seed ${seed} fails by its limits only, which a smaller run would not show`;
}

function quoted(words: readonly string[]): string[] {
  return words.map((word) =>
    /^[\w.,:=/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  );
}

/** What came of a sweep. */
interface Swept {
  /** Of the runs that have ended, by their seeds. */
  readonly reports: readonly Report[];
  readonly interrupted: boolean;
}

async function many(plan: Plan, options: SimOptions): Promise<Swept> {
  const { seeds = 1, first, keepGoing } = options;
  const { challenge } = plan;
  const reports: Report[] = [];
  const failures: Report[] = [];
  const line = options.json ? undefined : showLine(() => ({
    done: reports.length,
    total: seeds,
    words: `${challenge.id} · ${reports.length} of ${seeds} seeds · ${failures.length} failed`,
  }));
  const startMs = performance.now();
  let interrupted = false;
  const sweeping = (signal: AbortSignal) =>
    sweep({
      signal,
      jobs: jobsOf(plan, first, seeds),
      ...patienceOf(options),
      enough: () => failures.length > 0 && !keepGoing,
      ended: (report) => {
        reports.push(report);
        if (report.summary.ending !== "pass") failures.push(report);
      },
    });
  try {
    await interruptible(sweeping);
  } catch (error) {
    if (error !== INTERRUPTED) throw error;
    interrupted = true;
  } finally {
    await line?.stop();
  }
  const bySeed = (a: Report, b: Report) => Number(a.seed) - Number(b.seed); // not as they ended
  for (const some of [reports, failures]) some.sort(bySeed);
  const swept = { reports, interrupted };
  if (options.json) return swept;
  const tookS = ((performance.now() - startMs) / 1000).toFixed(1);
  const count = interrupted
    ? `interrupted: ${grouped(reports.length)} of ${grouped(seeds)}`
    : grouped(reports.length);
  console.log(toldOfMany(plan, reports, `${count} seeds in ${tookS} s`));
  const [failed] = failures;
  const asked = options.trace !== undefined || options.shrink;
  if (failed !== undefined) {
    console.log();
    // Who has interrupted a sweep does not wait for a transcript: the command for it is enough.
    if (asked && !interrupted) await one(plan, { ...options, seed: failed.seed });
    else console.log(told(plan, failed, { ...options, trace: undefined, shrink: false }));
  } else if (options.shrink && !interrupted) {
    console.log("    no seed fails: there is nothing to shrink");
  }
  return swept;
}

/** Figures of the runs that have ended, if one has, and how they failed. */
function toldOfMany(plan: Plan, reports: readonly Report[], count: string): string {
  const summaries = reports.map(({ summary }) => summary);
  const runs = renderRuns(summaries, { ...terminalLook(), title: titleOf(plan) });
  const failures = reports.filter(({ summary }) => summary.ending !== "pass");
  const beyond = reports.filter(({ wrongBeyond }) => wrongBeyond);
  const lines = [
    count,
    ...byWay(failures),
    ...(beyond.length === 0
      ? []
      : [countOf("beyond Maelstrom's checks, what nodes hold is wrong", beyond)]),
  ];
  return [...(reports.length === 0 ? [] : [runs, ""]), ...lines.map((line) => `    ${line}`)]
    .join("\n");
}

/** How often each way of failing came, and in which runs first. */
function byWay(failures: readonly Report[]): string[] {
  const limitsOnly = failures.filter(({ ways }) => ways.length === 0);
  const runs = Map.groupBy(
    failures.flatMap((report) =>
      report.ways.map((way, i) => ({ way, text: failureOf(report)[i] ?? way, report }))
    ),
    ({ way }) => way,
  );
  return [
    ...[...runs.values()].map((found) => {
      const [first = "", ...others] = new Set(found.map(({ text }) => text));
      const what = others.length === 0 ? first : `${first}, and the like`;
      return countOf(what, found.map(({ report }) => report));
    }),
    ...(limitsOnly.length === 0 ? [] : [countOf("by its limits only", limitsOnly)]),
  ];
}

function countOf(what: string, reports: readonly Report[]): string {
  const seeds = reports.slice(0, 8).map(({ seed }) => seed).join(", ");
  return `${what}: ${reports.length} of them, seeds ${seeds}${reports.length > 8 ? ", …" : ""}`;
}

/** More would take days, and the memory for what came of each. */
const MOST_SEEDS = 1_000_000;
/** Beyond it, a sweep's seeds could not be told apart. */
const LAST_SEED = Number.MAX_SAFE_INTEGER;
/** A day; timers know no more than 24 of them. */
const MOST_PATIENCE_S = 86_400;

const OWN = {
  flags: ["--keep-going", "--trace", "--shrink", "--json", "--help", "-h"],
  values: ["--seed", "--seeds", "--first", "--trace-node", "--trace-value", "--patience"],
  lists: ["--trace-node"],
};

function simOptions(argv: readonly string[]): SimOptions {
  const { own, rest } = splitOptions(argv, OWN);
  const ids = own.get("--trace-node")?.split(",").map((id) => id.trim());
  const value = own.get("--trace-value");
  const traced = own.has("--trace") || ids !== undefined || value !== undefined;
  const seeds = own.get("--seeds");
  const patience = own.get("--patience");
  if (seeds !== undefined && own.has("--seed")) {
    throw new UsageError("--seed and --seeds exclude each other; --first says where seeds begin");
  }
  if (own.has("--first") && seeds === undefined) {
    throw new UsageError("--first has no use without --seeds");
  }
  if (own.has("--keep-going") && seeds === undefined) {
    throw new UsageError("--keep-going has no use without --seeds");
  }
  if (own.has("--json") && (traced || own.has("--shrink"))) {
    const other = own.has("--shrink") ? "--shrink" : "--trace";
    throw new UsageError(`--json and ${other} exclude each other: a transcript is no JSON`);
  }
  return {
    seed: own.get("--seed"),
    seeds: seeds === undefined ? undefined : wholeNumber("--seeds", seeds, 1, MOST_SEEDS),
    first: wholeNumber("--first", own.get("--first") ?? "1", 0, LAST_SEED - MOST_SEEDS),
    keepGoing: own.has("--keep-going"),
    trace: traced ? { ...(ids && { ids }), ...(value !== undefined && { value }) } : undefined,
    shrink: own.has("--shrink"),
    json: own.has("--json"),
    patienceS: patience === undefined
      ? undefined
      : wholeNumber("--patience", patience, 1, MOST_PATIENCE_S),
    help: own.has("--help") || own.has("-h"),
    rest,
  };
}

function help(): string {
  return [
    "deno task sim CHALLENGE [options] [options of the run]",
    "deno task sim FILE -w WORKLOAD [options] [options of the run]",
    "",
    "Runs a challenge (all: every one), or the program that FILE exports as its default, in virtual",
    "time. The same seed gives the same run.",
    "",
    "  --seed S          that run; default a new one",
    "  --seeds N         N runs, seeds 1 to N, spread over the cores",
    "  --first F         seeds from F on instead",
    "  --keep-going      count failures instead of stopping at the first",
    "  --trace           print what happens as a transcript; of many runs, in the first that fails",
    "  --trace-node a,…  only what one of these nodes, clients or services takes part in",
    "  --trace-value V   only what mentions that value",
    "  --shrink          make a failing run small and print its transcript; of many, the first",
    "  --json            the summary as JSON with its seed; of many runs, an array of them",
    "  --patience S      seconds after which a program that does not let go is given up; default 60",
    "",
    "Options of the run, added to the challenge's own:",
    "",
    workloadOptionsHelp("simulator", ["seed"]),
    "",
    "Exit status: 0 if every run passes, 1 if one fails, 2 if one could not be checked, 255 if one",
    "crashes; 130 if interrupted, 254 if called wrongly or if the program cannot be loaded.",
  ].join("\n");
}

if (import.meta.main) await conclude("sim", () => main(Deno.args));
