/**
 * `deno task clean --keep N`: deletes all runs but the latest.
 *
 * @module
 */
import { pluralize } from "../lib/checkers/format.ts";
import { Catalogue, type Entry } from "../lib/report/runs/catalogue.ts";
import { chooseOld, deleteRun } from "../lib/report/runs/delete.ts";
import { sizeOf } from "../lib/report/runs/files.ts";
import { formatSize, subjectOf } from "../lib/report/runs/words.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { type Options, UsageError, whole } from "../lib/workbench/option.ts";
import { RUNS } from "./engines/engine.ts";
import { OUT, readArguments } from "./shared/command_line.ts";
import { runsFolder } from "./shared/config.ts";
import { callOf } from "./shared/invocation.ts";
import { challengeIdOf } from "./shared/record.ts";

const OWN = {
  keep: { kind: whole(1), value: "N", help: "how many of the latest runs stay" },
  "dry-run": { help: "list what would go, and delete nothing" },
  ...OUT,
} as const satisfies Options;

const COMMAND = { own: OWN } as const;

/** Deletes what the command line says; returns the exit status. */
export function main(argv: readonly string[]): number {
  const { own: { keep, "dry-run": isDry, ...given }, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  if (keep === undefined) {
    throw new UsageError(`how many of the latest runs are to stay? Say --keep 20, for example`);
  }
  const out = runsFolder(given.out);
  const catalogue = new Catalogue(out, challengeIdOf);
  const old = chooseOld(out, catalogue.list(), keep);
  const bytes = old.map((entry) => isDry ? list(entry) : remove(catalogue, entry));
  const total = formatSize(bytes.reduce((sum, size) => sum + size, 0));
  const count = pluralize(bytes.filter((size) => size > 0).length, "run");
  console.log(
    isDry ? `${count}, ${total}; --dry-run deletes nothing.` : `Deleted ${count}, ${total}.`,
  );
  return 0;
}

/** Prints a line about a run; returns its size. */
function list(entry: Entry): number {
  const { id, dir, record, state } = entry;
  const bytes = sizeOf(dir);
  const what = `${subjectOf(entry)}, ${record?.verdict ?? state}`;
  console.log(`  ${formatSize(bytes).padStart(8)}  ${id}  (${what})`);
  return bytes;
}

function remove(catalogue: Catalogue, entry: Entry): number {
  const bytes = list(entry);
  const problem = deleteRun(catalogue, entry.id);
  if (problem === undefined) return bytes;
  console.error(`${entry.id} stays: ${problem}.`);
  return 0;
}

function helpText(): string {
  return [
    `${callOf("clean")} --keep N [options]`,
    "",
    `Deletes the files of all runs in ${RUNS} but the latest. Runs in progress stay, and so does`,
    "whatever else lies there.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
