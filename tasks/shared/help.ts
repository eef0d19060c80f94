/**
 * What `--help` prints of Maelstrom's options.
 *
 * @module
 */
import { type NodeKind, TEST_OPTIONS } from "../../lib/workbench/command_line.ts";

/**
 * Every option of `test` that means something to nodes of a kind, a line each.
 *
 * @param own Those that the task explains itself.
 */
export function workloadOptionsHelp(kind: NodeKind, own: readonly string[] = []): string {
  return Object.entries(TEST_OPTIONS).flatMap(([name, { value, help, only }]) => {
    if (typeof only === "string" && only !== kind || own.includes(name)) return [];
    const option = value === undefined ? `--${name}` : `--${name} ${value}`;
    const scope = Array.isArray(only) ? ` (${only.join(", ")})` : "";
    return [`  ${option.padEnd(30)} ${help}${scope}`];
  }).join("\n");
}
