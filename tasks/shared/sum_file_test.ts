import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { withFolder } from "../../lib/testing/process.ts";
import { UsageError } from "../../lib/workbench/option.ts";
import { mergeSums, seedsOfShard, shard } from "./sum_file.ts";

Deno.test("shards are parts of a whole", () => {
  for (const text of ["1/1", "3/16", "16/16"]) {
    assertEquals(shard.accepts(shard.parse(text)), true, text);
  }
  for (const text of ["0/4", "5/4", "1", "1/0", "a/b", "-1/4", "1/4/2"]) {
    assertEquals(shard.accepts(shard.parse(text)), false, text);
  }
});

Deno.test("shards hold every seed once, as many as each other or one more", () => {
  for (const [first, seeds, of] of [[1, 100, 16], [7, 3, 5], [0, 1_000, 1]] as const) {
    const parts = Array.from(
      { length: of },
      (_, i) => seedsOfShard({ first, seeds }, { number: i + 1, of }),
    );
    const all = parts.flatMap(({ first, seeds }) =>
      Array.from({ length: seeds }, (_, i) => first + i)
    );
    assertEquals(all, Array.from({ length: seeds }, (_, i) => first + i));
    const sizes = parts.map(({ seeds }) => seeds);
    assertEquals(Math.max(...sizes) - Math.min(...sizes) <= 1, true);
  }
});

/** A file of sums without any runs. */
function fileOf(number: number, of: number, swept: Record<string, unknown> = {}): string {
  const none = { count: 0, seeds: [] };
  const sum = {
    endings: { pass: 0, fail: 0, unknown: 0, crash: 0 },
    ...{ metrics: {}, failures: [], byLimits: none, diverging: none },
  };
  const all = { engine: "e", plan: {}, limits: [], program: "p", first: 1, seeds: 0, ...swept };
  const sweeps = [{ title: "t", call: { before: ["t"], after: [] }, swept: all, sum }];
  return JSON.stringify({
    kind: "sums of a glomers sweep",
    version: 1,
    shard: { number, of },
    sweeps,
  });
}

Deno.test("files that are not the shards of one sweep are refused by name", () =>
  withFolder(async (folder) => {
    const [a, b] = [`${folder}/a.json`, `${folder}/b.json`];
    await Deno.writeTextFile(a, fileOf(1, 2));
    await Deno.writeTextFile(b, fileOf(2, 2));
    assertEquals(mergeSums([b, a]).map(({ title }) => title), ["t"]);
    for (
      const [text, why] of [
        [fileOf(1, 2), `${a} and ${b} are both shard 1/2`],
        [fileOf(2, 3), `${a} and ${b} differ in their number of shards`],
        [fileOf(2, 2, { plan: { rate: 9 } }), `${a} and ${b} differ in their plan`],
        [fileOf(2, 2, { program: "q" }), `${a} and ${b} differ in their program`],
        [fileOf(2, 2, { engine: "f" }), `${a} and ${b} differ in their engine`],
        [fileOf(2, 2, { seeds: 5 }), `${b}: it has 0 of the 3 runs of its shard`],
        ["{}", `${b} holds no sums of a sweep`],
        ["{", `${b}: `],
      ] as const
    ) {
      await Deno.writeTextFile(b, text);
      const { message } = assertThrows(() => mergeSums([a, b]), UsageError);
      assertStringIncludes(message, why);
    }
    const { message } = assertThrows(() => mergeSums([a]), UsageError);
    assertEquals(message, "shards are missing: 2/2");
  }));
