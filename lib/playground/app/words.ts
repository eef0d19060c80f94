/**
 * What the page of an exercise says of its runs, in words.
 *
 * @module
 */
import { formatWhole, pluralize } from "../../checkers/format.ts";

/** Failed seeds after which no more are tried. */
export const MOST_FAILED = 20;
/** Seeds that are named. */
const MOST_NAMED = 8;

/** What came of running under many seeds. */
export function sayProof({ failed, warned, done, seeds }: {
  /** The seeds that failed. */
  readonly failed: readonly number[];
  /** How many passed with a warning. */
  readonly warned: number;
  /** How many seeds were tried, of how many. */
  readonly done: number;
  readonly seeds: number;
}): string {
  if (failed.length === 0) {
    const but = warned === 0 ? "" : `, ${formatWhole(warned)} of them with a warning`;
    return `all ${formatWhole(seeds)} seeds pass${but}`;
  }
  const named = failed.toSorted((a, b) => a - b).slice(0, MOST_NAMED).join(", ");
  const more = failed.length > MOST_NAMED ? ", and others" : "";
  const fails = `${formatWhole(failed.length)} of ${pluralize(done, "seed")} ${
    failed.length === 1 ? "fails" : "fail"
  }: ${named}${more}`;
  return done === seeds
    ? fails
    : `${fails}. It stopped at ${MOST_FAILED} failures: ${
      formatWhole(seeds - done)
    } of ${seeds} seeds were not tried`;
}

/** What is known of an exercise that was solved. */
interface Standing {
  /** The code in the editor. */
  readonly code: string;
  /** The code that passed; true: it did in an earlier visit, and what it was is not known. */
  readonly passed: string | true;
  /** Whether the same code has failed since, in a run that the exercise asks for. */
  readonly hasFailed: boolean;
}

/** The heading above what is said of a solved exercise. */
export function titleOfPassed({ code, passed, hasFailed }: Standing): string {
  if (passed === true) return "You have passed this before";
  if (code !== passed) return "An earlier version of the code passed";
  return hasFailed ? "It passed once, and failed since" : "It passes";
}
