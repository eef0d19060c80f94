/**
 * What a node did wrong, shown as it happens.
 *
 * @module
 */
import { clip, formatSeconds } from "../checkers/format.ts";
import type { Problem } from "../workbench/hosts/host.ts";
import { makePaint, type Style, wrapParagraph } from "./text.ts";

/** Lines of standard error that are shown; the rest is in the node's log. */
const SHOWN_LINES = 8;

export function renderProblem(problem: Problem, style: Style = {}): string {
  const paint = makePaint(style);
  const { width = 80 } = style;
  const { text, timeNs, line, consequence, lastWords = [] } = problem;
  const when = timeNs > 0 ? ` (at ${formatSeconds(timeNs)})` : "";
  const shown = lastWords.slice(-SHOWN_LINES);
  return [
    ...wrapParagraph(`${paint("bad", "✗")} `, `${text}${when}`, width),
    ...(line === undefined ? [] : [`    its line: ${clip(line, width - 14)}`]),
    ...(consequence === undefined ? [] : wrapParagraph("    ", `${consequence}.`, width)),
    ...(shown.length === 0 ? [] : ["    its last words on standard error:"]),
    ...shown.map((words) => paint("quiet", `      ${words}`)),
  ].join("\n");
}
