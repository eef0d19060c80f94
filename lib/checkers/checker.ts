/**
 * What every checker is: a pure function from a history to a result map.
 *
 * @module
 */
import { type Edn, type EdnObject, Keyword, keyword } from "../history/edn.ts";
import type { Op } from "../history/operations.ts";

/** A checker's verdict: the history is valid, it is not, or the checker cannot tell. */
export type Verdict = true | false | Keyword;

/** EDN's `:unknown`. */
export const UNKNOWN: Keyword = keyword("unknown");

/** A result map; its key `valid?` holds the verdict. */
export interface Result extends EdnObject {
  /** The verdict. */
  "valid?": Verdict;
}

/** Versions of Elle that judge differently. */
export const ELLE_VERSIONS: readonly ElleVersion[] = ["0.2.2", "main"];

/** A version of Elle: the one that Maelstrom has, or its main branch. */
export type ElleVersion = "0.2.2" | "main";

/** Options of a run that change what is valid, named as on Maelstrom's command line. */
export interface CheckOptions {
  /** Consistency models a transactional workload is held against. */
  readonly consistencyModels?: readonly string[];
  /** Required fraction of operations that are `ok`: 1 is "total". */
  readonly availability?: number;
  /** The Elle whose rules for single transactions apply. Default: 0.2.2, which Maelstrom uses. */
  readonly elle?: ElleVersion;
  /** Returns whether the time for a search is up; it then says what it searched. Default: never. */
  readonly isOver?: () => boolean;
}

/** A workload's checker: history in, result map (Maelstrom's `:workload`) out. */
export type Check = (history: readonly Op[], options?: CheckOptions) => Result;

/**
 * Says in words what a result means: one sentence a line, worst first; empty where there is nothing
 * to say. Works from a stored result; the history adds who, when and where.
 */
export type Explain = (result: EdnObject, history?: readonly Op[]) => string[];

/** Reads the verdict of a result map that comes from a file. */
export function verdictOf(value: Edn | undefined): Verdict {
  return value === true ? true : value === false ? false : UNKNOWN;
}

/** Returns the worst of several verdicts: false, then unknown, then true. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  let merged: Verdict = true;
  for (const verdict of verdicts) {
    if (verdict === false) return false;
    if (verdict === UNKNOWN) merged = UNKNOWN;
  }
  return merged;
}

/**
 * The part of a result that must come out equal when a stored run is judged again. A checker whose
 * result depends in part on the order of a search (which counterexample, which cycle) exports a
 * projection without that part; for any other the whole result is compared.
 */
export type Projection = (result: EdnObject) => Edn;
