/**
 * `deno task install`: installs the command `glomers`, for use in any folder.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { conclude, readArguments } from "./shared/command_line.ts";

/** What the command may do. Its modules come from here, so it works as long as this folder is there. */
const OPTIONS = [
  "--global",
  "--force",
  "--name=glomers",
  "--no-config",
  `--import-map=${fileURLToPath(new URL("../lib/import_map.json", import.meta.url))}`,
  ...["read", "write", "run", "env", "net=127.0.0.1", "sys=loadavg"].map((name) =>
    `--allow-${name}`
  ),
];

const COMMAND = { own: {} } as const;

/** Installs the command; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const command = fileURLToPath(new URL("cli.ts", import.meta.url));
  const installing = new Deno.Command("deno", { args: ["install", ...OPTIONS, command] });
  return (await installing.spawn().status).code;
}

function helpText(): string {
  return [
    "deno task install",
    "",
    "Installs the command glomers, which runs from this folder, where deno install puts commands:",
    "$DENO_INSTALL_ROOT/bin, or ~/.deno/bin.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}

if (import.meta.main) await conclude("deno task install", () => main(Deno.args));
