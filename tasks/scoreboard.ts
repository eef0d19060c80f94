/**
 * `deno task scoreboard 3d --runs 5 --engine workbench`: measures challenges and keeps the figures in
 * `results/`.
 *
 * The figures lie in `results/scoreboard.json`, a row for each challenge, run and engine, real or
 * simulated. Two tables are made from them: the scoreboard of real processes in
 * `results/README.md`, and how far the engines agree in `results/simulator.md`.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Challenge, challengeOf, CHALLENGES } from "./shared/challenges.ts";
import { conclude, splitOptions, wholeNumber } from "./shared/command_line.ts";
import { chooseEngine, engineNamed } from "./engines/choose.ts";
import { interruptible } from "./shared/interrupt.ts";
import { spreadOf } from "../lib/report/render.ts";
import { summariseRun, type Summary } from "../lib/report/summary.ts";
import {
  COLUMNS,
  renderAgreementTable,
  renderScoreboardTable,
  type Row,
  type Spread,
} from "../lib/report/tables.ts";
import { sweep } from "../lib/simulator/sweep/pool.ts";

const DATA = "results/scoreboard.json";

/** The engine that is none of real processes. */
const SIMULATOR = "simulator";

/** Where tables go, and between which marks. */
const TABLES: readonly { page: string; name: string; of: (rows: readonly Row[]) => string }[] = [
  {
    page: "results/README.md",
    name: "scoreboard",
    of: (rows) => renderScoreboardTable(rows.filter(({ engine }) => engine !== SIMULATOR), titleOf),
  },
  {
    page: "results/simulator.md",
    name: "agreement",
    of: (rows) => renderAgreementTable(rows, [SIMULATOR, "workbench", "maelstrom"], titleOf),
  },
];

/** Runs a challenge that often, told of each run that has ended. */
type Measure = (
  challenge: Challenge,
  argv: readonly string[],
  runs: number,
  ended: (summary: Summary) => void,
) => Promise<void>;

async function main(argv: readonly string[]): Promise<number> {
  const { own, rest: ids } = splitOptions(argv, { flags: [], values: ["--runs", "--engine"] });
  const challenges = ids.length === 0 ? CHALLENGES : ids.map(challengeOf);
  const runs = wholeNumber("--runs", own.get("--runs") ?? "3", 1);
  await interruptible(async (signal) => {
    const { name, measure } = await measureOn(own.get("--engine"), signal);
    for (const challenge of challenges) {
      for (const args of challenge.runs) {
        const summaries: Summary[] = [];
        await measure(challenge, args, runs, (summary) => {
          summaries.push(summary);
          console.log(`${challenge.id} ${summaries.length} of ${runs}: ${summary.headline}`);
        });
        keep(rowOf(challenge, args, name, summaries));
      }
    }
  });
  return 0;
}

/** How an engine measures. Where there are seeds, runs have the seeds 1, 2, 3, … */
async function measureOn(
  engine: string | undefined,
  signal: AbortSignal,
): Promise<{ name: string; measure: Measure }> {
  if (engine === SIMULATOR) return { name: SIMULATOR, measure: simulated };
  const { name, runOnce } = await chooseEngine(engineNamed(engine, [SIMULATOR]));
  const measure: Measure = async (challenge, argv, runs, ended) => {
    for (let run = 1; run <= runs; run++) {
      const words = name === "maelstrom" ? argv : [...argv, "--seed", `${run}`];
      const one = await runOnce(challenge, words, { quiet: true, signal });
      ended(summariseRun(one, challenge.limits));
    }
  };
  return { name, measure };
}

const simulated: Measure = (challenge, argv, runs, ended) =>
  sweep({
    jobs: Array.from({ length: runs }, (_, i) => ({
      program: pathToFileURL(resolve(challenge.node)).href,
      argv,
      seed: String(i + 1),
      limits: challenge.limits,
    })),
    ended: ({ summary }) => ended(summary),
  });

function rowOf(
  { id }: Challenge,
  args: readonly string[],
  engine: string,
  summaries: readonly Summary[],
): Row {
  const figures: Record<string, Spread> = {};
  for (const { key } of COLUMNS) {
    const spread = spreadOf(summaries.flatMap(({ metrics }) => metrics[key] ?? []));
    if (spread !== undefined) figures[key] = [spread.median, spread.min, spread.max];
  }
  const passed = summaries.filter(({ ending }) => ending === "pass").length;
  return { id, options: args.join(" "), engine, runs: summaries.length, passed, figures };
}

/** A challenge's title; tells its runs apart where it has several. */
function titleOf({ id, options }: Row): string {
  const { title, runs } = challengeOf(id);
  const plain = runs.length > 1 && !options.includes("--nemesis");
  return `${title}${plain ? ", no partition" : ""}`;
}

/** Puts a row in place of what was measured before, and makes the tables anew. */
function keep(row: Row): void {
  const same = (other: Row) =>
    other.id === row.id && other.options === row.options && other.engine === row.engine;
  const order = CHALLENGES.map(({ id }) => id);
  const rows = [...stored().filter((other) => !same(other)), row].toSorted((a, b) =>
    order.indexOf(a.id) - order.indexOf(b.id) || a.options.localeCompare(b.options) ||
    a.engine.localeCompare(b.engine)
  );
  Deno.writeTextFileSync(DATA, `${JSON.stringify(rows, null, 2)}\n`);
  for (const { page, name, of } of TABLES) {
    Deno.writeTextFileSync(page, withTable(Deno.readTextFileSync(page), name, of(rows)));
  }
}

/**
 * A page with a table in place of the one it has.
 *
 * @throws {Error} if the page has lost the marks around it.
 */
export function withTable(page: string, name: string, table: string): string {
  const mark = `<!-- ${name}: begin, made by deno task scoreboard -->`;
  const [begin, end] = [page.indexOf(mark), page.indexOf(`<!-- ${name}: end -->`)];
  if (begin < 0 || end < begin) throw new Error(`a page has lost the marks around its ${name}`);
  return `${page.slice(0, begin + mark.length)}\n\n${table}\n\n${page.slice(end)}`;
}

function stored(): Row[] {
  try {
    return JSON.parse(Deno.readTextFileSync(DATA));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

if (import.meta.main) await conclude("scoreboard", () => main(Deno.args));
