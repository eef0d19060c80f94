import { assertEquals, assertStringIncludes } from "@std/assert";
import { isEdnObject, itemsOf, keyword, List, printEdn } from "../../history/edn.ts";
import { UNKNOWN } from "../checker.ts";
import { readCycle } from "./cycle_entry.ts";
import { anomalyTypes, assertShows, type Expectation, names } from "./expectation_fixture.ts";
import { checkRwRegister } from "./rw_register.ts";
import { historyOf, ok, readRecordedHistory, type Span } from "./transaction_fixture.ts";

function concurrent(...mops: string[]): Span[] {
  return mops.map((text, process) => ok(process, [0, 9], text));
}

/** A write and a read of a key of its own, so that no history is without relations. */
const RELATED = [ok(90, [0, 9], "[:w :z 1]"), ok(91, [0, 9], "[:r :z 1]")];

type Case = Omit<Expectation, "history"> & { readonly spans: readonly Span[] };

const CASES: Readonly<Record<string, Case>> = {
  "a transaction that misses its own write is internally inconsistent": {
    spans: concurrent("[:w :x 1] [:r :x 2]", "[:w :x 2]"),
    shows: ["internal"],
    weakest: "read-atomic",
    strongest: "repeatable-read",
  },
  "a read of a failed write is an aborted read": {
    spans: [{ ...ok(0, [0, 9], "[:w :x 1]"), type: "fail" }, ok(1, [0, 9], "[:r :x 1]")],
    shows: ["G1a"],
    weakest: "read-committed",
    strongest: "strong-read-uncommitted",
  },
  "a read of a write that its transaction replaced is an intermediate read": {
    spans: concurrent("[:w :x 1] [:w :x 2]", "[:r :x 1]"),
    shows: ["G1b"],
    weakest: "read-committed",
    strongest: "strong-read-uncommitted",
  },
  "two writes after the same read are a lost update": {
    spans: concurrent("[:r :x nil] [:w :x 1]", "[:r :x nil] [:w :x 2]"),
    shows: ["G2-item", "lost-update"],
    weakest: "cursor-stability",
    strongest: "monotonic-atomic-view",
  },
  "versions that replaced each other are cyclic": {
    spans: concurrent("[:r :x 1] [:w :x 2]", "[:r :x 2] [:w :x 1]"),
    shows: ["G1c", "cyclic-versions"],
    weakest: "read-uncommitted",
    strongest: "linearizable",
  },
  "transactions that saw each other form a G1c": {
    spans: concurrent("[:w :x 1] [:r :y 1]", "[:w :y 1] [:r :x 1]"),
    shows: ["G1c"],
    weakest: "read-committed",
    strongest: "read-uncommitted",
  },
  "one that saw half of another's writes forms a G-single": {
    spans: concurrent("[:w :x 1] [:w :y 1]", "[:r :x 1] [:r :y nil]"),
    shows: ["G-single-item"],
    weakest: "consistent-view",
    strongest: "parallel-snapshot-isolation",
  },
  "one that saw a version which another is known to have replaced forms a G-single": {
    spans: concurrent("[:w :x 1]", "[:r :x 1] [:w :x 2] [:w :y 1]", "[:r :y 1] [:r :x 1]"),
    shows: ["G-single-item"],
    weakest: "consistent-view",
    strongest: "parallel-snapshot-isolation",
  },
  "two that saw independent writes in different orders form a long fork": {
    spans: concurrent("[:w :x 1]", "[:w :y 1]", "[:r :x 1] [:r :y nil]", "[:r :y 1] [:r :x nil]"),
    shows: ["G-nonadjacent-item"],
    weakest: "snapshot-isolation",
    strongest: "update-serializable",
  },
  "two that missed each other's writes form a write skew": {
    spans: concurrent("[:r :x nil] [:w :y 1]", "[:r :y nil] [:w :x 1]"),
    shows: ["G2-item"],
    weakest: "repeatable-read",
    strongest: "snapshot-isolation",
  },
};

for (const [name, { spans, ...expected }] of Object.entries(CASES)) {
  Deno.test(`rw-register: ${name}`, () => {
    assertShows(checkRwRegister, { ...expected, history: historyOf(...spans, ...RELATED) });
  });
}

const IN_PROCESS: Readonly<Record<string, Span[]>> = {
  "G1c-process": [ok(0, [0, 1], "[:r :x 1]"), ok(0, [2, 3], "[:w :x 1]")],
  "G-single-item-process": [ok(0, [0, 1], "[:w :x 1]"), ok(0, [2, 3], "[:r :x nil]")],
  "G2-item-process": [
    ok(0, [0, 1], "[:w :y 1]"),
    ok(0, [2, 9], "[:r :x nil]"),
    ok(1, [0, 9], "[:w :x 1] [:r :y nil]"),
  ],
};

const IN_REAL_TIME: Readonly<Record<string, Span[]>> = {
  "G1c-realtime": [ok(0, [0, 1], "[:r :x 1]"), ok(1, [2, 3], "[:w :x 1]")],
  "G-single-item-realtime": [ok(0, [0, 1], "[:w :x 1]"), ok(1, [2, 3], "[:r :x nil]")],
  "G-nonadjacent-item-realtime": [
    ok(0, [0, 1], "[:w :x 1]"),
    ok(1, [2, 9], "[:r :y nil]"),
    ok(2, [0, 8], "[:w :y 1]"),
    ok(3, [0, 9], "[:r :y 1] [:r :x nil]"),
  ],
};

for (const [type, spans] of Object.entries(IN_PROCESS)) {
  Deno.test(`rw-register: ${type} breaks strong sessions and nothing weaker`, () => {
    const history = historyOf(...spans);
    assertEquals(anomalyTypes(checkRwRegister, history, "strong-session-serializable"), [type]);
    assertEquals(anomalyTypes(checkRwRegister, history, "serializable"), []);
  });
}

for (const [type, spans] of Object.entries(IN_REAL_TIME)) {
  Deno.test(`rw-register: ${type} breaks strict serializability and nothing weaker`, () => {
    const history = historyOf(...spans);
    assertEquals(anomalyTypes(checkRwRegister, history, "strict-serializable"), [type]);
    assertEquals(anomalyTypes(checkRwRegister, history, "strong-session-serializable"), []);
  });
}

Deno.test("rw-register: a serial history is valid, with Maelstrom's result", () => {
  const history = historyOf(
    ok(0, [0, 1], "[:w :x 1] [:r :x 1]"),
    ok(1, [2, 3], "[:r :x 1] [:w :x 2] [:w :y 1]"),
    ok(0, [4, 5], "[:r :y 1] [:r :x 2]"),
  );
  assertEquals(
    printEdn(checkRwRegister(history)),
    "{:valid? true, :anomaly-types (), :anomalies nil}",
  );
});

Deno.test("rw-register: an empty history is not valid", () => {
  assertEquals(
    printEdn(checkRwRegister([])),
    "{:valid? false, :anomaly-types (:empty-transaction-graph), " +
      ":anomalies {:empty-transaction-graph true}, :not #{}, :also-not #{}}",
  );
});

Deno.test("rw-register: a transaction that reads its own later write depends on itself", () => {
  const history = historyOf(
    ok(1, [0, 9], "[:w :y 1] [:r :x 1]"),
    ok(0, [0, 9], "[:r :x 1] [:w :x 1] [:r :y 1]"),
  );
  const { anomalies } = checkRwRegister(history, { consistencyModels: ["read-committed"] });
  const found = itemsOf(isEdnObject(anomalies) ? anomalies.G1c : undefined).map(readCycle);
  assertEquals(found.map((cycle) => cycle?.transactions.length), [1]);
});

Deno.test("rw-register: results have Maelstrom's keys in its order", () => {
  const result = checkRwRegister(historyOf(
    ...concurrent("[:w :x 1] [:r :y 1]", "[:w :y 1] [:r :x 1]"),
  ));
  assertEquals(Object.keys(result), ["valid?", "anomaly-types", "anomalies", "not", "also-not"]);
  assertEquals(result["anomaly-types"], new List([keyword("G1c")]));
  assertEquals(names(result.not), ["read-committed"]);
});

Deno.test("rw-register: a history that cannot be judged yields the reason", () => {
  const cause = (spans: Span[], models = ["serializable"]) => {
    const result = checkRwRegister(historyOf(...spans), { consistencyModels: models });
    assertEquals(result["valid?"], UNKNOWN);
    return isEdnObject(result.error) ? String(result.error.cause) : "";
  };
  assertStringIncludes(cause([], ["no-such-model"]), "Unknown consistency model (:no-such-model)");
  assertStringIncludes(
    cause(concurrent("[:w :x 1]", "[:w :x 1]", "[:r :x 1]")),
    "Key :x had value 1 written by more than one op",
  );
  assertStringIncludes(cause(concurrent("[:append :x 1]")), "neither a read nor :w");
});

Deno.test("rw-register: the recorded run lww-strict is judged as Maelstrom judged it", async () => {
  const result = checkRwRegister(await readRecordedHistory("txn-rw-register-lww-strict"));
  assertEquals(
    names(result["anomaly-types"]),
    ["G-single-item", "G-single-item-realtime", "G2-item", "lost-update"],
  );
  assertEquals(names(result.not), ["cursor-stability", "update-atomic"]);
});

Deno.test("a read that contradicts a read of nil is internally inconsistent in Elle's main branch only", () => {
  const history = historyOf(
    ...concurrent("[:r :x nil] [:r :x 2]", "[:w :x 2]", "[:r :y 1] [:r :y 1]", "[:w :y 1]"),
    ...RELATED,
  );
  const isFound = (elle?: "0.2.2" | "main") =>
    names(checkRwRegister(history, { ...(elle && { elle }) })["anomaly-types"]).includes(
      "internal",
    );
  assertEquals([isFound(), isFound("0.2.2"), isFound("main")], [false, false, true]);
});

Deno.test("rw-register: the recorded run floats is judged as Maelstrom judged it", async () => {
  const { anomalies, ...result } = checkRwRegister(
    await readRecordedHistory("txn-rw-register-floats"),
  );
  assertEquals([result["valid?"], names(result["anomaly-types"])], [false, ["internal"]]);
  assertEquals(itemsOf(isEdnObject(anomalies) ? anomalies["internal"] : null).length, 31);
});

Deno.test("rw-register: the recorded run stale-sessions is judged as Maelstrom judged it", async () => {
  const history = await readRecordedHistory("txn-rw-register-stale-sessions");
  assertEquals(anomalyTypes(checkRwRegister, history, "strict-serializable"), [
    "G-single-item-realtime",
  ]);
  assertEquals(checkRwRegister(history, { consistencyModels: ["serializable"] })["valid?"], true);
});
