import { assertEquals } from "@std/assert";
import {
  clip,
  formatFigure,
  formatMs,
  formatPercent,
  formatSeconds,
  formatWhole,
  joinWords,
  listValues,
  pluralize,
  printable,
  tally,
} from "./format.ts";

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

Deno.test("figures have three significant digits, thousands more", () => {
  const figures = [0, 7, 0.123, 2.06, 13.75, 230.4, 41976, 1234.5].map(formatFigure);
  assertEquals(figures, ["0", "7", "0.12", "2.06", "13.8", "230", "41,976", "1,235"]);
});

Deno.test("thousands are set apart", () => {
  assertEquals([999, 1_000, 1_234_567].map(formatWhole), ["999", "1,000", "1,234,567"]);
  assertEquals(formatMs(1086.6), "1,087 ms");
});

Deno.test("a text that is too long ends in an ellipsis", () => {
  assertEquals([clip("abcd", 4), clip("abcde", 4)], ["abcd", "abc…"]);
});

Deno.test("what a terminal would act on is escaped, and a long text is cut and counted", () => {
  const wild = "\x1b]0;title\x07 \x1b[2J\r\x7f\x9b31m\u202eabc\u2028\0";
  assertEquals(
    printable(wild),
    String.raw`\x1b]0;title\x07 \x1b[2J\x0d\x7f\x9b31m\u202eabc\u2028\x00`,
  );
  assertEquals(printable("plain\ttext,\n größer als 🦕"), "plain\ttext,\n größer als 🦕");
  assertEquals(printable("v".repeat(65_536), 3), "vvv… (65,533 more characters)");
});
