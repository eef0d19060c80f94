import { assert, assertEquals } from "@std/assert";
import { renderResults } from "./shared/result_pages.ts";
import { fromRoot } from "./testing/scripts.ts";

Deno.test("the pages and charts in results/ say what their templates and data say", () => {
  for (const [name, text] of renderResults()) {
    const written = Deno.readTextFileSync(fromRoot(`results/${name}`));
    assert(written === text, `results/${name} differs: deno task results writes it`);
  }
});

Deno.test("every page has a template or data", () => {
  const written = [...renderResults().keys()].filter((name) => name.endsWith(".md"));
  const there = [...Deno.readDirSync(fromRoot("results"))].map(({ name }) => name)
    .filter((name) => name.endsWith(".md"));
  assertEquals(written.sort(), there.sort());
});
