/**
 * Do the engines agree? A table in Markdown: each challenge in the simulator, with processes on the
 * workbench, and on real Maelstrom where there is one.
 *
 *     deno task agreement [--runs N] [--seeds N] [ID …]
 *
 * Simulator and workbench draw the same operations from the same seed; Maelstrom draws its own. What
 * is compared are medians over runs, and every figure comes with its spread.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { programAt } from "../lib/simulator/program.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import { numberOf } from "../lib/workbench/checkers/values.ts";
import { type EdnObject, printEdn } from "../lib/workbench/edn.ts";
import { parseTestOptions } from "../lib/workbench/options.ts";
import { median } from "./bench/compare.ts";
import { type Challenge, challengeOf, CHALLENGES } from "./challenges.ts";
import { chooseEngine, type EngineName } from "./engines/choose.ts";
import { findMaelstrom } from "./engines/maelstrom.ts";
import { lookUp } from "./report/figures.ts";
import { interruptible } from "./interrupt.ts";

/** A figure that engines should agree on. */
interface Figure {
  readonly name: string;
  readonly path: readonly (string | number)[];
  readonly unit: string;
  /** How far from the simulator's, as a fraction. */
  readonly tolerance: number;
}

const FIGURES: readonly Figure[] = [
  { name: "messages per op", path: ["net", "servers", "msgs-per-op"], unit: "", tolerance: 0.03 },
  {
    name: "median stable latency",
    path: ["workload", "stable-latencies", 0.5],
    unit: " ms",
    tolerance: 0.1,
  },
  {
    name: "0.99 stable latency",
    path: ["workload", "stable-latencies", 0.99],
    unit: " ms",
    tolerance: 0.1,
  },
];

/** A challenge's results on one engine, a map for every run; `undefined` for a crash. */
type Runs = readonly (EdnObject | undefined)[];

interface Options {
  readonly runs: number;
  readonly seeds: number;
  readonly maelstrom: boolean;
}

async function main(argv: readonly string[]): Promise<void> {
  const { _: ids, runs, seeds } = parseArgs([...argv], { default: { runs: 1, seeds: 11 } });
  const maelstrom = "launcher" in await findMaelstrom();
  const options = { runs: Number(runs), seeds: Number(seeds), maelstrom };
  const challenges = ids.length === 0 ? CHALLENGES : ids.map(String).map(challengeOf);
  const heads = [
    "Challenge",
    "Figure",
    "Simulator",
    "Processes",
    ...(maelstrom ? ["Maelstrom"] : []),
  ];
  console.log(row(heads));
  console.log(row(heads.map(() => "---")));
  await interruptible(async (signal) => {
    for (const challenge of challenges) {
      for (const line of challenge.runs) {
        for (const cells of await compared(challenge, line, options, signal)) {
          console.log(row(cells));
        }
      }
    }
    return 0;
  });
}

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

async function compared(
  challenge: Challenge,
  line: readonly string[],
  { runs, seeds, maelstrom }: Options,
  signal: AbortSignal,
): Promise<string[][]> {
  const simulated = await inVirtualTime(challenge, line, seeds);
  const real: Runs[] = [await onEngine("workbench", challenge, line, runs, signal)];
  if (maelstrom) real.push(await onEngine("maelstrom", challenge, line, runs, signal));
  const verdicts = [simulated, ...real].map(verdictsOf);
  const figures = FIGURES.filter(({ path }) => valuesAt(simulated, path).length > 0);
  return [
    [challenge.id, "verdict", ...verdicts],
    ...figures.map((figure) => [
      challenge.id,
      figure.name,
      figureOf(simulated, figure),
      ...real.map((one) => `${figureOf(one, figure)} ${deviation(simulated, one, figure)}`),
    ]),
  ];
}

async function inVirtualTime(
  { node }: Challenge,
  line: readonly string[],
  seeds: number,
): Promise<Runs> {
  const program = await programAt(pathToFileURL(resolve(node)).href);
  const runs: (EdnObject | undefined)[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { run } = parseTestOptions([...line, "--seed", `${seed}`], { simulated: true });
    runs.push((await simulate(program, run)).results);
  }
  return runs;
}

async function onEngine(
  name: EngineName,
  challenge: Challenge,
  line: readonly string[],
  count: number,
  signal: AbortSignal,
): Promise<Runs> {
  const { runOnce } = await chooseEngine(name);
  const runs: (EdnObject | undefined)[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const words = name === "workbench" ? [...line, "--seed", `${seed}`] : line;
    runs.push((await runOnce(challenge, words, { quiet: true, signal })).results);
  }
  return runs;
}

function verdictsOf(runs: Runs): string {
  const verdicts = runs.map((results) => results ? printEdn(results["valid?"] ?? null) : "crash");
  return [...Map.groupBy(verdicts, (verdict) => verdict)]
    .map(([verdict, { length }]) => `${verdict} ×${length}`).join(", ");
}

function valuesAt(runs: Runs, path: Figure["path"]): number[] {
  return runs.map((results) => numberOf(lookUp(results, path) ?? null))
    .filter((value) => value !== undefined);
}

function figureOf(runs: Runs, { path, unit }: Figure): string {
  const values = valuesAt(runs, path);
  if (values.length === 0) return "—";
  const text = (value: number) => value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const spread = `${text(Math.min(...values))}–${text(Math.max(...values))}`;
  return `${text(median(values))}${unit}${values.length > 1 ? ` (${spread})` : ""}`;
}

/** How far off a figure is, and a mark where that is too far. */
function deviation(simulated: Runs, real: Runs, { path, tolerance }: Figure): string {
  const [expected, found] = [median(valuesAt(simulated, path)), median(valuesAt(real, path))];
  if (!(expected > 0) || Number.isNaN(found)) return "";
  const off = found / expected - 1;
  const text = `${off < 0 ? "−" : "+"}${(100 * Math.abs(off)).toFixed(1)} %`;
  return `${text}${Math.abs(off) > tolerance ? " ✗" : ""}`;
}

if (import.meta.main) await main(Deno.args);
