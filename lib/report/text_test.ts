import { assertEquals } from "@std/assert";
import { brief, columns, grouped, listing, painter, paragraph, wrap } from "./text.ts";

Deno.test("text is wrapped at blanks, and a long word stays whole", () => {
  assertEquals(wrap("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
  assertEquals(wrap("incomprehensibilities a", 5), ["incomprehensibilities", "a"]);
  assertEquals(wrap("", 5), []);
});

Deno.test("a paragraph hangs from its head, colour not counted", () => {
  const mark = painter({ color: true })("bad", "✗");
  assertEquals(paragraph("· ", "one two three", 9), ["· one two", "  three"]);
  assertEquals(paragraph(`${mark} `, "one two three", 9), [`${mark} one two`, "  three"]);
});

Deno.test("columns line up, numbers to the right, and end without blanks", () => {
  const rows = [
    [{ text: "a" }, { text: "1", align: "right" as const }, { text: "x" }],
    [{ text: "bbb" }, { text: "1,000", align: "right" as const }, { text: "" }],
  ];
  assertEquals(columns(rows, painter({})), ["a        1  x", "bbb  1,000"]);
});

Deno.test("colour adds escape sequences and nothing else; without it there are none", () => {
  assertEquals(painter({ color: true })("good", "✓"), "\u001b[32m✓\u001b[39m");
  assertEquals(painter({ color: false })("good", "✓"), "✓");
});

Deno.test("figures have as many digits as a person wants", () => {
  assertEquals([0, 7, 0.123, 2.06, 13.75, 230.4, 41976, 1234.5].map(brief), [
    "0",
    "7",
    "0.12",
    "2.06",
    "13.8",
    "230",
    "41,976",
    "1,235",
  ]);
  assertEquals(grouped(1234567), "1,234,567");
});

Deno.test("in a list of sentences, the lines of a table keep their blanks", () => {
  assertEquals(listing(["one two three", "  a    b"], 14), [
    "  · one two",
    "    three",
    "    a    b",
  ]);
});
