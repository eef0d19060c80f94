import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isEdnObject, itemsOf, keyword, List, parseEdn, printEdn } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import { UNKNOWN } from "../checker.ts";
import { readCycle } from "./cycle_entry.ts";
import { anomalyTypes, assertShows, type Expectation, names } from "./expectation_fixture.ts";
import { checkListAppend } from "./list_append.ts";
import { historyOf, ok, readRecordedHistory, type Span } from "./transaction_fixture.ts";

/** Concurrent transactions, each by its own process. */
function concurrent(...mops: string[]): Span[] {
  return mops.map((text, process) => ok(process, [0, 9], text));
}

/** An append and a read of a separate key, so that no history is without relations. */
const RELATED = [ok(90, [0, 9], "[:append :z 1]"), ok(91, [0, 9], "[:r :z [1]]")];

const failed = (process: number, mops: string): Span => ({
  ...ok(process, [0, 9], mops),
  type: "fail",
});

type Case = Omit<Expectation, "history"> & { readonly spans: readonly Span[] };

const CASES: Readonly<Record<string, Case>> = {
  "a transaction that misses its own append is internally inconsistent": {
    spans: concurrent("[:append :x 1] [:r :x nil]"),
    shows: ["internal"],
    weakest: "read-atomic",
    strongest: "repeatable-read",
  },
  "a transaction whose reads of a key differ is internally inconsistent": {
    spans: concurrent("[:append :x 1]", "[:append :x 2]", "[:r :x [1]] [:r :x [1 2]]"),
    shows: ["internal", "G-single-item"],
    weakest: "read-atomic",
    strongest: "cursor-stability",
  },
  "a read of an element appended later in the transaction is a future read": {
    spans: concurrent("[:r :x [1]] [:append :x 1]"),
    shows: ["future-read"],
    weakest: "read-committed",
    strongest: "read-uncommitted",
  },
  "a read of a failed append is an aborted read": {
    spans: [failed(0, "[:append :x 1]"), ok(1, [0, 9], "[:r :x [1]]")],
    shows: ["G1a"],
    weakest: "read-committed",
    strongest: "strong-read-uncommitted",
  },
  "an append after a failed one is a dirty update": {
    spans: [
      failed(0, "[:append :x 1]"),
      ...concurrent("[:append :y 1]", "[:append :x 2]", "[:r :x [1 2]]").slice(1),
    ],
    shows: ["G1a", "dirty-update"],
    weakest: "read-committed",
    strongest: "read-uncommitted",
  },
  "an indefinite append between a failed and a committed one hides no dirty update": {
    spans: [
      failed(0, "[:append :x 1]"),
      { ...ok(1, [0, 9], "[:append :x 2]"), type: "info" },
      ok(2, [0, 9], "[:append :x 3]"),
      ok(3, [0, 9], "[:r :x [1 2 3]]"),
    ],
    shows: ["G1a", "dirty-update"],
    weakest: "read-committed",
    strongest: "read-uncommitted",
  },
  "a read between two appends of another transaction is an intermediate read": {
    spans: concurrent("[:append :x 1] [:append :x 2]", "[:r :x [1]]", "[:r :x [1 2]]"),
    shows: ["G1b", "G-single-item"],
    weakest: "read-committed",
    strongest: "read-uncommitted",
  },
  "an element seen twice is a duplicate": {
    spans: concurrent("[:append :x 1]", "[:r :x [1 1]]"),
    shows: ["duplicate-elements"],
    weakest: "read-uncommitted",
    strongest: "linearizable",
  },
  "reads that no one list explains are of incompatible orders": {
    spans: concurrent("[:append :x 1]", "[:append :x 2]", "[:r :x [1 2]]", "[:r :x [2 1]]"),
    shows: ["incompatible-order"],
    weakest: "read-committed",
    strongest: "read-uncommitted",
  },
  "two appends after the same read are a lost update": {
    spans: concurrent("[:r :x nil] [:append :x 1]", "[:r :x nil] [:append :x 2]"),
    shows: ["G2-item", "lost-update"],
    weakest: "cursor-stability",
    strongest: "monotonic-atomic-view",
  },
  "transactions that overwrote each other form a G0": {
    spans: concurrent(
      "[:append :x 1] [:append :y 1]",
      "[:append :x 2] [:append :y 2]",
      "[:r :x [1 2]]",
      "[:r :y [2 1]]",
    ),
    shows: ["G0"],
    weakest: "read-uncommitted",
    strongest: "linearizable",
  },
  "transactions that saw each other form a G1c": {
    spans: concurrent("[:append :x 1] [:r :y [1]]", "[:append :y 1] [:r :x [1]]"),
    shows: ["G1c"],
    weakest: "read-committed",
    strongest: "read-uncommitted",
  },
  "one that saw half of another's writes forms a G-single": {
    spans: concurrent("[:append :x 1] [:append :y 1]", "[:r :x [1]] [:r :y nil]"),
    shows: ["G-single-item"],
    weakest: "consistent-view",
    strongest: "parallel-snapshot-isolation",
  },
  "two that saw independent writes in different orders form a long fork": {
    spans: concurrent(
      "[:append :x 1]",
      "[:append :y 1]",
      "[:r :x [1]] [:r :y nil]",
      "[:r :y [1]] [:r :x nil]",
    ),
    shows: ["G-nonadjacent-item"],
    weakest: "snapshot-isolation",
    strongest: "update-serializable",
  },
  "two that missed each other's writes form a write skew": {
    spans: concurrent("[:r :x nil] [:append :y 1]", "[:r :y nil] [:append :x 1]"),
    shows: ["G2-item"],
    weakest: "repeatable-read",
    strongest: "snapshot-isolation",
  },
};

for (const [name, { spans, ...expected }] of Object.entries(CASES)) {
  Deno.test(`list-append: ${name}`, () => {
    assertShows(checkListAppend, { ...expected, history: historyOf(...spans, ...RELATED) });
  });
}

/** Cycles that need the order within a process: 0 runs its transactions one after the other. */
const IN_PROCESS: Readonly<Record<string, Span[]>> = {
  "G0-process": [
    ok(0, [0, 1], "[:append :x 1]"),
    ok(0, [2, 3], "[:append :x 2]"),
    ok(1, [0, 9], "[:r :x [2 1]]"),
  ],
  "G1c-process": [ok(0, [0, 1], "[:r :x [1]]"), ok(0, [2, 3], "[:append :x 1]")],
  "G-single-item-process": [ok(0, [0, 1], "[:append :x 1]"), ok(0, [2, 3], "[:r :x nil]")],
  "G-nonadjacent-item-process": [
    ok(0, [0, 1], "[:append :x 1]"),
    ok(0, [2, 3], "[:r :y nil]"),
    ok(1, [0, 1], "[:append :y 1]"),
    ok(1, [2, 3], "[:r :x nil]"),
  ],
  "G2-item-process": [
    ok(0, [0, 1], "[:append :y 1]"),
    ok(0, [2, 9], "[:r :x nil]"),
    ok(1, [0, 9], "[:append :x 1] [:r :y nil]"),
  ],
};

/** Cycles that need real time: every transaction is by a process of its own. */
const IN_REAL_TIME: Readonly<Record<string, Span[]>> = {
  "G0-realtime": [
    ok(0, [0, 1], "[:append :x 1]"),
    ok(1, [2, 3], "[:append :x 2]"),
    ok(2, [0, 9], "[:r :x [2 1]]"),
  ],
  "G1c-realtime": [ok(0, [0, 1], "[:r :x [1]]"), ok(1, [2, 3], "[:append :x 1]")],
  "G-single-item-realtime": [ok(0, [0, 1], "[:append :x 1]"), ok(1, [2, 3], "[:r :x nil]")],
  "G-nonadjacent-item-realtime": [
    ok(0, [0, 1], "[:append :x 1]"),
    ok(1, [2, 9], "[:r :y nil]"),
    ok(2, [0, 8], "[:append :y 1]"),
    ok(3, [0, 9], "[:r :y [1]] [:r :x nil]"),
  ],
  "G2-item-realtime": [
    ok(0, [0, 1], "[:append :y 1]"),
    ok(1, [2, 9], "[:r :x nil]"),
    ok(2, [0, 9], "[:append :x 1] [:r :y nil]"),
  ],
};

for (const [type, spans] of Object.entries(IN_PROCESS)) {
  Deno.test(`list-append: ${type} breaks strong sessions and nothing weaker`, () => {
    const history = historyOf(...spans);
    assertEquals(anomalyTypes(checkListAppend, history, "strong-session-serializable"), [type]);
    assertEquals(anomalyTypes(checkListAppend, history, "serializable"), []);
  });
}

for (const [type, spans] of Object.entries(IN_REAL_TIME)) {
  Deno.test(`list-append: ${type} breaks strict serializability and nothing weaker`, () => {
    const history = historyOf(...spans);
    assertEquals(anomalyTypes(checkListAppend, history, "strict-serializable"), [type]);
    assertEquals(anomalyTypes(checkListAppend, history, "strong-session-serializable"), []);
  });
}

Deno.test("list-append: a serial history holds under every model", () => {
  const history = historyOf(
    ok(0, [0, 1], "[:append :x 1] [:r :x [1]]"),
    ok(1, [2, 3], "[:r :x [1]] [:append :x 2] [:append :y 1]"),
    ok(0, [4, 5], "[:r :y [1]] [:r :x [1 2]]"),
    ok(2, [5, 8], "[:append :x 3]"),
    { ...ok(3, [6, 7], "[:append :x 4]"), type: "info" },
    ok(1, [9, 10], "[:r :x [1 2 4 3]]"),
  );
  assertEquals(checkListAppend(history), { "valid?": true });
});

Deno.test("list-append: an indefinite append may appear, and later than its time-out", () => {
  const history = historyOf(
    { ...ok(0, [0, 1], "[:append :x 1]"), type: "info" },
    ok(1, [2, 3], "[:r :x nil]"),
    ok(1, [4, 5], "[:r :x [1]]"),
  );
  assertEquals(checkListAppend(history), { "valid?": true });
});

Deno.test("list-append: what an indefinite transaction read is unknown", () => {
  const history = historyOf(
    ok(0, [0, 1], "[:append :x 1]"),
    { ...ok(1, [2, 3], "[:r :x nil] [:append :y 1]"), type: "info" },
    ok(2, [4, 5], "[:r :y [1]]"),
  );
  assertEquals(checkListAppend(history), { "valid?": true });
});

Deno.test("list-append: a transaction that never completed may have happened", () => {
  const complete = historyOf(ok(0, [0, 9], "[:append :x 1]"), ok(1, [1, 2], "[:r :x [1]]"));
  assertEquals(checkListAppend(complete.slice(0, -1)), { "valid?": true });
});

Deno.test("list-append: the steps of a cycle name the key and the elements", () => {
  const result = checkListAppend(historyOf(
    ok(0, [0, 9], "[:r :x [1]] [:r :y nil]"),
    ok(1, [0, 9], "[:append :x 1] [:append :y 7]"),
  ));
  const anomalies = isEdnObject(result.anomalies) ? result.anomalies : {};
  const [found = null] = Array.isArray(anomalies["G-single-item"])
    ? anomalies["G-single-item"]
    : [];
  assertEquals(
    printEdn(isEdnObject(found) ? found.steps ?? null : null),
    "({:type :rw, :key :y, :value :elle.list-append/init, :value' 7, :a-mop-index 1, " +
      ":b-mop-index 1} {:type :wr, :key :x, :value 1, :a-mop-index 0, :b-mop-index 0})",
  );
});

Deno.test("list-append: results have Maelstrom's keys in its order", () => {
  const result = checkListAppend(
    historyOf(...concurrent("[:append :x 1] [:r :x nil]"), ...RELATED),
  );
  assertEquals(Object.keys(result), ["valid?", "anomaly-types", "anomalies", "not", "also-not"]);
  assertEquals(result["anomaly-types"], new List([keyword("internal")]));
  assertEquals(names(result.not), ["read-atomic"]);
});

Deno.test("list-append: a history without relations cannot be judged", () => {
  const result = checkListAppend(historyOf(ok(0, [0, 1], "[:append :x 1]")));
  assertEquals(result["valid?"], UNKNOWN);
  assertEquals(names(result["anomaly-types"]), ["empty-transaction-graph"]);
});

Deno.test("list-append: a history that cannot be judged yields the reason, as in Maelstrom", () => {
  const history = historyOf(ok(0, [0, 1], "[:append :x 1]"), ok(1, [0, 1], "[:r :x [1]]"));
  const cause = (result: ReturnType<typeof checkListAppend>) => {
    assertEquals(result["valid?"], UNKNOWN);
    return isEdnObject(result.error) ? String(result.error.cause) : "";
  };
  assertStringIncludes(
    cause(checkListAppend(history, { consistencyModels: ["read-committed,serializable"] })),
    "Unknown consistency model (:read-committed,serializable); known models are:\n#{:1SR :PL-1 ",
  );
  assertStringIncludes(
    cause(checkListAppend(historyOf(ok(0, [0, 1], "[:r :x [5]]")))),
    "No transaction wrote :x 5",
  );
  assertStringIncludes(
    cause(checkListAppend(historyOf(...concurrent("[:append :x 1]", "[:append :x 1]")))),
    "value 1 appended to key :x multiple times!",
  );
  assertStringIncludes(
    cause(checkListAppend(historyOf(ok(0, [0, 1], "[:w :x 1]")))),
    "[:w :x 1] is neither a read nor :append",
  );
  assertStringIncludes(
    cause(checkListAppend(historyOf(ok(0, [0, 1], "[:r :x 5]")))),
    "a read saw 5, which is not a list",
  );
});

/** Bursts of concurrent appends, each burst after the one before, and then a read. */
function bursts(count: number, size: number, read: readonly number[]): Op[] {
  const appends = Array.from(
    { length: count * size },
    (_, i) => {
      const burst = Math.floor(i / size);
      return ok(i % size, [2 * burst, 2 * burst + 1], `[:append :x ${i}]`);
    },
  );
  return historyOf(...appends, ok(0, [2 * count, 2 * count + 1], `[:r :x [${read.join(" ")}]]`));
}

Deno.test("list-append: however many transactions are concurrent, real time takes few edges", () => {
  const all = Array.from({ length: 11 * 1000 }, (_, i) => i);
  assertEquals(checkListAppend(bursts(11, 1000, all)), { "valid?": true });
  const { anomalies } = checkListAppend(bursts(11, 1000, all.slice(0, -1)));
  assert(isEdnObject(anomalies));
  const [cycle = null] = itemsOf(anomalies["G-single-item-realtime"]);
  const indices = readCycle(cycle)?.transactions.map(({ index }) => index);
  assertEquals(indices?.toSorted((a, b) => a - b), [2 * 11_000 - 1, 2 * 11_000 + 1]);
});

Deno.test("list-append: one short cycle stands for a component of too many edges", () => {
  const all = Array.from({ length: 12 * 1000 }, (_, i) => i);
  const [first = 0, ...rest] = all;
  const { anomalies } = checkListAppend(bursts(12, 1000, [...rest, first]));
  assert(isEdnObject(anomalies));
  assertEquals(Object.keys(anomalies), ["G0-realtime"]);
});

Deno.test("list-append: of contradicting reads of one length, the order of a Clojure set decides", () => {
  const orders = (...reads: string[]) => {
    const spans = reads.map((read, process) => ok(process, [0, 9], `[:r :x ${read}]`));
    const appends = [1, 3, 4, 5].map((value) => ok(9 + value, [0, 9], `[:append :x ${value}]`));
    const { anomalies } = checkListAppend(historyOf(...spans, ...appends));
    return printEdn(isEdnObject(anomalies) ? anomalies["incompatible-order"] ?? null : null);
  };
  const expected = "[{:key :x, :values [[1 3 4] [1 3 5]]}]";
  assertEquals([orders("[1 3 4]", "[1 3 5]"), orders("[1 3 5]", "[1 3 4]")], [expected, expected]);
});

const RECORDED: Readonly<Record<string, { model: string; counts: string; not: string[] }>> = {
  "abort-visible": {
    model: "read-committed",
    counts: "{:G1a 493, :dirty-update 41}",
    not: ["read-committed"],
  },
  "long-fork": {
    model: "snapshot-isolation",
    counts: "{:G-nonadjacent-item 5}",
    not: ["repeatable-read", "snapshot-isolation"],
  },
  "read-skew-repeatable": {
    model: "repeatable-read",
    counts: "{:G-single-item 1, :G2-item 6}",
    not: ["consistent-view", "repeatable-read"],
  },
  // Two searches exceed their bound; each then ends with Elle's fallback cycle.
  "siblings": {
    model: "strict-serializable",
    counts: "{:G-nonadjacent-item 1, :G-single-item 2, :G-single-item-realtime 2, :G0 3, " +
      ":G0-realtime 1, :G1c-realtime 1, :G2-item 1, :cycle-search-timeout 2, " +
      ":incompatible-order 22, :lost-update 2}",
    not: ["read-uncommitted"],
  },
  "writes-first": {
    model: "read-atomic",
    counts: "{:future-read 66, :internal 14}",
    not: ["read-committed"],
  },
};

for (const [run, { model, counts, not }] of Object.entries(RECORDED)) {
  Deno.test(`list-append: the recorded run ${run} is judged as Maelstrom judged it`, async () => {
    const history = await readRecordedHistory(`txn-list-append-${run}`);
    const result = checkListAppend(history, { consistencyModels: [model] });
    const anomalies = isEdnObject(result.anomalies) ? result.anomalies : {};
    const found = Object.entries(anomalies).map(([type, cases]) => [
      type,
      cases instanceof List ? cases.items.length : Array.isArray(cases) ? cases.length : 0,
    ]);
    assertEquals(result["valid?"], false);
    assertEquals(Object.fromEntries(found), parseEdn(counts));
    assertEquals(names(result.not), not);
  });
}

Deno.test("list-append: the result names the cycle of a component that Maelstrom names, in its order", async () => {
  const history = await readRecordedHistory("txn-list-append-long-fork");
  const { anomalies } = checkListAppend(history, { consistencyModels: ["snapshot-isolation"] });
  const found = isEdnObject(anomalies) ? anomalies["G-nonadjacent-item"] : undefined;
  const cycles = itemsOf(found).map((entry) => {
    const transactions = readCycle(entry)?.transactions ?? [];
    return transactions.map(({ index }) => index).join(" ");
  });
  assertEquals(cycles, [
    "937 899 929 901 909 911 927 935",
    "803 789 797 805 787 799",
    "38 19 33 31",
    "691 677 681 687",
    "329 305 319 311 325",
  ]);
});
