/**
 * How commands that run something tell what came of it: to a person, to a program, to a system of
 * continuous integration.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { annotation, renderAnnotations, renderStepSummary } from "../../lib/report/github.ts";
import { renderJUnit } from "../../lib/report/junit.ts";
import { type Ended, reportJson, type RunReport, usageJson } from "../../lib/report/report.ts";
import { environment } from "./invocation.ts";
import { mayWrite, requireWritable } from "./writable.ts";
import { type Kind, type Options, UsageError, type Values } from "../../lib/workbench/option.ts";

const NAMES = ["pretty", "json", "junit", "github"] as const;

/** A reporter, and the file it writes to. Absent: standard output. */
interface Chosen {
  readonly name: typeof NAMES[number];
  readonly file?: string;
}

const reporters: Kind<readonly Chosen[]> = {
  expected: `some of ${NAMES.join(", ")}, json and junit also as json=FILE`,
  accepts: (value): value is readonly Chosen[] => Array.isArray(value) && value.every(isChosen),
  parse: (text) => text.split(",").map(chosenBy),
  schema: { type: "array" },
};

function chosenBy(text: string): { name: string; file?: string } {
  const [name = "", file] = text.split(/=(.*)/s);
  return { name, ...(file !== undefined && { file }) };
}

function isChosen(value: { name: string; file?: string }): value is Chosen {
  const { name, file } = value;
  return NAMES.some((one) => one === name) &&
    (file === undefined || (/^j/.test(name) && file !== ""));
}

/** What commands that run something print. */
export const OUTPUT = {
  reporter: {
    kind: reporters,
    value: "a,…",
    help:
      "pretty, json, junit, github; json=FILE and junit=FILE write there; default pretty, and " +
      "github inside its Actions",
    repeats: true,
  },
  json: { help: "the same as --reporter json" },
  quiet: { help: "only the result" },
} as const satisfies Options;

/** What is printed and written while runs go on, and after them. */
export class Output {
  readonly #reporters: readonly Chosen[];
  readonly #quiet: boolean;
  readonly #runs: RunReport[] = [];

  /** @throws {UsageError} if two reporters would write to the same place, or one may not write. */
  constructor({ reporter, json, quiet = false }: Partial<Values<typeof OUTPUT>>) {
    const named = [...reporter ?? [], ...(json ? [{ name: "json" } as const] : [])];
    const chosen = named.length > 0 ? named : [{ name: "pretty" } as const];
    const isOnGitHub = environment("GITHUB_ACTIONS") === "true";
    const isMissing = chosen.every(({ name }) => name !== "github");
    this.#reporters = isOnGitHub && isMissing ? [...chosen, { name: "github" }] : chosen;
    this.#quiet = quiet;
    const [first, second] = chosen.filter(({ name, file }) => name !== "github" && !file);
    if (second !== undefined) {
      throw new UsageError(
        `--reporter: ${first?.name} and ${second.name} both go to standard output; ` +
          "json=FILE and junit=FILE write to files",
      );
    }
    for (const { name, file } of chosen) {
      if (file !== undefined) requireWritable(`--reporter ${name}, file`, file);
    }
  }

  /** Whether a person reads along. */
  get isPretty(): boolean {
    return this.#reporters.some(({ name }) => name === "pretty");
  }

  /** Whether something is written of each run, beside what a person reads. */
  get reportsRuns(): boolean {
    return this.#reporters.some(({ name }) => name !== "pretty");
  }

  /** Whether nobody is to be told what goes on. */
  get isQuiet(): boolean {
    return this.#quiet || !this.isPretty;
  }

  /** Tells a person who has not asked for silence. */
  say(text: string): void {
    if (!this.isQuiet) console.log(text);
  }

  /** Tells a person, above all one who has asked for the result only. */
  sayResult(text: string): void {
    if (this.isPretty) console.log(text);
  }

  /** The runs so far. */
  get runs(): readonly RunReport[] {
    return this.#runs;
  }

  /** Keeps what came of a run for {@linkcode finish}. */
  add(run: RunReport): void {
    this.#runs.push(run);
  }

  /** Writes what is written of all runs together. */
  finish(ended: Ended): void {
    const runs = this.#runs;
    for (const { name, file } of this.#reporters) {
      if (name === "json") write(reportJson(runs, ended), file);
      else if (name === "junit") write(renderJUnit(runs), file);
      else if (name === "github") {
        renderAnnotations(runs).forEach((line) => console.error(line));
        appendStepSummary(renderStepSummary(runs));
      }
    }
  }
}

/** Tells programs that a command was called wrongly, if it was called for them. */
export function reportUsage(argv: readonly string[], error: string): void {
  const own = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length);
  const values = own.flatMap((word, i) =>
    word.startsWith("--reporter=")
      ? [word.slice("--reporter=".length)]
      : own[i - 1] === "--reporter"
      ? [word]
      : []
  );
  const chosen = values.flatMap((value) => value.split(",").map(chosenBy));
  if (own.includes("--json")) chosen.push({ name: "json" });
  for (const { name, file } of chosen) {
    const isPossible = file === undefined || mayWrite(file);
    if (name === "json" && isPossible) write(usageJson(error), file);
  }
  const isOnGitHub = environment("GITHUB_ACTIONS") === "true";
  if (isOnGitHub || chosen.some(({ name }) => name === "github")) {
    console.error(annotation("error", "glomers", [error]));
  }
}

function write(text: string, file: string | undefined): void {
  if (file === undefined) return console.log(text);
  const folder = dirname(file);
  if (!existsSync(folder)) Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(file, `${text}\n`);
}

function appendStepSummary(text: string): void {
  const path = environment("GITHUB_STEP_SUMMARY");
  if (path === undefined) return;
  if (mayWrite(path)) Deno.writeTextFileSync(path, text, { append: true });
  else console.error(`Note: no permission to write the step summary, ${path}.`);
}
