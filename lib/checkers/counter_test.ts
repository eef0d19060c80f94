import { assert, assertEquals } from "@std/assert";
import { isEdnObject, parseEdn, prettyEdn, printEdn } from "../history/edn.ts";
import { checkCounter, counterFailures, explainCounter } from "./counter.ts";
import { recorded, transcript } from "./history_fixture.ts";

for (
  const run of [
    "g-counter/final-reads-fail",
    "g-counter/stale-final-read",
    "g-counter/sum-merge",
    "pn-counter/ignores-negative",
    "pn-counter/unsynced-read",
  ]
) {
  Deno.test(`counter: ${run} equals Maelstrom's result`, () => {
    const { history, results } = recorded(run);
    assertEquals(parseEdn(prettyEdn(checkCounter(history))), results["workload"]);
  });
}

/** A history of adds that end as given, then of final reads that return the given values. */
function historyOf(adds: [delta: number, end: "ok" | "fail" | "info" | ""][], reads: string[]) {
  const lines = adds.flatMap(([delta, end], process) => [
    `${process} ${process} invoke add ${delta}`,
    ...(end === "" ? [] : [`${process}.5 ${process} ${end} add ${delta}`]),
  ]);
  const ends = reads.flatMap((value, process) => [
    `1000 ${process} invoke read nil {:final? true}`,
    `1001 ${process} ok read ${value} {:final? true}`,
  ]);
  return transcript([...lines, ...ends].join("\n"));
}

Deno.test("counter: the sum of the acknowledged adds is acceptable, and failed adds do not count", () => {
  const result = checkCounter(historyOf([[3, "ok"], [4, "ok"], [9, "fail"]], ["7", "7"]));
  assertEquals(
    printEdn(result),
    "{:valid? true, :errors nil, :final-reads (7 7), :acceptable ([7 7])}",
  );
});

Deno.test("counter: adds of unknown outcome make exactly their subset sums acceptable", () => {
  const acceptable = (...unknown: number[]) =>
    printEdn(
      checkCounter(historyOf(unknown.map((delta) => [delta, "info"]), []))["acceptable"] ?? null,
    );
  assertEquals(acceptable(3), "([0 0] [3 3])");
  assertEquals(acceptable(1, 1), "([0 2])");
  assertEquals(acceptable(2, 5), "([0 0] [2 2] [5 5] [7 7])");
  assertEquals(acceptable(-3, 2), "([-3 -3] [-1 0] [2 2])");
  assertEquals(acceptable(0), "([0 0])");
});

Deno.test("counter: subset sums agree with trying every subset", () => {
  const deltas = [4, -5, 3, 3, -1, 9, -12];
  const sums = new Set<number>();
  for (let subset = 0; subset < 2 ** deltas.length; subset++) {
    sums.add(deltas.reduce((sum, delta, bit) => subset & (1 << bit) ? sum + delta : sum, 0));
  }
  const adds = deltas.map((delta): [number, "info"] => [delta, "info"]);
  for (let value = -20; value <= 20; value++) {
    assertEquals(
      checkCounter(historyOf(adds, [`${value}`]))["valid?"],
      sums.has(value),
      `${value}`,
    );
  }
});

Deno.test("counter: an add that was open when the run ended may have happened", () => {
  assertEquals(checkCounter(historyOf([[3, ""]], ["3"]))["valid?"], true);
  assertEquals(checkCounter(historyOf([[3, ""]], ["0"]))["valid?"], true);
});

Deno.test("counter: reads before the end are not judged", () => {
  const result = checkCounter(transcript(`
    0 0 invoke read
    1 0 ok     read 99
  `));
  assertEquals([result["valid?"], printEdn(result["final-reads"] ?? null)], [true, "()"]);
});

Deno.test("counter: a fraction is never acceptable", () => {
  assertEquals(checkCounter(historyOf([[1, "info"]], ["0.5"]))["valid?"], false);
});

const explain = (...args: Parameters<typeof historyOf>) => {
  const history = historyOf(...args);
  return explainCounter(checkCounter(history), history);
};

Deno.test("counter: kinds of failure tell a wrong sum from reads that differ", () => {
  const adds: Parameters<typeof historyOf>[0] = [[3, "ok"], [4, "ok"]];
  const kinds = (...reads: string[]) => counterFailures(checkCounter(historyOf(adds, reads)));
  assertEquals(kinds("7", "7"), []);
  assertEquals(kinds("4", "4"), ["sum-too-low"]);
  assertEquals(kinds("11"), ["sum-too-high"]);
  assertEquals(kinds("4", "7"), ["reads-differ"]);
  assertEquals(kinds("4", "3"), ["sum-too-low", "reads-differ"]);
  assertEquals(kinds("4", "9"), ["reads-differ"]);
  assertEquals(kinds("0.5"), ["no-integer"]);
});

Deno.test("counter: a read that misses one add names it", () => {
  assertEquals(explain([[3, "ok"], [4, "ok"]], ["3", "7"]), [
    "1 of 2 final reads is not a sum that the adds allow: acceptable is 7.",
    "The final read of process 0 returned 3, 4 too low. It could be that the add of 4 " +
    "acknowledged to process 1 at 0.002 s, is missing.",
  ]);
});

Deno.test("counter: an add counted twice, and negative adds ignored, are recognised", () => {
  assertEquals(
    explain([[3, "ok"], [4, "ok"]], ["11"])[1],
    "The final read of process 0 returned 11, 4 too high. It could be that the add of 4 " +
      "acknowledged to process 1 at 0.002 s, was counted twice.",
  );
  assertEquals(
    explain([[3, "ok"], [-4, "ok"], [-1, "ok"]], ["3", "3"])[1],
    "The final reads of process 0 and 1 returned 3, 5 too high. It could be that none of the " +
      "negative adds was counted.",
  );
});

Deno.test("counter: the gap is measured to the nearest acceptable sum", () => {
  const [head, detail] = explain([[10, "ok"], [5, "info"]], ["16"]);
  assertEquals(
    head,
    "1 of 1 final read is not a sum that the adds allow: acceptable are 10 or 15 " +
      "(1 add may have happened).",
  );
  assert(detail?.startsWith("The final read of process 0 returned 16, 1 too high."));
});

Deno.test("counter: the explanation says that a run without final reads is valid only for lack of evidence", () => {
  const { results } = recorded("g-counter/final-reads-fail");
  const workload = results["workload"];
  assert(isEdnObject(workload));
  assertEquals(explainCounter(workload).length, 1);
});
