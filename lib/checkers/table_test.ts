import { assertEquals } from "@std/assert";
import { alignColumns } from "./table.ts";

Deno.test("columns line up, numbers to the right, and lines end without blanks", () => {
  const rows = [["a", "1", "x"], ["bbb", "1,000", ""]];
  assertEquals(alignColumns(rows, { right: [1] }), ["a        1  x", "bbb  1,000"]);
  assertEquals(alignColumns(rows), ["a    1      x", "bbb  1,000"]);
});

Deno.test("rows may be of different lengths, and there may be none", () => {
  assertEquals(alignColumns([["a"], ["b", "c"]]), ["a", "b  c"]);
  assertEquals(alignColumns([]), []);
});
