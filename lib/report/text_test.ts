import { assertEquals } from "@std/assert";
import { alignCells, listSentences, makePaint, wrapParagraph } from "./text.ts";

Deno.test("text is wrapped at blanks, and a long word stays whole", () => {
  assertEquals(wrapParagraph("", "a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
  assertEquals(wrapParagraph("", "incomprehensibilities a", 5), ["incomprehensibilities", "a"]);
  assertEquals(wrapParagraph("", "", 5), []);
});

Deno.test("a paragraph is indented by its head, not counting colour", () => {
  const mark = makePaint({ color: true })("bad", "✗");
  assertEquals(wrapParagraph("· ", "one two three", 9), ["· one two", "  three"]);
  assertEquals(wrapParagraph(`${mark} `, "one two three", 9), [`${mark} one two`, "  three"]);
});

Deno.test("columns of coloured cells line up as those without colour do", () => {
  const rows = [
    [{ text: "a" }, { text: "1", tone: "bad" as const }, { text: "x" }],
    [{ text: "bbb" }, { text: "1,000" }, { text: "", tone: "bad" as const }],
  ];
  const plain = alignCells(rows, makePaint({}), { right: [1] });
  assertEquals(plain, ["a        1  x", "bbb  1,000"]);
  const coloured = alignCells(rows, makePaint({ color: true }), { right: [1] });
  assertEquals(coloured, ["a        \u001b[31m1\u001b[39m  x", "bbb  1,000"]);
});

Deno.test("colour adds escape sequences and nothing else; without it there are none", () => {
  assertEquals(makePaint({ color: true })("good", "✓"), "\u001b[32m✓\u001b[39m");
  assertEquals(makePaint({ color: false })("good", "✓"), "✓");
});

Deno.test("in a list of sentences, the lines of a table keep their blanks", () => {
  assertEquals(listSentences(["one two three", "  a    b"], 14), [
    "  · one two",
    "    three",
    "    a    b",
  ]);
});
