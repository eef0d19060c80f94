import { assert, assertEquals } from "@std/assert";
import { challengeOf } from "./challenges.ts";
import { LIMITS, limitsOf, wordsOfLimits } from "./limits.ts";

const { kind } = LIMITS.limits;

/** Reads words as the command line does. */
function read(text: string) {
  const value = kind.parse(text);
  return kind.accepts(value) ? limitsOf(value) : undefined;
}

Deno.test("a challenge's limits are the same after they were words", () => {
  const { limits } = challengeOf("3d");
  const [option, text = ""] = wordsOfLimits(limits);
  assertEquals(option, "--limits");
  const bounds = (of: typeof limits) => of.map(({ name: _, ...bounds }) => bounds);
  assertEquals(bounds(read(text) ?? []), bounds(limits));
});

Deno.test("a metric may have two bounds; no limits are no words", () => {
  const [limit, ...others] = read("okFraction.min=0.9,okFraction.below=1") ?? [];
  assertEquals(limit, { name: "ok", metric: "okFraction", min: 0.9, below: 1 });
  assertEquals(others, []);
  assertEquals(wordsOfLimits([]), []);
});

Deno.test("unknown metrics, unknown bounds and what is no number are refused", () => {
  for (const text of ["", "latency.below=3", "okFraction.above=3", "okFraction.min=many"]) {
    assert(read(text) === undefined, text);
  }
});
