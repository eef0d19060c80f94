/**
 * Sizes, times and states of runs in words.
 *
 * @module
 */
import { formatFigure } from "../../checkers/format.ts";
import type { Entry } from "./catalogue.ts";

const KILO = 1_000;

/** Formats a size in bytes: `850 B`, `12.3 kB`, `4.56 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < KILO) return `${bytes} B`;
  const kilo = bytes / KILO;
  return kilo < KILO ? `${formatFigure(kilo)} kB` : `${formatFigure(kilo / KILO)} MB`;
}

/** Formats a time of this machine's clock to the second: `2026-11-28 13:45:02`. */
export function formatWhen(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** Formats a latency: `1.14 ms`, `178 ms`. */
export function formatLatency(ms: number): string {
  return `${formatFigure(ms)} ms`;
}

/** What a run is called: its challenge or workload, and the node's file where it is not ours. */
export function subjectOf({ about }: Pick<Entry, "about">): string {
  if (about === undefined) return "?";
  const { challenge, workload, program } = about;
  return [challenge ?? workload, program].filter((part) => part !== "").join(" ");
}

/** The words of a command line, each option with its value. */
export function optionsOf(words: readonly string[]): string[] {
  const options: string[] = [];
  for (const word of words) {
    const last = options.length - 1;
    if (word.startsWith("-") || last < 0) options.push(word);
    else options[last] += ` ${word}`;
  }
  return options;
}
