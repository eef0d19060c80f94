import { assertEquals, assertStringIncludes } from "@std/assert";
import { renderSweep, type SimulatedRun } from "./sweep.ts";
import { SweepSum } from "./sweep_sum.ts";
import { summariseCrash } from "./summary.ts";

/** A run that passes if its seed is even, and else fails in one of three ways. */
function runOf(seed: number): SimulatedRun {
  const summary = summariseCrash({ text: `seed ${seed}`, lastWords: [] });
  const metrics = { operations: 100 + seed % 7 };
  const hasInvalidFinalStates = seed % 10 === 0;
  if (seed % 2 === 0) {
    const headline = seed % 8 === 0 ? `Correct, but ${seed} handlers threw` : "Correct.";
    const passed = { ...summary, headline, ending: "pass", metrics } as const;
    return { seed: `${seed}`, summary: passed, signature: [], hasInvalidFinalStates };
  }
  const failed = { ...summary, ending: "fail", metrics } as const;
  if (seed % 3 === 0) return { seed: `${seed}`, summary: failed, signature: [] };
  if (seed % 5 === 0) {
    return { seed: `${seed}`, summary: failed, signature: ["duplicated", "lost"] };
  }
  const crash = `crash: n${seed % 4} ended`;
  return { seed: `${seed}`, summary, signature: ["crash: n# ended"], crash };
}

function sumOf(seeds: readonly number[]): SweepSum<SimulatedRun> {
  const sum = new SweepSum<SimulatedRun>();
  for (const seed of seeds) sum.add(runOf(seed));
  return sum;
}

const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);

Deno.test("a sum says what its runs had in common", () => {
  const text = renderSweep(sumOf(SEEDS), { title: "a program", count: "200 seeds" });
  assertStringIncludes(text, "✗ a program  100 of 200 runs pass");
  assertStringIncludes(text, "operations     103   100  106");
  assertStringIncludes(
    text,
    "crash: n1 ended, and the like: 54 of them, seeds 1, 7, 11, 13, 17, 19, 23, 29, …\n" +
      "    duplicated: 13 of them, seeds 5, 25, 35, 55, 65, 85, 95, 115, …",
  );
  assertStringIncludes(
    text,
    "by its limits only: 33 of them, seeds 3, 9, 15, 21, 27, 33, 39, 45, …",
  );
  assertStringIncludes(text, "what nodes hold is wrong: 20 of them, seeds 10, 20,");
  assertStringIncludes(
    text,
    "pass with a warning: 25 of them, seeds 8, 16, 24, 32, 40, 48, 56, 64, …\n" +
      "    the first of these: Correct, but 8 handlers threw",
  );
});

Deno.test("a warning is told where the headline only leads to it", () => {
  const sum = new SweepSum<SimulatedRun>();
  const run = runOf(2);
  const warnings = ["393 of 695 operations timed out: the others show little.", "Another."];
  sum.add({ ...run, summary: { ...run.summary, headline: "Valid; but read this:", warnings } });
  const text = renderSweep(sum, { title: "a program", count: "1 seed" });
  assertStringIncludes(text, `the first of these: Valid; but read this: ${warnings[0]}`);
});

Deno.test("sums of parts merge into the sum of the whole, in whatever order", () => {
  const whole = JSON.stringify(sumOf(SEEDS));
  const parts = [SEEDS.slice(0, 3), SEEDS.slice(3, 150), SEEDS.slice(150)];
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2]]) {
    const sum = new SweepSum<SimulatedRun>();
    for (const i of order) {
      const part = sumOf((parts[i] ?? []).toReversed());
      sum.merge(SweepSum.from(JSON.parse(JSON.stringify(part))));
    }
    assertEquals(JSON.stringify(sum), whole);
  }
});
