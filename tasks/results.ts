/**
 * `deno task results`: writes the pages in `results/` from their templates and data. What measures does
 * so, too; this one is for whoever edits a template.
 *
 * @module
 */
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { resultFigures, writeResults } from "./shared/result_pages.ts";

const COMMAND = { own: { list: { help: "print the figures that templates may name" } } } as const;

function main(argv: readonly string[]): number {
  const { own: { list }, help } = readArguments(argv, COMMAND);
  if (help) console.log(`deno task results [options]\n\n${optionsHelp(COMMAND)}`);
  else if (!list) writeResults();
  else for (const [name, text] of resultFigures()) console.log(`{{${name}}}  ${lineOf(text)}`);
  return 0;
}

/** A figure, or the beginning of a table. */
function lineOf(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

if (import.meta.main) await conclude("deno task results", () => Promise.resolve(main(Deno.args)));
