/**
 * What a node did wrong, told at once and so that it can be found.
 *
 * @module
 */
import { NS_PER_MS } from "../history/operations.ts";
import type { Problem } from "../workbench/hosts/host.ts";
import { type Look, painter, paragraph } from "./text.ts";

/** Lines of a node's last words that are shown; the rest is in its log. */
const SHOWN_WORDS = 8;

/** A problem as a paragraph or two. */
export function renderProblem(problem: Problem, look: Look = {}): string {
  const paint = painter(look);
  const { width = 80 } = look;
  const { text, timeNs, line, consequence, lastWords = [] } = problem;
  const when = timeNs > 0 ? ` (at ${(timeNs / NS_PER_MS / 1000).toFixed(3)} s)` : "";
  const shown = lastWords.slice(-SHOWN_WORDS);
  return [
    ...paragraph(`${paint("bad", "✗")} `, `${text}${when}`, width),
    ...(line === undefined ? [] : [`    its line: ${excerpt(line, width - 14)}`]),
    ...(consequence === undefined ? [] : paragraph("    ", `${consequence}.`, width)),
    ...(shown.length === 0 ? [] : ["    its last words on standard error:"]),
    ...shown.map((words) => paint("quiet", `      ${words}`)),
  ].join("\n");
}

function excerpt(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
