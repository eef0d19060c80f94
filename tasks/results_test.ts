import { assertEquals } from "@std/assert";
import { staleResults } from "./shared/result_pages.ts";

Deno.test("the pages and charts in results/ say what their templates and data say", () => {
  assertEquals(staleResults(), [], "deno task results writes them");
});
