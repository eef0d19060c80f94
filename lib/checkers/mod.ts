/**
 * Maelstrom's checkers as pure functions: a history in, a result out, of Maelstrom's shape. Each
 * comes with an `explain…` that puts a result into sentences, worst first.
 *
 * ```ts
 * import { checkUniqueIds, explainUniqueIds } from "@glomers/maelstrom/checkers";
 * import type { Op } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const asked = { process: 0, f: "generate", value: null } as const;
 * const history: Op[] = [
 *   { ...asked, index: 0, time: 0, type: "invoke" },
 *   { ...asked, index: 1, time: 1, type: "ok", value: 7 },
 *   { ...asked, index: 2, time: 2, type: "invoke" },
 *   { ...asked, index: 3, time: 3, type: "ok", value: 7 },
 * ];
 * const result = checkUniqueIds(history);
 * assertEquals(result["valid?"], false);
 * console.log(explainUniqueIds(result, history).join("\n"));
 * ```
 *
 * @module
 */
export {
  type Check,
  type CheckOptions,
  type ElleVersion,
  type Explain,
  type Result,
  type Verdict,
} from "./checker.ts";
export { checkAvailability, explainAvailability } from "./availability.ts";
export { checkCounter, explainCounter } from "./counter.ts";
export { checkEcho, explainEcho } from "./echo.ts";
export { checkExceptions, explainExceptions } from "./exceptions.ts";
export { explainListAppend, explainRwRegister } from "./elle/explain.ts";
export { checkListAppend } from "./elle/list_append.ts";
export { checkRwRegister } from "./elle/rw_register.ts";
export { checkKafka, explainKafka } from "./kafka/mod.ts";
export { checkLinKv, explainLinKv } from "./lin_kv.ts";
export type { SearchOptions } from "./linearizability/mod.ts";
export { checkSetFull, explainSetFull } from "./set_full.ts";
export { checkStats, explainStats } from "./stats.ts";
export { checkUniqueIds, explainUniqueIds } from "./unique_ids.ts";
