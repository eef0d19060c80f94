/**
 * Failure signatures: whether two runs failed in the same way.
 *
 * @module
 */
import { joinWords } from "../checkers/format.ts";
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
  run: Pick<RunResult, "workload" | "results" | "crash">,
): string[] {
  return failureKinds(run).sort();
}

/** The same in the order in which findings tell of them: what the workload finds first, worst first. */
export function failureKinds(
  { workload, results, crash }: Parameters<typeof failureSignature>[0],
): string[] {
  if (results === undefined) return [`crash: ${(crash?.text ?? "").replace(/\d+/g, "#")}`];
  const kindsOf = (checker: string, own: readonly string[] = []) => {
    const result = results[checker];
    if (!isEdnObject(result) || result["valid?"] === true) return [];
    if (own.length > 0) return own;
    return [`${checker} ${result["valid?"] === false ? "invalid" : "unknown"}`];
  };
  const { workload: judged, ...others } = results;
  const own = isEdnObject(judged) ? workload.signature?.(judged) : undefined;
  return [
    ...new Set([
      ...kindsOf("workload", own),
      ...Object.keys(others).flatMap((checker) => kindsOf(checker)),
    ]),
  ];
}

/**
 * Says how a run that was made small fails otherwise than the whole run, as the end of a sentence;
 * nothing where it fails in the same way.
 */
export function differenceOf(
  { wholeSignature: whole }: { readonly wholeSignature: readonly string[] },
  small: readonly string[],
): string {
  const gone = whole.filter((kind) => !small.includes(kind));
  const kept = small.filter((kind) => whole.includes(kind));
  const added = small.filter((kind) => !whole.includes(kind));
  if (gone.length + added.length === 0) return "";
  const parts = [
    kept.length === 0 ? "fails in another way" : `still fails by ${joinWords(kept)}`,
    ...(gone.length === 0 ? [] : [`no longer by ${joinWords(gone)}`]),
    ...(added.length === 0 ? [] : [`and now by ${joinWords(added)}`]),
  ];
  return `; it ${parts.join(", ")}`;
}
