import { assertEquals, assertThrows } from "@std/assert";
import { withTable } from "./scoreboard.ts";

const PAGE = `above

<!-- scoreboard: begin, made by deno task scoreboard -->

| old |

<!-- scoreboard: end -->

below
`;

Deno.test("a new table takes the place of the old one, and the page around it stays", () => {
  assertEquals(withTable(PAGE, "scoreboard", "| new |"), PAGE.replace("| old |", "| new |"));
});

Deno.test("a page without marks is left alone", () => {
  assertThrows(() => withTable(PAGE, "agreement", ""), Error, "lost the marks");
});
