import { assertEquals } from "@std/assert";
import { clip, formatFigure, formatMs, formatWhole } from "./numbers.ts";

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
