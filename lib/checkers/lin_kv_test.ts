import { assert, assertEquals } from "@std/assert";
import { type Edn, isEdnObject, parseEdn, prettyEdn, printEdn } from "../history/edn.ts";
import { UNKNOWN } from "./checker.ts";
import { recorded, transcript } from "./history_fixture.ts";
import { checkLinKv, explainLinKv } from "./lin_kv.ts";

for (const run of ["lin-kv/cas-creates", "lin-kv/failover-groups", "lin-kv/null-reads"]) {
  Deno.test(`${run} equals Maelstrom's result`, () => {
    const { history, results } = recorded(run);
    assertEquals(parseEdn(prettyEdn(checkLinKv(history))), results["workload"]);
  });
}

/** Key 1 is linearizable, key 2 returns an old value. */
const stale = transcript(`
  0  0 invoke write [1 5]
  1  1 invoke write [2 7]
  2  0 ok     write [1 5]
  3  1 ok     write [2 7]
  4  0 invoke read  [1 nil]
  5  0 ok     read  [1 5]
  6  nemesis info start-partition [1 2]
  7  1 invoke cas   [2 [7 8]]
  8  1 ok     cas   [2 [7 8]]
  9  2 invoke cas   [2 [8 9]]
  10 2 info   cas   [2 [8 9]] {:error :net-timeout}
  11 3 invoke read  [2 nil]
  12 3 ok     read  [2 7]
`);

Deno.test("lin-kv: each key is judged by itself, and the worst verdict counts", () => {
  const result = checkLinKv(stale);
  assertEquals(result["valid?"], false);
  assertEquals(result["failures"], [2]);
  const results = result["results"];
  assert(results instanceof Map);
  const verdicts = [...results].map(([key, ofKey]): Edn => [key, ofKey["valid?"]]);
  assertEquals(printEdn(verdicts), "[[1 true] [2 false]]");
  assertEquals(checkLinKv([]), { "valid?": true, results: new Map(), failures: [] });
});

Deno.test("lin-kv: a register that holds 1 cannot be read as 1.0", () => {
  const result = checkLinKv(transcript(`
    0 0 invoke write [0 1]
    1 0 ok     write [0 1]
    2 1 invoke read  [0 nil]
    3 1 ok     read  [0 1.0]`));
  assertEquals([result["valid?"], result["failures"]], [false, [0]]);
});

Deno.test("lin-kv: a failure names the completion, the one before it and the possible states", () => {
  const results = checkLinKv(stale)["results"];
  assert(results instanceof Map);
  const { linearizable } = results.get(2);
  assertEquals(
    printEdn(linearizable.op),
    "{:process 3, :type :ok, :f :read, :value 7, :index 12, :time 12000000}",
  );
  assertEquals(
    printEdn(linearizable["previous-ok"]),
    "{:process 1, :type :ok, :f :cas, :value [7 8], :index 8, :time 8000000}",
  );
  assertEquals(
    printEdn(linearizable.configs),
    "({:model #knossos.model.CASRegister{:value 8}, " +
      ":last-op {:process 1, :type :ok, :f :cas, :value [7 8], :index 8, :time 8000000}, " +
      ":pending [{:process 3, :type :invoke, :f :read, :value 7, :index 11, :time 11000000} " +
      "{:process 2, :type :invoke, :f :cas, :value [8 9], :index 9, :time 9000000}]})",
  );
});

Deno.test("lin-kv: the explanation shows a minimal witness as a table", () => {
  const stored = parseEdn(printEdn(checkLinKv(stale)));
  assert(isEdnObject(stored));
  assertEquals(explainLinKv(stored, stale), [
    "Key 2 is not linearizable: no order of the operations explains process 3's read 7, which " +
    "completed at 0.012 s.",
    "A minimal witness, whatever the register held before:",
    "  process  invoked  completed  operation",
    "  1        0.007 s  0.008 s    cas 7 → 8",
    "  3        0.011 s  0.012 s    read 7",
    "1 other operation may have taken effect meanwhile, which makes no difference.",
  ]);
  assertEquals(explainLinKv(stored).length, 1, "without the history there is no table");
  assertEquals(explainLinKv(checkLinKv([])), []);
});

Deno.test("lin-kv: a witness that depends on the empty register says so", () => {
  const early = transcript(`
    0 0 invoke cas   [0 [1 2]]
    1 1 invoke write [0 1]
    2 0 ok     cas   [0 [1 2]]
    3 2 invoke read  [0 nil]
    4 2 ok     read  [0 1]
    5 1 ok     write [0 1]`);
  assertEquals(
    explainLinKv(checkLinKv(early), early)[1]?.includes("from the empty register"),
    true,
  );
});

Deno.test("lin-kv: a key whose search exceeds its bound is unknown and not listed as a failure", () => {
  const history = transcript(`
    0 0 invoke write [2 7]
    1 0 ok     write [2 7]
    2 0 invoke write [2 7]
    3 0 ok     write [2 7]`);
  const result = checkLinKv(history, {}, { maxConfigurations: 1 });
  assertEquals(result["valid?"], UNKNOWN);
  assertEquals(result["failures"], []);
  assertEquals(explainLinKv(result), [
    "Key 2: unknown; the search gave up after 1 configuration; " +
    "it explained the first 0 of 2 completions.",
  ]);
});

Deno.test("lin-kv: results list the keys in their order", () => {
  const { results } = checkLinKv(transcript(`
    0 0 invoke write [10 1]
    1 1 invoke write [9 2]
    2 0 ok     write [10 1]`));
  assert(results instanceof Map);
  assertEquals([...results.keys()], [9, 10]);
});
