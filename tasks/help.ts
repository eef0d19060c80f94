/**
 * What `--help` prints of Maelstrom's options.
 *
 * @module
 */
import { TEST_OPTIONS } from "../lib/workbench/options.ts";

/** Every option of `test` and what it means, a line each. */
export function workloadOptionsHelp(): string {
  return Object.entries(TEST_OPTIONS).map(([name, { value, help, only }]) => {
    const option = value === undefined ? `--${name}` : `--${name} ${value}`;
    const scope = only === undefined ? "" : ` (${[only].flat().join(", ")})`;
    return `  ${option.padEnd(30)} ${help}${scope}`;
  }).join("\n");
}
