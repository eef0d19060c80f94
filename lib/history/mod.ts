/**
 * Histories: what clients asked of a system and what it answered; and EDN, the notation in which
 * Jepsen and Maelstrom keep them.
 *
 * ```ts
 * import { HistoryReader, pairs, printHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `{:index 0, :time 0, :type :invoke, :process 0, :f :read, :value nil}
 * {:index 1, :time 5, :type :ok, :process 0, :f :read, :value [1 2]}
 * `;
 * const reader = new HistoryReader();
 * reader.push(new TextEncoder().encode(text));
 * reader.end();
 * const history = [];
 * for (let op = reader.next(); op !== undefined; op = reader.next()) history.push(op);
 *
 * assertEquals(pairs(history)[0]?.completion?.value, [1, 2]);
 * assertEquals(printHistory(history), text);
 * ```
 *
 * @module
 */
export * from "./edn.ts";
export * from "./operations.ts";
