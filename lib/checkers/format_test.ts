import { assertEquals } from "@std/assert";
import { formatPercent, formatSeconds, joinWords, listValues, pluralize, tally } from "./format.ts";

Deno.test("a list contracts runs of integers and is cut at its limit", () => {
  assertEquals(listValues([1, 4, 5, 6, 9]), "1, 4–6 and 9");
  assertEquals(listValues([1, 2, 7]), "1, 2 and 7");
  assertEquals(listValues([0, 2, 4, 6, 7, 8], 2), "0, 2 and 4 more");
  assertEquals(listValues(["a", "b"]), '"a" and "b"');
  assertEquals(listValues([]), "");
});

Deno.test("counts, words, fractions and times read as English", () => {
  assertEquals(pluralize(1, "reply", "replies"), "1 reply");
  assertEquals(pluralize(0, "value"), "no values");
  assertEquals(joinWords(["a", "b", "c"], "or"), "a, b or c");
  assertEquals([formatPercent(1), formatPercent(0.99999), formatPercent(0.57)], [
    "100 %",
    "99.99 %",
    "57.00 %",
  ]);
  assertEquals(formatSeconds(1_234_567_890), "1.235 s");
  assertEquals(tally(["a", "b", "b"]), [["b", 2], ["a", 1]]);
});
