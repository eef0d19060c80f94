/**
 * Histories: what clients asked of a system and what it answered; and EDN, the notation in which
 * Jepsen and Maelstrom keep them.
 *
 * ```ts
 * import { pairs, parseHistory, printHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `{:index 0, :time 0, :type :invoke, :process 0, :f :read, :value nil}
 * {:index 1, :time 5, :type :ok, :process 0, :f :read, :value [1 2]}
 * `;
 * const history = parseHistory(text);
 * assertEquals(pairs(history)[0]?.completion?.value, [1, 2]);
 * assertEquals(printHistory(history), text);
 * ```
 *
 * @module
 */
export {
  type BigInteger,
  type Char,
  type Decimal,
  type Edn,
  EdnError,
  type EdnNumber,
  type EdnObject,
  entriesOf,
  type Extent,
  type Float,
  isEdnObject,
  itemsOf,
  Keyword,
  keyword,
  type List,
  numberOf,
  parseEdn,
  printEdn,
  type Ratio,
  type Sym,
  type Tagged,
} from "./edn.ts";
export {
  HistoryReader,
  NS_PER_MS,
  NS_PER_S,
  type Op,
  type OpPair,
  type OpType,
  pairs,
  parseHistory,
  printHistory,
} from "./operations.ts";
