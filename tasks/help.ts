/**
 * What `--help` prints of Maelstrom's options.
 *
 * @module
 */
import { type NodeKind, TEST_OPTIONS } from "../lib/workbench/options.ts";

/** Every option of `test` that means something to nodes of a kind, a line each. */
export function workloadOptionsHelp(kind: NodeKind): string {
  return Object.entries(TEST_OPTIONS).flatMap(([name, { value, help, only }]) => {
    if (typeof only === "string" && only !== kind) return [];
    const option = value === undefined ? `--${name}` : `--${name} ${value}`;
    const scope = Array.isArray(only) ? ` (${only.join(", ")})` : "";
    return [`  ${option.padEnd(30)} ${help}${scope}`];
  }).join("\n");
}
