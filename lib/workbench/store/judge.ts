/**
 * Judges stored histories again, and finds where the verdict or any figure differs from the
 * `results.edn` beside them, Maelstrom's or the workbench's.
 *
 * Compared are the verdict and all figures of `:workload`, `:stats`, `:availability` and
 * `:exceptions`. Where a checker has to search for an example, which one it meets first is chance;
 * such parts are compared by what the workload projects of them.
 *
 * @module
 */
import {
  type CheckOptions,
  type Result,
  UNKNOWN,
  type Verdict,
  verdictOf,
  worst,
} from "../../checkers/checker.ts";
import { checkSafely, COMMON_JUDGES, type CommonJudge } from "../../checkers/compose.ts";
import { pluralize } from "../../checkers/format.ts";
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
} from "../../history/edn.ts";
import { pairs } from "../../history/operations.ts";
import { canonical } from "../../history/equality.ts";
import type { Workload } from "../workloads/workload.ts";
import { type StoredRun, UnreadableRun } from "./reader.ts";

/** What of a workload a judge needs. */
export type Judge = Pick<Workload, "check" | "explain" | "project">;

/** A place where the stored result and the recomputed one differ; `undefined` is: not there. */
export interface Difference {
  /** Keys from the top of the results map. */
  readonly path: readonly string[];
  readonly stored: Edn | undefined;
  readonly recomputed: Edn | undefined;
}

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
 * @throws {UnreadableRun} if nothing says what its workload is, or `judges` does not know it.
 */
export function judgeRun(
  run: StoredRun,
  judges: ReadonlyMap<string, Judge>,
  given: CheckOptions & { workload?: string } = {},
): Judgement {
  const { workload, judge } = findJudge(run, judges, given.workload);
  const options: CheckOptions = { ...run.facts, ...given };
  const judged = run.key === undefined
    ? { workload: judge, ...COMMON_JUDGES }
    : { workload: judge };
  const sections = Object.entries<CommonJudge>(judged)
    .map(([name, judge]): Section => {
      const result = checkSafely(judge.check, run.history, options);
      const isAvailability = name === "availability";
      return { name, judge, result: isAvailability ? withVerdict(result, run, options) : result };
    });
  const verdict = worst(sections.map(({ result }) => result["valid?"]));
  const explanation = sections.flatMap(({ judge, result }) => judge.explain(result, run.history));
  if (run.results === undefined) {
    const cut = explainCut(run);
    const left = cut.length > 0 && verdict === true ? UNKNOWN : verdict;
    return { workload, verdict: left, figures: 0, explanation: [...cut, ...explanation] };
  }
  const compared = compare(run.results, sections, verdict);
  const notes = compared.differences.some(isOfOlderKafka) ? [OLDER_KAFKA] : [];
  return { workload, verdict, ...compared, explanation: [...notes, ...explanation] };
}

const OLDER_KAFKA =
  "The stored result lacks :unseen, so it is an older version's: that of Maelstrom 0.2.3 does not " +
  "count messages that were acknowledged but never polled.";

function isOfOlderKafka({ path: [section, name], stored }: Difference): boolean {
  return section === "workload" && name === "unseen" && stored === undefined;
}

/** Says that a run without results did not come to its end, if that shows. */
function explainCut({ history, isRunFolder }: StoredRun): string[] {
  const open = pairs(history).filter(({ completion }) => completion === undefined).length;
  if (open === 0 && isRunFolder !== true) return [];
  const left = open === 0 ? "" : `, and ${pluralize(open, "operation")} never completed`;
  return [
    `The run was cut off: it left no results${left}. What follows is about the part there is.`,
  ];
}

/** A section of a results map, judged again. */
interface Section {
  readonly name: string;
  readonly judge: CommonJudge;
  readonly result: Result;
}

/** Where nothing says what availability was required, the stored verdict stands. */
function withVerdict(result: Result, { results }: StoredRun, options: CheckOptions): Result {
  const stored = results?.["availability"];
  if (options.availability !== undefined || !isEdnObject(stored)) return result;
  return { ...result, "valid?": verdictOf(stored["valid?"]) };
}

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

/** What of a result is compared. A checker's stack trace is of the language it is written in. */
function project(result: EdnObject, { project = (result) => result }: CommonJudge): Edn {
  if (result["error"] !== undefined) return { "valid?": result["valid?"], "error": "any" };
  return project(result);
}

function compare(
  stored: EdnObject,
  sections: readonly Section[],
  verdict: Verdict,
): { differences: Difference[]; figures: number } {
  const differences: Difference[] = [];
  let figures = 0;
  for (const { name, judge, result } of sections) {
    const before = stored[name];
    if (!isEdnObject(before)) continue;
    const [a, b] = [project(before, judge), project(readBack(result), judge)];
    figures += countFigures(a);
    differences.push(...differencesBetween(a, b, [name]));
  }
  const overall = worst([verdict, ...restOf(stored, sections)]);
  return {
    figures: figures + 1,
    differences: [
      ...differencesBetween(verdictOf(stored["valid?"]), overall, ["valid?"]),
      ...differences,
    ],
  };
}

/** The verdicts of the checkers whose evidence a history does not hold. */
function restOf(stored: EdnObject, judged: readonly Section[]): Verdict[] {
  return Object.entries(stored).flatMap(([name, section]) => {
    if (!isEdnObject(section) || judged.some((one) => one.name === name)) return [];
    return [verdictOf(section["valid?"])];
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
  if (canonical(stored) === canonical(recomputed)) return [];
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
