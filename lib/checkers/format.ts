/**
 * Times, counts and lists of values, formatted for the sentences that explain a result.
 *
 * @module
 */
import { type Edn, printEdn } from "../history/edn.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";

/** Formats nanoseconds as seconds: `12.345 s`. */
export function formatSeconds(timeNs: number): string {
  return `${(timeNs / NS_PER_S).toFixed(3)} s`;
}

/** Formats whose event it was, and when: `process 3 at 12.345 s`. */
export function formatEvent(op: Op): string {
  return `process ${op.process} at ${formatSeconds(op.time)}`;
}

/** Formats a count with its noun: `1 value`, `3 values`, `no values`. */
export function pluralize(count: number, singular: string, plural = `${singular}s`): string {
  return `${count === 0 ? "no" : count} ${count === 1 ? singular : plural}`;
}

/** Formats a fraction, cut to two decimals so that less than all never reads `100 %`. */
export function formatPercent(fraction: number): string {
  if (fraction === 1) return "100 %";
  return `${(Math.floor(fraction * 10_000 + 1e-6) / 100).toFixed(2)} %`;
}

/** Joins words as English does: `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[], conjunction = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

/** Lists at most `limit` values, contracting runs of integers: `1, 4–9, 12 and 30 more`. */
export function listValues(values: readonly Edn[], limit = 8): string {
  const runs = runsOf(values);
  const shown = runs.slice(0, limit).map(printRun);
  const rest = runs.slice(limit).reduce((sum, run) => sum + run.count, 0);
  return rest === 0 ? joinWords(shown) : `${shown.join(", ")} and ${rest} more`;
}

interface Run {
  readonly first: Edn;
  last: Edn;
  count: number;
}

function runsOf(values: readonly Edn[]): Run[] {
  const runs: Run[] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run !== undefined && typeof run.last === "number" && run.last + 1 === value) {
      run.last = value;
      run.count++;
    } else {
      runs.push({ first: value, last: value, count: 1 });
    }
  }
  return runs;
}

function printRun({ first, last, count }: Run): string {
  if (count === 1) return printEdn(first);
  return `${printEdn(first)}${count === 2 ? ", " : "–"}${printEdn(last)}`;
}

/** Counts how often each key occurs, most frequent first; ties in order of first appearance. */
export function tally<T>(keys: Iterable<T>): [T, number][] {
  const counts = new Map<T, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
