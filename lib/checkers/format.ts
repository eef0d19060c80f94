/**
 * Numbers, times, counts and lists of values, formatted for the sentences that explain a result.
 *
 * @module
 */
import { type Edn, printEdn } from "../history/edn.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";

/** Formats a whole number with its thousands apart: `41,976`. */
export function formatWhole(value: number): string {
  return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Formats a figure with three significant digits, thousands with all of theirs: `2.06`. */
export function formatFigure(value: number): string {
  if (Number.isInteger(value)) return formatWhole(value);
  const size = Math.abs(value);
  return size >= 1000 ? formatWhole(value) : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Formats a time in whole milliseconds: `1,087 ms`. */
export function formatMs(valueMs: number): string {
  return `${formatWhole(valueMs)} ms`;
}

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
  return `${count === 0 ? "no" : formatWhole(count)} ${count === 1 ? singular : plural}`;
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

/** Names nodes, each once and in order: `n1, n2 and n12`; of many, the first few. */
export function listNodes(nodes: readonly string[], limit = 6): { text: string; count: number } {
  const names = [...new Set(nodes)]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const rest = names.length - limit;
  const text = rest > 1
    ? `${names.slice(0, limit).join(", ")} and ${rest} others`
    : joinWords(names);
  return { text, count: names.length };
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

/** Cuts a text to `width` characters, the last one an ellipsis where something is missing. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** What a terminal acts on instead of showing it, or what is not to be seen but matters. */
const UNPRINTABLE = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * A text that somebody else wrote, as it may be shown: whatever a terminal would act on is escaped,
 * and what exceeds `width` characters is cut, and counted.
 */
export function printable(text: string, width = 2_000): string {
  const rest = text.length - width;
  const kept = rest > 0 ? `${text.slice(0, width)}… (${formatWhole(rest)} more characters)` : text;
  return kept.replace(UNPRINTABLE, (unit) => {
    const code = unit.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** Counts how often each key occurs, most frequent first; ties in order of first appearance. */
export function tally<T>(keys: Iterable<T>): [T, number][] {
  const counts = new Map<T, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
