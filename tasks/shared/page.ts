/**
 * The page of a run: what stands at its head, and the file in the run's folder.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Limit } from "../../lib/report/limits.ts";
import { makePage, type PageOptions } from "../../lib/report/page/page.ts";
import { renderPage } from "../../lib/report/page/render_page.ts";
import type { Summary } from "../../lib/report/summary.ts";
import { wordsOf } from "../../lib/workbench/command_line.ts";
import type { RunResult } from "../../lib/workbench/result.ts";
import { CONDUCT_FILE } from "../../lib/workbench/store/conduct_file.ts";
import { MESSAGE_FILE, readMessageFile } from "../../lib/workbench/store/message_file.ts";
import { NET_JOURNAL, readNetJournal } from "../../lib/workbench/store/net_journal.ts";
import { PROGRESS_FILE } from "../../lib/workbench/store/progress_file.ts";
import { challengeWith } from "./challenges.ts";
import { type Ran, simulationOf } from "./ended.ts";
import { callOf } from "./invocation.ts";

/** Its name in a run's folder. */
export const PAGE_FILE = "report.html";

const FILES: Readonly<Record<string, string>> = {
  "results.edn": "what the checkers found",
  "history.edn": "every operation and fault, as maps",
  "history.txt": "the same as a table",
  [MESSAGE_FILE]: "what happened to each message (zcat prints it)",
  "plan.json": "the plan of the run, from which it is repeated",
  "test.edn": "the same in Maelstrom's shape",
  "final-states.edn": "what the nodes' final states show",
  [CONDUCT_FILE]: "what nodes did wrong, and how busy the machine was",
  [PROGRESS_FILE]: "how it went, second by second",
  "run.log": "what happened when",
  "jepsen.log": "what happened when",
  [NET_JOURNAL]: "when each message was sent and received, in Fressian",
  "node-logs": "each node's standard error",
  "journal": "what the nodes stored",
  "elle": "pictures of anomalies",
  "messages.svg": "Maelstrom's picture of messages",
  "timeline.html": "operations side by side, by process",
  "latency-raw.png": "latencies",
  "rate.png": "operations a second",
  "independent": "each key of lin-kv by itself",
};

/** What a page says of what was run. */
export function headOf(
  { plan, engine }: Pick<Ran, "plan" | "engine">,
  { limits, dir }: { readonly limits: readonly Limit[]; readonly dir?: string },
): Pick<PageOptions, "title" | "about" | "commands"> {
  const challenge = challengeWith(plan);
  const program = basename(plan.program ?? "").replace(/\.\w+$/, "");
  const simulation = engine === "maelstrom" ? undefined : simulationOf(plan, limits);
  return {
    title: challenge === undefined
      ? [plan.workload, ...(program === "" ? [] : [program])].join(": ")
      : `${challenge.id}: ${challenge.title}`,
    about: [
      ...(program === "" ? [] : [["program", program] as const]),
      ["engine", engine],
      ["options", wordsOf(plan).join(" ")],
      ...(engine === "maelstrom" ? [] : [["seed", plan.seed] as const]),
    ],
    commands: [
      ...(dir === undefined ? [] : [["again", callOf("again", dir)] as const]),
      ...(simulation === undefined ? [] : [["simulate", simulation] as const]),
    ],
  };
}

/** Tells the run in a folder as a page. */
export function pageOf(
  run: RunResult,
  { summary, ran, dir }: {
    readonly summary: Summary;
    readonly ran: Pick<Ran, "plan" | "engine">;
    readonly dir: string;
  },
): string {
  const journal = readMessageFile(dir) ?? readNetJournal(dir, run.history);
  const files = Object.entries(FILES).flatMap(([name, what]) => {
    if (!existsSync(join(dir, name))) return [];
    if (name !== "node-logs") return [[name, what] as const];
    return readdirSync(join(dir, name)).map((log) => [`${name}/${log}`, what] as const);
  });
  const page = makePage(run, {
    ...headOf(ran, { dir, limits: summary.limits }),
    summary,
    files,
    ...(journal && { journal }),
    ...((journal?.logs ?? []).length === 0 && { logs: readNodeLogs(dir) }),
  });
  return renderPage(page);
}

/** The lines in the logs of a run's nodes. */
function readNodeLogs(dir: string): { readonly node: string; readonly line: string }[] {
  const logs = join(dir, "node-logs");
  if (!existsSync(logs)) return [];
  return readdirSync(logs).flatMap((name) =>
    readFileSync(join(logs, name), "utf8").split("\n").filter((line) => line !== "")
      .map((line) => ({ node: basename(name, ".log"), line }))
  );
}
