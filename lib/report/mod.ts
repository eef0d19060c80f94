/**
 * A run told to a person: whether it passed, its figures, what was lost or wrong, in words, and
 * where to look first.
 *
 * ```ts
 * import { type Node, UniqueIds } from "@glomers/maelstrom";
 * import { renderSummary, summariseRun } from "@glomers/maelstrom/report";
 * import { simulateOnce } from "@glomers/maelstrom/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * function alwaysSeven(node: Node): void {
 *   node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
 * }
 *
 * const summary = summariseRun(await simulateOnce(alwaysSeven, { workload: "unique-ids" }));
 * assertEquals(summary.ending, "fail");
 * console.log(renderSummary(summary));
 * ```
 *
 * @module
 */
export type { Figure, Place } from "../workbench/workloads/workload.ts";
export type { Limit, MeasuredLimit } from "./limits.ts";
export type { Metrics } from "./metrics.ts";
export { renderSummary, type TitledStyle } from "./render.ts";
export { type Ending, EXIT_STATUS, summariseRun, type Summary } from "./summary.ts";
export type { Style } from "./text.ts";
