import { assertEquals } from "@std/assert";
import { parseEdn } from "./edn.ts";
import { lookUp } from "./look_up.ts";

Deno.test("a path leads through keywords, strings, numbers, items and tagged maps", () => {
  const value = parseEdn('{:a {0.5 7, "k" 8}, :b #a.Record{:c [1 {:d 2}]}}');
  assertEquals([lookUp(value, ["a", 0.5]), lookUp(value, ["a", "k"])], [7, 8]);
  assertEquals(lookUp(value, ["b", "c", 1, "d"]), 2);
  assertEquals(lookUp(value, []), value);
});

Deno.test("a path that leads nowhere finds nothing", () => {
  const value = parseEdn("{:a {:b 1}}");
  assertEquals(lookUp(value, ["a", "c", "d"]), undefined);
  assertEquals(lookUp(value, ["a", "b", "c"]), undefined);
  assertEquals(lookUp(undefined, ["a"]), undefined);
});
