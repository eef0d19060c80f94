/**
 * What a node did wrong, shown as it happens.
 *
 * @module
 */
import { formatSeconds, printable } from "../checkers/format.ts";
import type { Problem } from "../workbench/hosts/host.ts";
import { showFault } from "./conduct.ts";
import { makePaint, type Style, wrapParagraph } from "./text.ts";

/** Characters that are shown of a line of standard error; the rest is in the node's log. */
const SHOWN_WIDTH = 200;

/** Renders a problem as a paragraph or two; without a width, with all of its line. */
export function renderProblem(problem: Problem, style: Style = {}): string {
  const paint = makePaint(style);
  const { width = Infinity } = style;
  const { text, timeNs, line, at, consequence, lastWords = [] } = problem;
  const when = timeNs > 0 ? ` (at ${formatSeconds(timeNs)})` : "";
  const where = at === undefined ? "" : `, at character ${at + 1}`;
  const head = `    its line${where}: `;
  return [
    ...wrapParagraph(`${paint("bad", "✗")} `, `${text}${when}`, width),
    ...(line === undefined
      ? []
      : [head + printable(showFault(problem, width - head.length), Infinity)]),
    ...(consequence === undefined ? [] : wrapParagraph("    ", `${consequence}.`, width)),
    ...(lastWords.length === 0 ? [] : ["    its last words on standard error:"]),
    ...lastWords.map((words) => paint("quiet", `      ${printable(words, SHOWN_WIDTH)}`)),
  ].join("\n");
}
