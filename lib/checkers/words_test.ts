import { assertEquals } from "@std/assert";
import { counted, joined, listed, percent, seconds, tally } from "./words.ts";

Deno.test("lists draw runs of integers together and cut what is too long", () => {
  assertEquals(listed([1, 4, 5, 6, 9]), "1, 4–6 and 9");
  assertEquals(listed([1, 2, 7]), "1, 2 and 7");
  assertEquals(listed([0, 2, 4, 6, 7, 8], 2), "0, 2 and 4 more");
  assertEquals(listed(["a", "b"]), '"a" and "b"');
  assertEquals(listed([]), "");
});

Deno.test("small words", () => {
  assertEquals(counted(1, "reply", "replies"), "1 reply");
  assertEquals(counted(0, "value"), "no values");
  assertEquals(joined(["a", "b", "c"], "or"), "a, b or c");
  assertEquals([percent(1), percent(0.99999), percent(0.57)], ["100 %", "99.99 %", "57.00 %"]);
  assertEquals(seconds(1_234_567_890), "1.235 s");
  assertEquals(tally(["a", "b", "b"]), [["b", 2], ["a", 1]]);
});
