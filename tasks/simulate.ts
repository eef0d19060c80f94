/**
 * `glomers sim 3c --seed 7`: a challenge in virtual time, replayed from its seed.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { SERVER_OPTIONS, serverOf } from "../lib/nats/server.ts";
import { type Ending, EXIT_STATUS, worstEnding } from "../lib/report/summary.ts";
import { filterProblem, type TraceFilter } from "../lib/simulator/trace.ts";
import { applyGiven, type Arguments, optionsHelp } from "../lib/workbench/command_line.ts";
import {
  listOf,
  type Options,
  text,
  UsageError,
  type Values,
  whole,
} from "../lib/workbench/option.ts";
import { planOf, type PlanOptions } from "../lib/workbench/plan.ts";
import { requireSupport } from "./engines/mod.ts";
import { explainLoadErrors } from "./engines/simulator.ts";
import {
  type Challenge,
  challengeOf,
  CHALLENGES,
  optionsOfRuns,
  plansOf,
} from "./shared/challenges.ts";
import {
  drawSeed,
  INTERRUPTED_STATUS,
  note,
  readArguments,
  USAGE_STATUS,
} from "./shared/command_line.ts";
import { readConfig } from "./shared/config.ts";
import { callOf } from "./shared/invocation.ts";
import { LIMITS, limitsOf } from "./shared/limits.ts";
import { OUTPUT, Output } from "./shared/reporters.ts";
import { type Round, WATCH, watch } from "./shared/watch.ts";
import { requireWritable } from "./shared/writable.ts";
import {
  asReport,
  printSum,
  simulateTarget,
  type SimulationOptions,
  worstOf,
} from "./shared/simulations.ts";
import {
  describeSum,
  mergeSums,
  seedsOfShard,
  shard,
  type SummedSweep,
  writeSums,
} from "./shared/sum_file.ts";
import { type Target, titleOf } from "./shared/target.ts";

/** More would take days. */
const MOST_SEEDS = 1_000_000;
/** Beyond it, a sweep's seeds could not be distinguished. */
const LAST_SEED = Number.MAX_SAFE_INTEGER;
/** A day; timers know no more than 24 of them. */
const MOST_PATIENCE_S = 86_400;

const OWN = {
  seeds: {
    kind: whole(1, MOST_SEEDS),
    value: "N",
    help: "N runs, seeds 1 to N, spread over the cores",
  },
  first: { kind: whole(0, LAST_SEED - MOST_SEEDS), value: "F", help: "seeds from F on instead" },
  "keep-going": { help: "count failures instead of stopping at the first" },
  "stop-at-first-failure": {
    help: "the default, but for sweeps on other machines and shards, which count failures",
  },
  shard: {
    kind: shard,
    value: "3/16",
    help: "only that part of the seeds; sim merge FILE … puts the --sum FILEs of all together",
  },
  sum: { kind: text, value: "FILE", help: "write the sweep's sum there" },
  ...SERVER_OPTIONS,
  on: {
    ...SERVER_OPTIONS.on,
    help: "sweep on other machines, by way of a NATS server (glomers worker)",
  },
  range: {
    kind: whole(1),
    value: "N",
    help: "with --on, runs that a worker takes at a time; default as many as take some 5 s",
  },
  abandon: { help: "with --on, take the sweep off the server" },
  trace: { help: "print what happens as a transcript; of many runs, in the first that fails" },
  "trace-node": {
    kind: listOf(text, "names with commas between them"),
    value: "a,…",
    help: "only what one of these nodes, clients or services takes part in",
    repeats: true,
  },
  "trace-value": { kind: text, value: "V", help: "only what mentions that value" },
  shrink: { help: "make a failing run small and print its transcript; of many, the first" },
  report: {
    kind: text,
    value: "FILE",
    help: "write the run's page there; of many runs, that of the first that fails",
  },
  reporter: OUTPUT.reporter,
  json: OUTPUT.json,
  ...LIMITS,
  ...WATCH,
  patience: {
    kind: whole(1, MOST_PATIENCE_S),
    value: "S",
    help: "seconds after which a program that does not let go is given up; default 60",
  },
} as const satisfies Options;

/** Options that mean something only to many seeds. */
const SWEEPING = ["first", "keep-going", "stop-at-first-failure", "shard", "sum", "on"] as const;

/** The options of `sim merge`. */
const MERGE = { own: { sum: OWN.sum } satisfies Options, words: Infinity } as const;

const PROCESSES_ONLY = "it needs real processes, not the simulator";

const COMMAND = {
  own: OWN,
  engine: "simulator",
  run: true,
  words: 1,
  refused: {
    "test-count": "here it is --seeds N",
    "log-stderr": PROCESSES_ONLY,
    "log-net-send": PROCESSES_ONLY,
    "log-net-recv": PROCESSES_ONLY,
  },
} as const;

/** Simulates what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === "merge") return merge(argv.slice(1));
  const asked = readArguments(argv, COMMAND);
  const { own, run, words: [name = ""], help } = asked;
  if (help || name === "") {
    console.log(helpText(CHALLENGES.find(({ id }) => id === name)));
    return help ? 0 : USAGE_STATUS;
  }
  if (!own.watch) return (await simulateOnce(asked)).status;
  const { program = named(name, run).node } = withBin(name, run);
  const watched = { folder: dirname(program), ignored: ["results"] };
  return await watch(watched, () => simulateOnce(asked));
}

/** Simulates what was asked for, once. */
async function simulateOnce(
  { own, run: given, words: [name = ""] }: Arguments<typeof OWN>,
): Promise<Round> {
  const run = withBin(name, given);
  const output = new Output(own);
  const simulation = optionsOf(own, output, run.seed !== undefined);
  const { limits } = own;
  const challenges = (name === "all" ? CHALLENGES : [named(name, run)])
    .map((one) => limits === undefined ? one : { ...one, limits: limitsOf(limits) });
  const targets = challenges.flatMap((challenge) => targetsOf(challenge, run, simulation.trace));
  if (own.abandon) return { status: await abandonAll(targets, simulation), runs: [] };
  const endings: Ending[] = [];
  const sums: SummedSweep[] = [];
  let interrupted = false;
  for (const target of targets) {
    const swept = await explainLoadErrors(target.plan, () => simulateTarget(target, simulation));
    for (const one of swept.runs) output.add(asReport(target, one, simulation));
    endings.push(worstOf(swept.sum));
    interrupted = swept.interrupted;
    if (interrupted) break;
    const { first = 1, seeds = 1 } = own;
    const all = { ...simulation, first, seeds };
    if (own.sum !== undefined) sums.push(await describeSum(target, all, swept.sum));
  }
  output.finish({ interrupted });
  if (own.sum !== undefined && !interrupted) {
    writeSums(own.sum, sums, own.shard ?? { number: 1, of: 1 });
    if (output.isPretty) console.log(`    sum: ${own.sum}`);
  }
  const status = interrupted ? INTERRUPTED_STATUS : EXIT_STATUS[worstEnding(endings)];
  return { status, runs: output.runs };
}

/** Takes the sweeps of targets off a server. */
async function abandonAll(
  targets: readonly Target[],
  { remote, seeds, ...options }: SimulationOptions,
): Promise<number> {
  if (remote === undefined || seeds === undefined) {
    throw new UsageError("--abandon needs --seeds and --on, as the sweep had them");
  }
  const { abandonSweep } = await import("./shared/remote_sweep.ts");
  for (const target of targets) {
    const { address } = remote.server;
    const wasThere = await abandonSweep(target, { ...options, seeds }, remote.server);
    console.log(`${titleOf(target)}: ${wasThere ? "taken off" : "not on"} ${address}`);
  }
  return 0;
}

/** Merges the sums of shards, and prints them; resolves to the exit status. */
function merge(argv: readonly string[]): number {
  const { own, words: paths, help } = readArguments(argv, MERGE);
  if (help || paths.length === 0) {
    console.log(
      [
        `${callOf("sim")} merge FILE … [options]`,
        "",
        "Puts together what the shards of a sweep have found: sim … --shard 1/4 --sum FILE.",
        "",
        optionsHelp(MERGE),
      ].join("\n"),
    );
    return help ? 0 : USAGE_STATUS;
  }
  if (own.sum !== undefined) requireWritable("--sum", own.sum);
  const sweeps = mergeSums(paths);
  const endings = sweeps.map(printSum);
  if (own.sum !== undefined) writeSums(own.sum, sweeps, { number: 1, of: 1 });
  return EXIT_STATUS[worstEnding(endings)];
}

/** What is given, with the node of `glomers.json` where a challenge is given none. */
function withBin(name: string, run: Partial<PlanOptions>): Partial<PlanOptions> {
  const isChallenge = CHALLENGES.some(({ id }) => id === name);
  const program = run.program ?? (isChallenge ? readConfig()?.bin : undefined);
  return { ...run, ...(program !== undefined && { program }) };
}

/** A challenge by its id, or a program by its file. */
function named(name: string, { workload, program }: Partial<PlanOptions>): Challenge {
  if (CHALLENGES.some(({ id }) => id === name) || !/[./]/.test(name) && !existsSync(name)) {
    return challengeOf(name);
  }
  if (program !== undefined) {
    throw new UsageError(`${name} and --bin ${program} exclude each other`);
  }
  if (!existsSync(name)) throw new UsageError(`there is no file ${name}`);
  if (workload === undefined) {
    throw new UsageError(`-w is missing: the workload to run ${name} with`);
  }
  return { id: name, title: name, node: name, runs: [{ workload, program: name }], limits: [] };
}

/** Complains of everything that is wrong before any worker starts. */
function targetsOf(
  challenge: Challenge,
  run: Partial<PlanOptions>,
  trace: TraceFilter = {},
): Target[] {
  return optionsOfRuns(challenge, run).map((options) => {
    const mine = requireSupport(applyGiven(options, run, note), { name: "simulator" });
    const plan = planOf({ seed: drawSeed(), ...mine });
    const problem = filterProblem(trace, plan.nodes);
    if (problem !== undefined) throw new UsageError(`--trace-node: ${problem}`);
    const isNamed = challenge.runs.length === 1 && challenge.id !== challenge.node;
    return { challenge, plan, ...(isNamed && { standard: planOf(options) }) };
  });
}

function optionsOf(
  own: Values<typeof OWN>,
  output: Output,
  isSeeded: boolean,
): SimulationOptions {
  const { seeds, trace, shrink, patience, report } = own;
  const [ids, value] = [own["trace-node"], own["trace-value"]];
  const traced = trace || ids !== undefined || value !== undefined;
  if (seeds !== undefined && isSeeded) {
    throw new UsageError("--seed and --seeds exclude each other; --first says where seeds begin");
  }
  const sweeping = SWEEPING.find((name) => own[name] !== undefined && own[name] !== false);
  if (sweeping !== undefined && seeds === undefined) {
    throw new UsageError(`--${sweeping} has no use without --seeds`);
  }
  if (report !== undefined) requireWritable("--report", report);
  if (own.sum !== undefined) requireWritable("--sum", own.sum);
  if (!output.isPretty && (traced || shrink)) {
    const other = shrink ? "--shrink" : "--trace";
    throw new UsageError(`${other} needs the reporter pretty, which prints its transcript`);
  }
  return {
    ...sweepOf(own, output),
    shrink,
    ...(traced && { trace: { ...(ids && { ids }), ...(value !== undefined && { value }) } }),
    ...(patience !== undefined && { patienceS: patience }),
    ...(report !== undefined && { report }),
  };
}

/** Which seeds are swept, where, and when that stops. */
function sweepOf(own: Values<typeof OWN>, output: Output) {
  const { seeds, first = 1, shard, range } = own;
  const stops = own["stop-at-first-failure"];
  if (stops && own["keep-going"]) {
    throw new UsageError("--stop-at-first-failure and --keep-going exclude each other");
  }
  if (stops && shard !== undefined) {
    throw new UsageError("--stop-at-first-failure leaves shards that cannot be merged");
  }
  const server = serverOf(own);
  if (server === undefined && (range !== undefined || own.abandon)) {
    throw new UsageError(`--${own.abandon ? "abandon" : "range"} has no use without --on`);
  }
  if (server !== undefined && (own.json || own.reporter?.some(({ name }) => /^j/.test(name)))) {
    throw new UsageError(
      "with --on, single runs are not kept: --sum FILE writes what they come to",
    );
  }
  const all = { first, ...(seeds !== undefined && { seeds }) };
  return {
    ...(shard === undefined || seeds === undefined ? all : seedsOfShard({ first, seeds }, shard)),
    stopsAtFirstFailure: stops ||
      !own["keep-going"] && shard === undefined && server === undefined,
    keepsRuns: output.reportsRuns || own.watch,
    isQuiet: !output.isPretty,
    ...(server && { remote: { server, ...(range !== undefined && { range }) } }),
  };
}

function helpText(challenge?: Challenge): string {
  return [
    `${callOf("sim")} CHALLENGE [options] [options of the run]`,
    `${callOf("sim")} FILE -w WORKLOAD [options] [options of the run]`,
    `${callOf("sim")} merge FILE … [--sum FILE]`,
    "",
    "Runs a challenge (all: every one), or the program that FILE exports as its default, in virtual",
    "time. The same seed gives the same run. merge puts together what shards of a sweep have found.",
    "",
    optionsHelp(COMMAND, challenge && plansOf(challenge)),
    "",
    "Exit status: 0 if every run passes, 1 if one fails, 2 if one could not be checked, 255 if one",
    "crashes; 130 if interrupted, 254 if called wrongly or if the program cannot be loaded.",
  ].join("\n");
}
