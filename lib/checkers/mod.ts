/**
 * Maelstrom's checkers as pure functions: a history in, a result out, of Maelstrom's shape. Its key
 * `valid?` holds the verdict: `true`, `false`, or EDN's `:unknown`.
 *
 * | Workload                                 | Checker                                 |
 * | ---------------------------------------- | --------------------------------------- |
 * | `echo`, `unique-ids`                     | `checkEcho`, `checkUniqueIds`           |
 * | `broadcast`, `g-set`                     | `checkSetFull`                          |
 * | `g-counter`, `pn-counter`                | `checkCounter`                          |
 * | `lin-kv`, `kafka`                        | `checkLinKv`, `checkKafka`              |
 * | `txn-list-append`, `txn-rw-register`     | `checkListAppend`, `checkRwRegister`    |
 * | all of them                              | `checkStats`, `checkAvailability`, `checkExceptions` |
 *
 * ```ts
 * import { checkUniqueIds } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const result = checkUniqueIds(parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :generate, :value nil}
 *   {:time 1, :type :ok, :process 0, :f :generate, :value 7}
 *   {:time 2, :type :invoke, :process 0, :f :generate, :value nil}
 *   {:time 3, :type :ok, :process 0, :f :generate, :value 7}
 * `));
 * assertEquals(result["valid?"], false);
 * assertEquals(result["duplicated-count"], 1);
 * ```
 *
 * @module
 */
export type { Check, CheckOptions, ElleVersion, Result, Verdict } from "./checker.ts";
export { checkAvailability } from "./availability.ts";
export { checkCounter } from "./counter.ts";
export { checkEcho } from "./echo.ts";
export { checkExceptions } from "./exceptions.ts";
export { checkListAppend } from "./elle/list_append.ts";
export { checkRwRegister } from "./elle/rw_register.ts";
export { checkKafka } from "./kafka/mod.ts";
export { checkLinKv } from "./lin_kv.ts";
export type { SearchOptions } from "./linearizability/mod.ts";
export { checkSetFull } from "./set_full.ts";
export { checkStats } from "./stats.ts";
export { checkUniqueIds } from "./unique_ids.ts";
