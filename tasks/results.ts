/**
 * `deno task results`: writes the pages in `results/` from their templates and data. What measures does
 * so, too; this one is for whoever edits a template.
 *
 * @module
 */
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { resultFigures, staleResults, writeResults } from "./shared/result_pages.ts";

const COMMAND = {
  own: {
    list: { help: "print the figures that templates may name" },
    check: { help: "write nothing, and fail if a page differs from what it is made of" },
  },
} as const;

function main(argv: readonly string[]): number {
  const { own: { list, check }, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  if (list) {
    for (const [name, text] of resultFigures()) console.log(`{{${name}}}  ${lineOf(text)}`);
    return 0;
  }
  if (!check) {
    writeResults();
    return 0;
  }
  const stale = staleResults();
  for (const name of stale) console.log(`${name} differs from what it is made of`);
  return stale.length === 0 ? 0 : 1;
}

/** A figure, or the beginning of a table. */
function lineOf(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function helpText(): string {
  return [
    "deno task results [options]",
    "",
    "Writes the pages in results/ from their templates and data.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}

if (import.meta.main) await conclude("deno task results", () => Promise.resolve(main(Deno.args)));
