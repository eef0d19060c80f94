import { assertEquals } from "@std/assert";
import { countVotes, reachedByMajority } from "./quorum.ts";

Deno.test("a majority has reached the median, or the number below the middle", () => {
  assertEquals(reachedByMajority([7]), 7);
  assertEquals(reachedByMajority([7, 3]), 3);
  assertEquals(reachedByMajority([1, 9, 5]), 5);
  assertEquals(reachedByMajority([4, 1, 3, 2]), 2);
  assertEquals(reachedByMajority([5, 1, 4, 2, 3]), 3);
});

Deno.test("a ballot is open until a majority has granted, or can no longer", () => {
  assertEquals(countVotes([true], 1), "won");
  assertEquals(countVotes([true], 3), "open");
  assertEquals(countVotes([true, false], 3), "open");
  assertEquals(countVotes([true, false, true], 3), "won");
  assertEquals(countVotes([true, false, false], 3), "lost");
  assertEquals(countVotes([true, false], 2), "lost");
  assertEquals(countVotes([true, true, false, false], 4), "lost");
});
