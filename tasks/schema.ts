/**
 * `glomers schema`: the JSON Schemas of what commands read and print. The package has them as files,
 * too, in `tasks/schemas/`.
 *
 * @module
 */
import { REPORT_SCHEMA } from "../lib/report/report.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { type JsonSchema, kindProblem, oneOf, UsageError } from "../lib/workbench/option.ts";
import { readArguments } from "./shared/command_line.ts";
import { CONFIG_FILE, configSchema } from "./shared/config.ts";
import { callOf, VERSION } from "./shared/invocation.ts";

/** Where the package of this version has them, once it is published. */
const ADDRESS = `https://jsr.io/@glomers/maelstrom/${VERSION}/tasks/schemas`;

/** The schemas by their names, each with the address that it has once the package is published. */
const SCHEMAS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries({ config: configSchema(), report: REPORT_SCHEMA }).map((
    [name, schema],
  ) => [name, { $id: `${ADDRESS}/${name}.json`, ...schema }]),
);
const NAMES = Object.keys(SCHEMAS);

const COMMAND = { own: {}, words: 1 } as const;

/** Prints a schema; returns the exit status. */
export function main(argv: readonly string[]): number {
  const { words: [name = "config"], help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const problem = kindProblem(oneOf(NAMES), name);
  if (problem !== undefined) throw new UsageError(`the schema ${problem}`);
  console.log(JSON.stringify(SCHEMAS[name], null, 2));
  return 0;
}

function helpText(): string {
  return [
    `${callOf("schema")} [${NAMES.join("|")}]`,
    "",
    `Prints the JSON Schema of ${CONFIG_FILE}, or of what --reporter json prints.`,
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
