import { assertEquals } from "@std/assert";
import { clojureHash, entriesInMapOrder, mapOrder, setOrder } from "./clojure_order.ts";
import { itemsOf, keyword, parseEdn, printEdn } from "./edn.ts";

Deno.test("sets of integers come in the order in which Clojure prints them", () => {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  assertEquals(setOrder(digits), [0, 7, 1, 4, 6, 3, 2, 9, 5, 8]);
  assertEquals(setOrder(digits.toReversed()), [0, 7, 1, 4, 6, 3, 2, 9, 5, 8]);
});

Deno.test("maps of up to eight keys keep the order of insertion, larger ones go by hash", () => {
  const keys = Array.from({ length: 9 }, (_, i) => `${i + 1}`);
  assertEquals(mapOrder(keys.slice(0, 8)), keys.slice(0, 8));
  assertEquals(mapOrder(keys), ["9", "3", "4", "8", "7", "5", "6", "1", "2"]);
  const entries = entriesInMapOrder(new Map(keys.map((key, index) => [key, index])));
  assertEquals(entries.map(([key]) => key), mapOrder(keys));
});

Deno.test("keywords go by the hash of their names", () => {
  const names = ["valid?", "unseen", "poll-skip", "duplicate", "G1a", "error-types", "lost-write"];
  assertEquals(
    setOrder(names.map(keyword)).map(({ name }) => name),
    ["duplicate", "valid?", "G1a", "unseen", "poll-skip", "lost-write", "error-types"],
  );
});

/** Hashes as `(hash …)` gives them in Clojure 1.11. */
const HASHES: [text: string, hash: number][] = [
  ["nil", 0],
  ["true", 1231],
  ["0", 0],
  ["1", 1392991556],
  ["-1", 1651860712],
  ["4294967297", 953780890],
  ["9223372036854775807", -2106506049],
  ["9223372036854775808", -2147483648],
  ["-12345678901234567890", 1436577082],
  ["1N", 1392991556],
  ["1.0", 1072693248],
  ["0.5", 1071644672],
  ["-0.0", 0],
  ["##NaN", 2146959360],
  ["1.50M", 466],
  ["-3/2", -1],
  ['"a"', 1455541201],
  ['""', 0],
  ["\\a", 97],
  [":a", -2123407586],
  [":a/b", 1482224565],
  ["a", -482876059],
  ["a/b", -1172211204],
  ["[]", -2017569654],
  ["[1 2]", 156247261],
  ["(1 2)", 156247261],
  ["#{1 2}", 460223544],
  ["{:a 1}", 1772842048],
  ['[1.0 nil "x"]', -626697036],
];

for (const [text, hash] of HASHES) {
  Deno.test(`the hash of ${text} is Clojure's`, () =>
    assertEquals(clojureHash(parseEdn(text)), hash));
}

Deno.test("a set of mixed values comes in the order in which Clojure prints it", () => {
  const values = itemsOf(parseEdn('[1 1.0 2 2.0 "a" :a nil 0.5]'));
  assertEquals(printEdn(setOrder(values)), '[nil 2.0 0.5 1.0 1 "a" 2 :a]');
});
