/**
 * `deno task frontier`: what broadcast costs at what latency, as a page, two charts and the data
 * behind them.
 *
 * The simulator sweeps the schedules of 3d and 3e. `--processes N` instead measures the named points N
 * times each under the workbench or Maelstrom, when the machine is idle, and leaves the simulator's
 * figures as they are.
 *
 * @module
 */
import { spreadOf } from "../lib/report/metrics.ts";
import { loadProgram } from "../lib/simulator/program.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { UsageError, type Values, whole } from "../lib/workbench/option.ts";
import { planOf } from "../lib/workbench/plan.ts";
import { chooseEngine } from "./engines/mod.ts";
import { challengeOf } from "./shared/challenges.ts";
import { conclude, ENGINE, readArguments } from "./shared/command_line.ts";
import {
  cutPoint,
  type Figures,
  NAMED,
  type Point,
  simulatePoint,
  type Spread,
  SWEPT,
} from "./shared/frontier.ts";
import { type FrontierData, GROWTH_NODES, type MeasuredPoint } from "./shared/frontier_page.ts";
import { readData } from "./shared/data.ts";
import { waitUntilIdle } from "./shared/idle.ts";
import { writeResults } from "./shared/result_pages.ts";
import { commitOf, stampNow, today } from "./shared/stamp.ts";
import { interruptible } from "./shared/interrupt.ts";

const DATA = "results/data/frontier.json";

const COMMAND = {
  own: {
    ...ENGINE,
    "seeds": { kind: whole(1), value: "N", help: "simulated runs of each point", default: 5 },
    "processes": { kind: whole(1), value: "N", help: "measure on real processes, N runs each" },
    "no-wait": { help: "measure processes although the machine is busy" },
  },
} as const;

type Own = Values<typeof COMMAND.own>;

/** Measures what the command line says, and writes the page; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const now = await measure(own);
  Deno.writeTextFileSync(DATA, `${JSON.stringify(now, null, 2)}\n`);
  writeResults();
  return 0;
}

async function measure(own: Own): Promise<FrontierData> {
  const { processes, seeds } = own;
  const before = readData<FrontierData>(DATA);
  if (processes === undefined) {
    return { ...await simulateAll(seeds), processes: before?.processes ?? [] };
  }
  if (before === undefined) throw new UsageError(`${DATA} is missing: simulate first`);
  return { ...before, processes: await measureAll(own, processes, before.processes) };
}

const programs = new Map<string, ReturnType<typeof loadProgram>>();

function programOf({ challenge }: Point) {
  const url = new URL(`../${challengeOf(challenge).node}`, import.meta.url).href;
  const program = programs.get(url) ?? loadProgram(url);
  programs.set(url, program);
  return program;
}

/** Everything that the simulator says. */
async function simulateAll(seeds: number): Promise<Omit<FrontierData, "processes">> {
  const swept = [];
  for (const point of [...NAMED, ...SWEPT]) {
    const figures = await simulatePoint(await programOf(point), point, { seeds });
    swept.push({ point, figures });
    console.log(`${nameOf(point)}: ${figures.messagesPerOp[0].toFixed(2)} messages per operation`);
  }
  const cut = [];
  const growth = [];
  for (const point of NAMED) {
    const program = await programOf(point);
    cut.push({ point, ...await cutPoint(program, point, seeds) });
    for (const nodes of GROWTH_NODES) {
      const figures = await simulatePoint(program, point, { seeds: Math.min(seeds, 3), nodes });
      growth.push({ point, nodes, figures });
    }
    console.log(`${point.name}: partitioned, and on ${GROWTH_NODES.join(", ")} nodes`);
  }
  return { commit: await commitOf(), date: today(), seeds, swept, cut, growth };
}

/** The named points on real processes, in place of what that engine measured before. */
async function measureAll(
  own: Own,
  runs: number,
  before: readonly MeasuredPoint[],
): Promise<MeasuredPoint[]> {
  return await interruptible(async (signal) => {
    const { name: engine, run } = await chooseEngine(own.engine);
    if (!own["no-wait"]) await waitUntilIdle(signal);
    const stamp = await stampNow();
    const measured: MeasuredPoint[] = [];
    for (const point of NAMED) {
      const challenge = challengeOf(point.challenge);
      const [options] = challenge.runs;
      if (options === undefined) continue;
      const metrics: Readonly<Record<string, number>>[] = [];
      for (let seed = 1; seed <= runs; seed++) {
        const plan = planOf({ ...options, args: point.args, seed });
        const { summary } = await run(plan, [], { quiet: true, signal });
        if (summary.ending !== "pass") throw new Error(`${nameOf(point)}: ${summary.headline}`);
        metrics.push(summary.metrics);
        console.log(`${nameOf(point)} ${seed} of ${runs}: ${summary.headline}`);
      }
      measured.push({ point, engine, runs, stamp, figures: figuresOf(metrics) });
    }
    return [...before.filter((one) => one.engine !== engine), ...measured];
  });
}

function figuresOf(metrics: readonly Readonly<Record<string, number>>[]): Figures {
  const spread = (key: string): Spread => {
    const { median = NaN, min = NaN, max = NaN } = spreadOf(
      metrics.flatMap(({ [key]: value }) => value ?? []),
    ) ?? {};
    return [median, min, max];
  };
  return {
    messagesPerOp: spread("serverMessagesPerOp"),
    medianMs: spread("stableMedianMs"),
    maxMs: spread("stableMaxMs"),
  };
}

function nameOf({ name, challenge, args }: Point): string {
  return name ?? [challenge, ...args].join(" ");
}

function helpText(): string {
  return [
    "deno task frontier [options]",
    "",
    "Measures what broadcast costs at what latency, in the simulator unless processes are asked for, and",
    "writes results/frontier.md.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}

if (import.meta.main) await conclude("deno task frontier", () => main(Deno.args));
