import { assertEquals } from "@std/assert";
import { spreadOf } from "./metrics.ts";

Deno.test("the median is the middle value, or the mean of the two in the middle", () => {
  assertEquals(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assertEquals(spreadOf([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
  assertEquals(spreadOf([]), undefined);
});
