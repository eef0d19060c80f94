/**
 * `glomers schema`: the JSON Schema of what the command reads, for editors.
 *
 * @module
 */
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { readArguments } from "./shared/command_line.ts";
import { CONFIG_FILE, configSchema } from "./shared/config.ts";
import { callOf } from "./shared/invocation.ts";

const COMMAND = { own: {} } as const;

/** Prints the schema; returns the exit status. */
export function main(argv: readonly string[]): number {
  if (readArguments(argv, COMMAND).help) {
    console.log(
      `${callOf("schema")}\n\nPrints the JSON Schema of ${CONFIG_FILE}.\n\n${optionsHelp(COMMAND)}`,
    );
  } else console.log(JSON.stringify(configSchema(), null, 2));
  return 0;
}
