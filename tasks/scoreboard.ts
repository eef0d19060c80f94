/**
 * `deno task scoreboard 3d --runs 5`: measures challenges and keeps the figures in `results/`.
 *
 * The figures lie in `results/scoreboard.json`, a row for each challenge, run and engine; the table
 * in `results/README.md` is made from them.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../lib/workbench/options.ts";
import { type Challenge, challengeOf, CHALLENGES } from "./challenges.ts";
import { chooseEngine, engineNamed } from "./engines/choose.ts";
import type { Metrics } from "./report/figures.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { summariseRun } from "./report/outcome.ts";
import { spreadOf } from "./report/render.ts";
import type { Summary } from "./report/summary.ts";
import { brief, grouped } from "./report/text.ts";

const DATA = "results/scoreboard.json";
const PAGE = "results/README.md";
const BEGIN = "<!-- scoreboard: begin, made by deno task scoreboard -->";
const END = "<!-- scoreboard: end -->";

/** Median and spread of a figure over some runs. */
type Spread = readonly [median: number, least: number, greatest: number];

/** A row of the scoreboard. */
export interface Row {
  readonly id: string;
  /** Options of the run, the challenge's own. */
  readonly options: string;
  readonly engine: string;
  readonly runs: number;
  readonly passed: number;
  readonly figures: Readonly<Partial<Record<keyof Metrics, Spread>>>;
}

const COLUMNS: readonly { key: keyof Metrics; title: string; print: (value: number) => string }[] =
  [
    { key: "serverMessagesPerOp", title: "messages per op", print: brief },
    {
      key: "stableMedianMs",
      title: "stable, median",
      print: (ms) => `${grouped(Math.round(ms))} ms`,
    },
    {
      key: "stableMaxMs",
      title: "stable, maximum",
      print: (ms) => `${grouped(Math.round(ms))} ms`,
    },
    { key: "okFraction", title: "ok", print: (f) => `${(Math.floor(f * 1e5) / 1e3)} %` },
  ];

async function main(argv: readonly string[]): Promise<void> {
  const { _: ids, runs, engine } = parseArgs([...argv], { string: ["runs", "engine", "_"] });
  const challenges = ids.length === 0 ? CHALLENGES : ids.map((id) => challengeOf(String(id)));
  const count = Number(runs ?? "3");
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError(`--runs must be a whole number of at least 1, got "${runs}"`);
  }
  const { name, runOnce } = await chooseEngine(engineNamed(engine));
  await interruptible(async (signal) => {
    for (const challenge of challenges) {
      for (const args of challenge.runs) {
        const summaries: Summary[] = [];
        for (let run = 0; run < count; run++) {
          const ended = await runOnce(challenge, args, { quiet: true, signal });
          summaries.push(summariseRun(ended, challenge.limits));
          console.log(`${challenge.id} ${run + 1} of ${count}: ${summaries.at(-1)?.headline}`);
        }
        keep(rowOf(challenge, args, name, summaries));
      }
    }
  });
}

function rowOf(
  { id }: Challenge,
  args: readonly string[],
  engine: string,
  summaries: readonly Summary[],
): Row {
  const figures: Partial<Record<keyof Metrics, Spread>> = {};
  for (const { key } of COLUMNS) {
    const spread = spreadOf(summaries.flatMap(({ metrics }) => metrics[key] ?? []));
    if (spread !== undefined) figures[key] = [spread.median, spread.min, spread.max];
  }
  const passed = summaries.filter(({ ending }) => ending === "pass").length;
  return { id, options: args.join(" "), engine, runs: summaries.length, passed, figures };
}

function keep(row: Row): void {
  const same = (other: Row) =>
    other.id === row.id && other.options === row.options && other.engine === row.engine;
  const order = CHALLENGES.map(({ id }) => id);
  const rows = [...stored().filter((other) => !same(other)), row].toSorted((a, b) =>
    order.indexOf(a.id) - order.indexOf(b.id) || a.options.localeCompare(b.options) ||
    a.engine.localeCompare(b.engine)
  );
  Deno.writeTextFileSync(DATA, `${JSON.stringify(rows, null, 2)}\n`);
  const page = Deno.readTextFileSync(PAGE);
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has lost the marks around the scoreboard`);
  const table = `${page.slice(0, begin + BEGIN.length)}\n\n${tableOf(rows)}\n\n${page.slice(end)}`;
  Deno.writeTextFileSync(PAGE, table);
}

function stored(): Row[] {
  try {
    return JSON.parse(Deno.readTextFileSync(DATA));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The scoreboard as a Markdown table: median, and in brackets the spread where there is one. */
export function tableOf(rows: readonly Row[]): string {
  const head = ["", "challenge", "engine", "passed", ...COLUMNS.map(({ title }) => title)];
  const lines = rows.map(({ id, engine, runs, passed, figures, options }) => {
    const { title } = challengeOf(id);
    const variant = options.includes("--nemesis") ? "" : variantOf(id);
    return [
      `**${id}**`,
      `${title}${variant}`,
      engine,
      `${passed} of ${runs}`,
      ...COLUMNS.map(({ key, print }) => cell(figures[key], print)),
    ];
  });
  const rule = head.map((_, i) => i < 3 ? "---" : "---:");
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Tells the runs of a challenge that has several apart. */
function variantOf(id: string): string {
  return challengeOf(id).runs.length > 1 ? ", no partition" : "";
}

function cell(spread: Spread | undefined, print: (value: number) => string): string {
  if (spread === undefined) return "–";
  const [median, least, greatest] = spread.map(print);
  return least === greatest ? `${median}` : `${median} (${least} – ${greatest})`;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (error === INTERRUPTED) Deno.exit(130);
    if (!(error instanceof UsageError || error instanceof RangeError)) throw error;
    console.error(`deno task scoreboard: ${error.message}.`);
    Deno.exit(254);
  }
}
