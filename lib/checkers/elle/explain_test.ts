import { assert, assertEquals, assertMatch } from "@std/assert";
import { drawAnomalies } from "./draw.ts";
import { explainListAppend, explainRwRegister } from "./explain.ts";
import { checkListAppend } from "./list_append.ts";
import { checkRwRegister } from "./rw_register.ts";
import { historyOf, ok } from "./transaction_fixture.ts";

const readSkew = checkListAppend(historyOf(
  ok(3, [0, 9], "[:append 4 7] [:append 5 1]"),
  ok(8, [1, 8], "[:r 4 nil] [:r 5 [1]]"),
));

Deno.test("a cycle over lists is explained step by step up to the contradiction", () => {
  assertEquals(explainListAppend(readSkew).slice(0, -1), [
    "G-single-item: read skew: a transaction saw some effects of another and missed others.",
    "  T1 is process 8 at 8.000 s (operation 2): [[:r 4 nil] [:r 5 [1]]].",
    "  T2 is process 3 at 9.000 s (operation 3): [[:append 4 7] [:append 5 1]].",
    "  T1 did not see T2's append of 7 to key 4, so T1 came before T2;",
    "  but T1 saw T2's append of 1 to key 5, so T2 came before T1: a contradiction.",
  ]);
});

Deno.test("the models that do not hold come last", () => {
  assertMatch(
    explainListAppend(readSkew).at(-1) ?? "",
    /^So this is not consistent-view nor repeatable-read, nor any of forward-consistent-view, /,
  );
});

Deno.test("a cycle over registers says what was read, replaced and completed", () => {
  const stale = checkRwRegister(historyOf(
    ok(0, [0, 1], "[:w 4 7]"),
    ok(1, [3, 4], "[:r 4 nil]"),
  ));
  assertEquals(explainRwRegister(stale).slice(3, 5), [
    "  T1 read nil of key 4, which T2's 7 replaced, so T1 came before T2;",
    "  but T2 completed 2.000 s before T1 began, so T2 came before T1: a contradiction.",
  ]);
});

Deno.test("evidence other than a cycle is explained in one line", () => {
  const aborted = checkListAppend(historyOf(
    { ...ok(0, [0, 1], "[:append 1 1]"), type: "fail" },
    ok(1, [0, 2], "[:r 1 [1]]"),
    ok(2, [0, 3], "[:append 2 1] [:r 2 nil]"),
  ));
  const lines = explainListAppend(aborted);
  assertEquals(lines.slice(0, 4), [
    "G1a: aborted read: a write that failed was seen.",
    "  process 1 at 2.000 s (operation 4) did [:r 1 [1]]; 1 was written by process 0 at 1.000 s " +
    "(operation 3), which failed.",
    "internal: a transaction contradicts its own earlier reads or writes.",
    "  process 2 at 3.000 s (operation 5) did [:r 2 nil], where [... 1] was expected.",
  ]);
});

Deno.test("a valid result needs no explanation, an unknown one says why", () => {
  assertEquals(explainListAppend({ "valid?": true }), []);
  const unknown = checkListAppend([], { consistencyModels: ["bogus"] });
  assertMatch(explainListAppend(unknown)[0] ?? "", /^No verdict: Unknown consistency model/);
});

Deno.test("a cycle is drawn with its transactions and the reasons between them", () => {
  const svg = drawAnomalies(readSkew).get("G-single-item-0.svg") ?? "";
  assertMatch(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="[\d.]+"/);
  for (
    const text of ["T1 process 8, operation 2", "[:append 5 1]", "wr key 5: 1", "rw key 4: [] → 7"]
  ) {
    assert(svg.includes(`>${text}</text>`), text);
  }
  assertEquals(svg.match(/<polygon/g)?.length, 2);
});

Deno.test("the text of a transaction cannot break the drawing", () => {
  const result = checkRwRegister(historyOf(
    ok(0, [0, 9], '[:w "<b>&" 1] [:r :y 1]'),
    ok(1, [0, 9], '[:w :y 1] [:r "<b>&" 1]'),
  ));
  const svg = drawAnomalies(result).get("G1c-0.svg") ?? "";
  assert(svg.includes("&lt;b&gt;&amp;"));
  assert(!svg.includes("<b>"));
});

Deno.test("only cycles can be drawn", () => {
  const anomalies = { "incompatible-order": [{ key: 1, values: [] }], "some-graph": [true] };
  assertEquals(drawAnomalies({ anomalies }).size, 0);
  assertEquals(drawAnomalies({ anomalies: { "empty-transaction-graph": true } }).size, 0);
});
