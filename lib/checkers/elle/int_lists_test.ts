import { assertEquals } from "@std/assert";
import { IntLists } from "./int_lists.ts";

Deno.test("lists of integers keep their items in order, however they are interleaved", () => {
  const lists = new IntLists();
  for (let i = 0; i < 100; i++) lists.add(i % 3 === 0 ? 70 : i % 3, i);
  assertEquals(lists.of(70), Array.from({ length: 34 }, (_, i) => 3 * i));
  assertEquals(lists.of(2), Array.from({ length: 33 }, (_, i) => 3 * i + 2));
  assertEquals([0, 1, 69, 70, 1000].map((list) => lists.isEmpty(list)), [
    true,
    false,
    true,
    false,
    true,
  ]);
  assertEquals(lists.of(1000), []);
});
