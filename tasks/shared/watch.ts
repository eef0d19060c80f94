/**
 * `--watch`: runs again whenever a file is saved, and says what has changed in the figures.
 *
 * Files are looked at instead of listened to: that works wherever they are, and the folders of
 * nodes are small.
 *
 * @module
 */
import { printable } from "../../lib/checkers/format.ts";
import { METRICS } from "../../lib/report/metrics.ts";
import type { RunReport } from "../../lib/report/report.ts";
import { UsageError } from "../../lib/workbench/option.ts";
import { join, resolve } from "node:path";
import { INTERRUPTED_STATUS } from "./command_line.ts";

/** The option. */
export const WATCH = {
  watch: { help: "run again when a file is saved, and say what has changed" },
} as const;

const LOOK_EVERY_MS = 300;
/** More files than that are not looked at. */
const MOST_FILES = 10_000;
const CLEAR_SCREEN = "\x1b[2J\x1b[3J\x1b[H";

/** What came of running once. */
export interface Round {
  readonly status: number;
  readonly runs: readonly RunReport[];
}

/** Where files are saved. */
interface Watched {
  readonly folder: string;
  /** Paths that runs themselves write. */
  readonly ignored: readonly string[];
}

/**
 * Runs again and again until it is interrupted.
 *
 * @param round Runs once. It calls back when nothing but runs changes files any more: after a build.
 */
export async function watch(
  watched: Watched,
  round: (built: () => void) => Promise<Round>,
): Promise<number> {
  let before: readonly RunReport[] = [];
  for (;;) {
    if (Deno.stdout.isTerminal()) console.log(CLEAR_SCREEN);
    let seen = look(watched);
    try {
      const { status, runs } = await round(() => seen = look(watched));
      if (status === INTERRUPTED_STATUS) return status;
      for (const line of describeChanges(before, runs)) console.log(line);
      before = runs;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      console.error(printable(error.message));
      seen = look(watched); // also what a failed build has left
    }
    console.log(`\n    waiting for a change in ${watched.folder}; Ctrl-C ends`);
    while (look(watched) === seen) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** What differs between two rounds: verdicts and figures. */
function describeChanges(before: readonly RunReport[], now: readonly RunReport[]): string[] {
  return now.flatMap((run, i) => {
    const last = before[i]?.title === run.title ? before[i] : undefined;
    if (last === undefined) return [];
    const figures = METRICS.flatMap(({ key, title, print }) => {
      const [from, to] = [last.metrics[key], run.metrics[key]];
      const [was, is] = [from, to].map((value) => value === undefined ? "–" : print(value));
      return was === is ? [] : [`${title} ${was} → ${is}`];
    });
    const verdict = last.verdict === run.verdict ? [] : [`${last.verdict} → ${run.verdict}`];
    const changes = [...verdict, ...figures];
    return [
      `\n    since the last run, ${run.title}: ${changes.length === 0 ? "no change" : ""}`
        .trimEnd(),
      ...changes.map((change) => `      ${change}`),
    ];
  });
}

/** All files with their times and sizes; two looks are equal if nothing was saved between them. */
function look({ folder, ignored }: Watched): string {
  const skipped = new Set(ignored.map((path) => resolve(path)));
  const files: string[] = [];
  const visit = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const inside = join(path, name);
      const isHidden = name.startsWith(".") || name === "node_modules";
      if (isHidden || skipped.has(resolve(inside)) || files.length >= MOST_FILES) continue;
      if (isDirectory) visit(inside);
      else files.push(stateOf(inside));
    }
  };
  visit(folder);
  return files.sort().join("\n");
}

function stateOf(path: string): string {
  try {
    const { mtime, size } = Deno.statSync(path);
    return `${path} ${mtime?.getTime()} ${size}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path; // removed meanwhile, or a broken link
    throw error;
  }
}
