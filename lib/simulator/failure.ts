/**
 * Failure signatures: whether two runs failed in the same way.
 *
 * @module
 */
import { isEdnObject } from "../history/edn.ts";
import type { RunResult } from "../workbench/result.ts";

/**
 * The kinds of failure that a run shows, sorted: those that its workload finds in the result, else the
 * name of each checker that was not satisfied. Empty for a run that passed.
 *
 * @example
 * ```ts
 * import { type Node, UniqueIds } from "@glomers/maelstrom";
 * import { failureSignature, simulateOnce } from "@glomers/maelstrom/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * function alwaysSeven(node: Node): void {
 *   node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
 * }
 *
 * const result = await simulateOnce(alwaysSeven, { workload: "unique-ids" });
 * assertEquals(failureSignature(result), ["duplicated"]);
 * ```
 */
export function failureSignature(
  { workload, results, crash }: Pick<RunResult, "workload" | "results" | "crash">,
): string[] {
  if (results === undefined) return [`crash: ${(crash?.text ?? "").replace(/\d+/g, "#")}`];
  const kinds = Object.entries(results).flatMap(([checker, result]) => {
    if (!isEdnObject(result) || result["valid?"] === true) return [];
    const own = checker === "workload" ? workload.signature?.(result) ?? [] : [];
    if (own.length > 0) return own;
    return [`${checker} ${result["valid?"] === false ? "invalid" : "unknown"}`];
  });
  return [...new Set(kinds)].sort();
}
