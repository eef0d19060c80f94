/**
 * `glomers report DIR…`: writes the page of stored runs, those of Maelstrom included.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { summariseRun } from "../lib/report/summary.ts";
import { reasonOf } from "../lib/message.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { planOf, workloadOf } from "../lib/workbench/plan.ts";
import type { RunResult } from "../lib/workbench/result.ts";
import { MalformedJournal } from "../lib/workbench/message_journal.ts";
import { readConduct } from "../lib/workbench/store/conduct_file.ts";
import { MalformedFressian } from "../lib/workbench/store/fressian.ts";
import { readPlan } from "../lib/workbench/store/plan_file.ts";
import { readRun, UnreadableRun } from "../lib/workbench/store/reader.ts";
import { readLogs } from "./engines/maelstrom.ts";
import { RUNS } from "./engines/engine.ts";
import { runsFolder } from "./shared/config.ts";
import { callOf } from "./shared/invocation.ts";
import { readLimits } from "../lib/report/limits_file.ts";
import { readArguments } from "./shared/command_line.ts";
import { PAGE_FILE, pageOf } from "./shared/page.ts";
import { keepRecord, keptChallenge } from "./shared/record.ts";

const COMMAND = { own: {}, words: Infinity } as const;

/** Writes the pages of the runs that the command line names; returns the exit status. */
export function main(argv: readonly string[]): number {
  const { words, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  for (const dir of words.length === 0 ? [`${runsFolder(undefined)}/latest`] : words) {
    console.log(relative(Deno.cwd(), writePage(dir)));
  }
  return 0;
}

/** Writes a stored run's page into its folder; returns its path. */
function writePage(path: string): string {
  try {
    const { dir: folder, history, results } = readRun(path);
    const dir = below(folder);
    const { options, engine } = readPlan(dir);
    const plan = planOf({ seed: "0", ...options });
    const { nodes, concurrency } = plan;
    const conduct = readConduct(dir) ?? { problems: [], ...readLogs(dir) };
    const run: RunResult = {
      workload: workloadOf(plan),
      nodes,
      concurrency,
      history,
      dir,
      ...conduct,
      ...(results === undefined ? { crash: conduct.crash ?? CRASHED } : { results }),
    };
    const summary = summariseRun(run, readLimits(dir));
    const page = join(dir, PAGE_FILE);
    writeFileSync(page, pageOf(run, { summary, ran: { plan, engine }, dir }));
    keepRecord(dir, { plan, engine, challenge: keptChallenge(dir), summary, history });
    return page;
  } catch (error) {
    if (UNREADABLE.some((kind) => error instanceof kind)) {
      const why = reasonOf(error);
      throw new UsageError(why.includes(path) ? why : `${path}: ${why}`);
    }
    throw error;
  }
}

/** A path from here, where it leads down. */
function below(path: string): string {
  const from = relative(Deno.cwd(), path);
  return from.startsWith("..") ? path : from || ".";
}

const UNREADABLE = [UnreadableRun, MalformedJournal, MalformedFressian];
const CRASHED = { text: "The run left no results: see its logs.", lastWords: [] };

function helpText(): string {
  return [
    `${callOf("report")} [DIR…]`,
    "",
    `Writes ${PAGE_FILE} into the folders of stored runs, ${RUNS}/latest unless others are named. The`,
    "page is one file that a browser opens from the disk.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
