/**
 * EDN, the notation of Jepsen's histories and results.
 *
 * | EDN                         | here                                    |
 * | --------------------------- | --------------------------------------- |
 * | `:name`                     | `keyword("name")`, interned             |
 * | `{:a 1}` all keys keywords  | `{ a: 1 }`                              |
 * | `{"k" 1, 2 3}` other keys   | `Map`                                   |
 * | `[…]`, `(…)`, `#{…}`        | array, {@linkcode List}, `Set`          |
 * | `#tag {…}`                  | {@linkcode Tagged}                      |
 * | `name`, `\a`                | {@linkcode Sym}, {@linkcode Char}       |
 * | `1`, `1.0`, `1N`, …         | see `numbers.ts`                        |
 *
 * @module
 */
export { BigInteger, Decimal, type EdnNumber, Float, float32, Ratio } from "./numbers.ts";
export {
  Char,
  type Edn,
  type EdnObject,
  entriesOf,
  isEdnObject,
  itemsOf,
  Keyword,
  keyword,
  List,
  numberOf,
  Sym,
  Tagged,
} from "./values.ts";
export { EdnError, EdnReader, type Extent, parseEdn } from "./edn_reader.ts";
export { prettyEdn, printEdn } from "./edn_printer.ts";
