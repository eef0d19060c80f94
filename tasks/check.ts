/**
 * `deno task check DIR…`: judges stored histories again and shows where the verdict or any figure
 * differs from the `results.edn` beside them, Maelstrom's or the workbench's.
 *
 * Compared are the verdict and all figures of `:workload`, `:stats`, `:availability` and
 * `:exceptions`. Where a checker has to search for an example, which one it meets first is chance;
 * such parts are compared by what the workload's `comparable` leaves of them.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { checkAvailability, explainAvailability } from "../lib/checkers/availability.ts";
import {
  type CheckOptions,
  type Projection,
  type Result,
  UNKNOWN,
  type Verdict,
  verdictOf,
  worst,
} from "../lib/checkers/checker.ts";
import { checkSafely } from "../lib/checkers/compose.ts";
import {
  checkExceptions,
  explainExceptions,
  projectExceptions,
} from "../lib/checkers/exceptions.ts";
import { checkStats, explainStats } from "../lib/checkers/stats.ts";
import { canonical, sameEdn } from "../lib/history/equality.ts";
import {
  type Edn,
  type EdnObject,
  entriesOf,
  isEdnObject,
  itemsOf,
  Keyword,
  List,
  parseEdn,
  printEdn,
} from "../lib/history/edn.ts";
import { workloads } from "../lib/workbench/workloads/mod.ts";
import type { Workload } from "../lib/workbench/workloads/workload.ts";
import { parseConsistencyModels } from "../lib/checkers/elle/models.ts";
import {
  parseAvailability,
  readRun,
  type StoredRun,
  UnreadableRun,
} from "../lib/workbench/store/reader.ts";
import {
  type Cell,
  columns,
  listing,
  type Look,
  type Paint,
  painter,
  terminalLook,
} from "../lib/report/text.ts";

/** What of a workload a judge needs. */
export type Judge = Pick<Workload, "check" | "explain" | "comparable">;

/** A place where the stored result and the recomputed one differ; `undefined` is: not there. */
export interface Difference {
  /** Keys from the top of the results map. */
  readonly path: readonly string[];
  readonly stored: Edn | undefined;
  readonly recomputed: Edn | undefined;
}

/** What came of judging a run again. */
export interface Judgement {
  readonly workload: string;
  readonly verdict: Verdict;
  /** Absent where there is no stored result to compare with. */
  readonly differences?: readonly Difference[];
  /** How many figures were compared. */
  readonly figures: number;
  readonly explanation: readonly string[];
}

/**
 * Judges a stored run again.
 *
 * @throws {UnreadableRun} if its workload cannot be told or is none that `judges` knows.
 */
export function judgeRun(
  run: StoredRun,
  judges: ReadonlyMap<string, Judge>,
  given: CheckOptions & { workload?: string } = {},
): Judgement {
  const { workload, judge } = findJudge(run, judges, given.workload);
  const options: CheckOptions = { ...run.facts, ...given };
  const recomputed: Record<Section, Result> = {
    workload: checkSafely(judge.check, run.history, options),
    stats: checkSafely(checkStats, run.history),
    availability: availabilityOf(run, options),
    exceptions: checkSafely(checkExceptions, run.history),
  };
  const verdict = worst(Object.values(recomputed).map((result) => result["valid?"]));
  const explanation = explain(recomputed, judge, run);
  if (run.results === undefined) return { workload, verdict, figures: 0, explanation };
  return {
    workload,
    verdict,
    explanation,
    ...compare(run.results, recomputed, verdict, projections(judge)),
  };
}

/** Where nothing tells what availability was required, the stored verdict is taken over. */
function availabilityOf({ history, results }: StoredRun, options: CheckOptions): Result {
  const result = checkSafely(checkAvailability, history, options);
  const stored = results?.["availability"];
  if (options.availability !== undefined || !isEdnObject(stored)) return result;
  return { ...result, "valid?": verdictOf(stored["valid?"]) };
}

type Section = "workload" | "stats" | "availability" | "exceptions";

function findJudge(
  run: StoredRun,
  judges: ReadonlyMap<string, Judge>,
  given: string | undefined,
): { workload: string; judge: Judge } {
  const known = `known are ${[...judges.keys()].sort().join(", ")}`;
  const workload = given ?? run.facts.workload;
  if (workload === undefined) {
    throw new UnreadableRun(`Nothing tells which workload this is; say it with -w (${known}).`);
  }
  const judge = judges.get(workload);
  if (judge === undefined) throw new UnreadableRun(`There is no workload ${workload}; ${known}.`);
  return { workload, judge };
}

function explain(
  { workload, stats, availability, exceptions }: Record<Section, Result>,
  judge: Judge,
  { history }: StoredRun,
): string[] {
  return [
    ...judge.explain(workload, history),
    ...explainStats(stats, history),
    ...explainAvailability(availability, history),
    ...explainExceptions(exceptions),
  ];
}

/** Under each section's name, what of it is compared. */
function projections(judge: Judge): Record<Section, Projection> {
  const { comparable = (result) => result } = judge;
  return {
    workload: (result) => result["error"] === undefined ? comparable(result) : withoutTrace(result),
    stats: (result) => result,
    availability: (result) => result,
    exceptions: projectExceptions,
  };
}

/** A checker that throws leaves its stack trace, which is of the language it is written in. */
function withoutTrace(result: EdnObject): Edn {
  return { "valid?": result["valid?"], "error": "any" };
}

function compare(
  stored: EdnObject,
  recomputed: Record<Section, Result>,
  verdict: Verdict,
  projections: Record<Section, Projection>,
): { differences: Difference[]; figures: number } {
  const differences: Difference[] = [];
  let figures = 0;
  for (const section of ["workload", "stats", "availability", "exceptions"] as const) {
    const before = stored[section];
    if (!isEdnObject(before)) continue;
    const project = projections[section];
    const [a, b] = [project(before), project(readBack(recomputed[section]))];
    figures += countFigures(a);
    differences.push(...differencesBetween(a, b, [section]));
  }
  const overall = worst([verdict, ...restOf(stored)]);
  return {
    figures: figures + 1,
    differences: [
      ...differencesBetween(verdictOf(stored["valid?"]), overall, ["valid?"]),
      ...differences,
    ],
  };
}

/** The verdicts of the checkers whose evidence a history does not hold. */
function restOf(stored: EdnObject): Verdict[] {
  return ["perf", "timeline", "net"].flatMap((name) => {
    const section = stored[name];
    return isEdnObject(section) ? [verdictOf(section["valid?"])] : [];
  });
}

/** A result as it would be read from the file it is printed to. */
function readBack(result: Result): EdnObject {
  const read = parseEdn(printEdn(result));
  return isEdnObject(read) ? read : {};
}

function countFigures(value: Edn): number {
  const entries = entriesOf(value);
  if (entries.length === 0) return 1;
  return entries.reduce((sum, [, item]) => sum + countFigures(item), 0);
}

function differencesBetween(
  stored: Edn | undefined,
  recomputed: Edn | undefined,
  path: readonly string[],
): Difference[] {
  if (stored === undefined || recomputed === undefined) {
    return stored === recomputed ? [] : [{ path, stored, recomputed }];
  }
  if (sameEdn(stored, recomputed)) return [];
  const [a, b] = [childrenOf(stored), childrenOf(recomputed)];
  if (a === undefined || b === undefined) return [{ path, stored, recomputed }];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) =>
    differencesBetween(a.get(key), b.get(key), [...path, key])
  );
}

/** What a value consists of, each part under a printed key; nothing for what is shown whole. */
function childrenOf(value: Edn): Map<string, Edn> | undefined {
  if (isEdnObject(value) || value instanceof Map) {
    return new Map(entriesOf(value).map(([key, item]) => [nameOf(key), item]));
  }
  const items = value instanceof List || Array.isArray(value) ? itemsOf(value) : [];
  if (!items.some((item) => isEdnObject(item))) return undefined;
  return new Map(items.map((item, index) => [`${index}`, item]));
}

function nameOf(key: Edn): string {
  return key instanceof Keyword ? key.name : canonical(key);
}

/** A judgement as lines for a person. */
export function renderJudgement(path: string, judgement: Judgement, look: Look = {}): string {
  const { workload, verdict, differences, figures, explanation } = judgement;
  const paint = painter(look);
  const head = (mark: keyof typeof TONES, word: string) =>
    `${paint(TONES[mark], mark)} ${path}\n  ${workload}: ${word}`;
  const lines = listing(explanation, look.width ?? 80);
  if (differences === undefined) {
    const word = `verdict ${printVerdict(verdict)}; there is no results.edn to compare with`;
    return [head("?", word), ...lines].join("\n");
  }
  if (differences.length === 0) {
    const word = `verdict ${printVerdict(verdict)}, equal in every figure (${figures})`;
    return [head("✓", word), ...lines].join("\n");
  }
  const word = `different in ${differences.length} of ${figures} figures`;
  return [head("✗", word), ...table(differences, paint), ...lines].join("\n");
}

const TONES = { "✓": "good", "✗": "bad", "?": "unsure" } as const;

function printVerdict(verdict: Verdict): string {
  return verdict === UNKNOWN ? "unknown" : String(verdict);
}

const DIFFERENCES_LIMIT = 12;
const VALUE_WIDTH = 44;

function table(differences: readonly Difference[], paint: Paint): string[] {
  const header = ["", "stored", "recomputed"].map((text): Cell => ({ text, tone: "quiet" }));
  const rows = differences.slice(0, DIFFERENCES_LIMIT).map(({ path, stored, recomputed }) => [
    { text: path.map((key) => `:${key}`).join(" ") },
    { text: shorten(stored) },
    { text: shorten(recomputed) },
  ]);
  const rest = differences.length - rows.length;
  return [
    ...columns([header, ...rows], paint).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    and ${rest} more`] : []),
  ];
}

function shorten(value: Edn | undefined): string {
  const text = value === undefined ? "(absent)" : printEdn(value);
  return text.length <= VALUE_WIDTH ? text : `${text.slice(0, VALUE_WIDTH - 1)}…`;
}

const COMPARED =
  `Compared: the verdict and every figure of :workload, :stats and :availability; :exceptions by class
and count; of what a search found (cycles, orders that cannot be) the types and counts, not which
examples it met first.`;

const USAGE = `Judges stored histories again and compares with the results.edn beside them.

Usage: deno task check DIR… [options]

  DIR                        folder of a run: results/runs/…/<time>, store/<workload>/latest
  -w, --workload NAME        the workload, where nothing in the folder tells
  --consistency-models LIST  models for the transactional workloads, separated by commas
  --availability WHAT        required availability: total, or a fraction
  -h, --help                 this text

${COMPARED}

Exit status: 0 equal, 1 different, 2 nothing to compare with, 254 bad arguments or unreadable.
`;

const [EQUAL, DIFFERENT, NOTHING_TO_COMPARE, BAD_ARGUMENTS] = [0, 1, 2, 254];

/** Runs the command; returns its exit status. `print` takes lines for standard output. */
export function main(
  args: readonly string[],
  judges: ReadonlyMap<string, Judge> = workloads,
  print: (text: string) => void = console.log,
): number {
  const command = parseCommand(args);
  if (command === "help") {
    print(USAGE);
    return EQUAL;
  }
  if (typeof command === "string") {
    console.error(`${command}\nTry: deno task check --help`);
    return BAD_ARGUMENTS;
  }
  const statuses = command.paths.map((path) => checkPath(path, judges, command.given, print));
  if (statuses.some((status) => status === EQUAL || status === DIFFERENT)) print(COMPARED);
  return [BAD_ARGUMENTS, DIFFERENT, NOTHING_TO_COMPARE]
    .find((status) => statuses.includes(status)) ?? EQUAL;
}

function checkPath(
  path: string,
  judges: ReadonlyMap<string, Judge>,
  given: CheckOptions & { workload?: string },
  print: (text: string) => void,
): number {
  try {
    const judgement = judgeRun(readRun(path), judges, given);
    print(renderJudgement(path, judgement, terminalLook()));
    if (judgement.differences === undefined) return NOTHING_TO_COMPARE;
    return judgement.differences.length === 0 ? EQUAL : DIFFERENT;
  } catch (error) {
    if (!(error instanceof UnreadableRun)) throw error;
    console.error(`${path}: ${error.message}`);
    return BAD_ARGUMENTS;
  }
}

interface Command {
  readonly paths: readonly string[];
  readonly given: CheckOptions & { workload?: string };
}

/** The command, `"help"`, or a sentence that says what is wrong with the arguments. */
function parseCommand(args: readonly string[]): Command | string {
  const unknown: string[] = [];
  const parsed = parseArgs([...args], {
    string: ["workload", "consistency-models", "availability"],
    boolean: ["help"],
    alias: { w: "workload", h: "help" },
    unknown: (arg) => {
      if (!arg.startsWith("-")) return true;
      unknown.push(arg);
      return false;
    },
  });
  const { workload, availability } = parsed;
  if (parsed.help) return "help";
  if (unknown.length > 0) return `There is no option ${unknown[0]}.`;
  if (parsed._.length === 0) return "Which run? Name the folder that holds its history.edn.";
  const target = availability === undefined ? undefined : parseAvailability(availability);
  if (target !== undefined && !(target >= 0 && target <= 1)) {
    return `--availability takes total or a number from 0 to 1, not "${availability}".`;
  }
  const models = modelsOf(parsed["consistency-models"]);
  if (typeof models === "string") return models;
  return {
    paths: parsed._.map(String),
    given: {
      ...(workload !== undefined && { workload }),
      ...(models !== undefined && { consistencyModels: models }),
      ...(target !== undefined && { availability: target }),
    },
  };
}

function modelsOf(text: string | undefined): readonly string[] | string | undefined {
  try {
    return text === undefined ? undefined : parseConsistencyModels(text);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

if (import.meta.main) Deno.exit(main(Deno.args));
