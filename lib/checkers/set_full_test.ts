import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Edn, isEdnObject, itemsOf, keyword, parseEdn, prettyEdn } from "../history/edn.ts";
import { UNKNOWN } from "./checker.ts";
import { recorded, transcript } from "./history_fixture.ts";
import { checkSetFull, explainSetFull } from "./set_full.ts";

for (
  const run of [
    "broadcast/flaky",
    "broadcast/read-omits",
    "broadcast/rate-zero",
    "broadcast/floats",
    "g-set/late",
    "g-set/one-node-only",
  ]
) {
  Deno.test(`set-full: ${run} equals Maelstrom's result, key order included`, () => {
    const { history, results } = recorded(run);
    const result = checkSetFull(history);
    assertEquals(parseEdn(prettyEdn(result)), results["workload"]);
    assertEquals(keysOf(result), keysOf(results["workload"] ?? null));
  });
}

/** All keys of a result, nested ones included, in printed order. */
function keysOf(value: Edn): string[] | null {
  return prettyEdn(value).match(/:[a-z-]+(?= )/g);
}

Deno.test("set-full: 1.0 is not 1", () => {
  const result = checkSetFull(transcript(`
    0 0 invoke broadcast 1
    1 0 ok     broadcast 1
    2 1 invoke read
    3 1 ok     read [1.0]`));
  assertEquals([result["valid?"], itemsOf(result["lost"])], [false, [1]]);
});

Deno.test("set-full: a value in every read after it was acknowledged is stable at once", () => {
  const result = checkSetFull(transcript(`
    0   0 invoke broadcast 7
    10  0 ok     broadcast 7
    20  1 invoke read
    30  1 ok     read [7]
  `));
  assertEquals(result["valid?"], true);
  assertEquals(result["stable-count"], 1);
  assertEquals(result["stale-count"], 0);
  assertEquals(
    result["stable-latencies"],
    new Map([[0, 0], [0.5, 0], [0.95, 0], [0.99, 0], [1, 0]]),
  );
});

Deno.test("set-full: the stable latency ends where the last read that missed it began", () => {
  const result = checkSetFull(transcript(`
    0   0 invoke add 7
    10  0 ok     add 7
    100 1 invoke read
    160 1 ok     read []
    200 1 invoke read
    210 1 ok     read [7]
  `));
  assertEquals(result["valid?"], true);
  assertEquals(itemsOf(result["stale"]), [7]);
  const [worst] = itemsOf(result["worst-stale"]);
  assert(isEdnObject(worst));
  assertEquals(worst["stable-latency"], 90);
  assertEquals(worst["outcome"], keyword("stable"));
});

Deno.test("set-full: the worst stale values come first, of equally stale ones the greatest", () => {
  const result = checkSetFull(transcript(`
    0   0 invoke add 1
    0   1 invoke add 2
    0   2 invoke add 3
    10  0 ok     add 1
    10  1 ok     add 2
    20  2 ok     add 3
    100 3 invoke read
    110 3 ok     read []
    200 3 invoke read
    210 3 ok     read [1 2 3]
  `));
  const elements = itemsOf(result["worst-stale"]).map((stale) =>
    isEdnObject(stale) ? stale["element"] : stale
  );
  assertEquals(elements, [2, 1, 3]);
});

Deno.test("set-full: a latency is cut, not rounded, to milliseconds", () => {
  const result = checkSetFull(transcript(`
    0     0 invoke add 7
    10    0 ok     add 7
    10.999 1 invoke read
    12    1 ok     read []
    20    1 invoke read
    21    1 ok     read [7]
  `));
  assertEquals(result["stale-count"], 0);
});

Deno.test("set-full: an acknowledged value that the last read misses is lost", () => {
  const history = transcript(`
    0   0 invoke broadcast 7
    10  0 ok     broadcast 7
    20  1 invoke read
    30  1 ok     read [7]
    40  2 invoke read
    50  2 ok     read []
  `);
  const result = checkSetFull(history);
  assertEquals(result["valid?"], false);
  assertEquals(itemsOf(result["lost"]), [7]);
  assertEquals(
    result["lost-latencies"],
    new Map([[0, 10], [0.5, 10], [0.95, 10], [0.99, 10], [1, 10]]),
  );
  assertEquals(explainSetFull(result, history).slice(0, 2), [
    "1 value of 1 was lost, known and later missing: 7.",
    "Value 7 was acknowledged to process 0 at 0.010 s. The last read that contained it began at " +
    "0.020 s; it is missing from the only read begun since, by process 2 at 0.040 s.",
  ]);
});

Deno.test("set-full: what one read contained must be in later ones, even if its addition never completed", () => {
  const result = checkSetFull(transcript(`
    0   0 invoke add 7
    20  1 invoke read
    30  1 ok     read [7]
    40  1 invoke read
    50  1 ok     read []
    60  0 info   add 7
  `));
  assertEquals(itemsOf(result["lost"]), [7]);
});

Deno.test("set-full: a read concurrent with the addition may miss it", () => {
  const result = checkSetFull(transcript(`
    0   0 invoke add 7
    5   1 invoke read
    10  0 ok     add 7
    20  1 ok     read []
  `));
  assertEquals([result["never-read-count"], result["valid?"]], [1, UNKNOWN]);
});

Deno.test("set-full: reads that failed, or ended before the addition began, do not count", () => {
  const result = checkSetFull(transcript(`
    0   1 invoke read
    1   1 ok     read []
    2   0 invoke add 7
    3   0 ok     add 7
    4   1 invoke read
    5   1 ok     read [7 99]
    6   1 invoke read
    7   1 fail   read
  `));
  assertEquals([result["stable-count"], result["stale-count"], result["attempt-count"]], [1, 0, 1]);
});

Deno.test("set-full: of reads that overlap, the one invoked last decides", () => {
  const result = checkSetFull(transcript(`
    0   0 invoke add 7
    1   0 ok     add 7
    2   1 invoke read
    3   2 invoke read
    4   2 ok     read [7]
    5   1 ok     read []
  `));
  assertEquals([result["valid?"], result["stable-count"]], [true, 1]);
});

Deno.test("set-full: a value that only the last of the final reads contains is pointed out", () => {
  const history = transcript(`
    0     0 invoke add 7
    1     0 ok     add 7
    10001 1 invoke read nil {:final? true}
    10002 2 invoke read nil {:final? true}
    10003 1 ok     read []  {:final? true}
    10004 2 ok     read [7] {:final? true}
  `);
  const result = checkSetFull(history);
  assertEquals(result["valid?"], true);
  assertEquals(explainSetFull(result, history), [
    "Value 7 counts as stable because the last read to begin contains it; the final read of " +
    "process 1 at 10.001 s still missed it.",
  ]);
});

Deno.test("set-full: the explanation of lost values names who acknowledged and who misses them", () => {
  const { history, results } = recorded("broadcast/read-omits");
  const workload = results["workload"];
  assert(isEdnObject(workload));
  const words = explainSetFull(workload, history).join("\n");
  assertStringIncludes(words, "11 values of 68 were lost");
  assertStringIncludes(words, "They became known through process 2 (5), 0 (4) and 1 (2).");
  // Semicolons: "process 2, 3 are missing" would read as a list of processes.
  assertStringIncludes(words, "is missing for process 2; all 11 are missing for process 1");
  // Nor may a number follow a process: "process 4, 0 ms later" would read as two of them.
  assert(!/process \d+, [\d.,]+ ms/.test(words), words);
  assertEquals(explainSetFull(workload).length, 1);
});

Deno.test("set-full: the explanation says that values were lost during a partition", () => {
  const history = transcript(`
    0   nemesis info start-partition :one
    1   nemesis info start-partition [:isolated {}]
    5   0 invoke add 7
    6   0 ok     add 7
    10  nemesis info stop-partition nil
    11  nemesis info stop-partition :network-healed
    20  1 invoke read
    21  1 ok     read []
  `);
  assertEquals(
    explainSetFull(checkSetFull(history), history)[1],
    "All became known while the network was partitioned.",
  );
});
