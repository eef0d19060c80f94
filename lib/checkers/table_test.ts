import { assertEquals } from "@std/assert";
import { formatTable } from "./table.ts";

Deno.test("columns line up, numbers to the right, and lines end without blanks", () => {
  const rows = [["a", "1", "x"], ["bbb", "1,000", ""]];
  assertEquals(formatTable(rows, { right: [1] }), ["a        1  x", "bbb  1,000"]);
  assertEquals(formatTable(rows), ["a    1      x", "bbb  1,000"]);
});

Deno.test("rows may be of different lengths, and there may be none", () => {
  assertEquals(formatTable([["a"], ["b", "c"]]), ["a", "b  c"]);
  assertEquals(formatTable([]), []);
});
