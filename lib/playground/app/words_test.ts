import { assertEquals } from "@std/assert";
import { MOST_FAILED, sayProof, titleOfPassed } from "./words.ts";

Deno.test("a proof that ends early says that it did, and how many seeds were not tried", () => {
  assertEquals(sayProof({ failed: [], warned: 0, done: 200, seeds: 200 }), "all 200 seeds pass");
  assertEquals(
    sayProof({ failed: [], warned: 180, done: 200, seeds: 200 }),
    "all 200 seeds pass, 180 of them with a warning",
  );
  assertEquals(
    sayProof({ failed: [7], warned: 0, done: 200, seeds: 200 }),
    "1 of 200 seeds fails: 7",
  );
  const failed = Array.from({ length: MOST_FAILED }, (_, i) => 7 * (MOST_FAILED - i));
  assertEquals(
    sayProof({ failed, warned: 3, done: 149, seeds: 200 }),
    "20 of 149 seeds fail: 7, 14, 21, 28, 35, 42, 49, 56, and others. " +
      "It stopped at 20 failures: 51 of 200 seeds were not tried",
  );
});

Deno.test("what an earlier version of the code has reached is not said of this one", () => {
  const passed = "solution";
  const now = { passed, code: passed, hasFailed: false };
  assertEquals(titleOfPassed(now), "It passes");
  assertEquals(
    titleOfPassed({ ...now, code: "changed" }),
    "An earlier version of the code passed",
  );
  assertEquals(titleOfPassed({ ...now, hasFailed: true }), "It passed once, and failed since");
  assertEquals(titleOfPassed({ ...now, passed: true }), "You have passed this before");
});
