/**
 * `deno task site DIR`: writes the playground as a folder that any web host can serve.
 *
 * @module
 */
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { writeSite } from "./playground/site.ts";

const COMMAND = { own: {}, words: 1 } as const;

/** Writes the site into the folder that the command line names; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { words: [folder], help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (folder === undefined) throw new UsageError("the folder to write is missing: site DIR");
  await writeSite(folder);
  console.log(`${folder} is written: its index is ${folder}/index.html`);
  return 0;
}

const HELP = [
  "deno task site DIR",
  "",
  "Writes the playground into a folder: pages, scripts and styles, with relative addresses. Any web",
  "host can serve it, also below a path.",
  "",
  optionsHelp(COMMAND),
].join("\n");

if (import.meta.main) await conclude("deno task site", () => main(Deno.args));
