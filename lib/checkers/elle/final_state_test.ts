import { assertEquals, assertMatch } from "@std/assert";
import { type Edn, isEdnObject, itemsOf, keyword } from "../../history/edn.ts";
import { UNKNOWN } from "../checker.ts";
import { names } from "./expectation_fixture.ts";
import { explainFinalState } from "./explain_final_state.ts";
import { checkFinalState, type FinalStates } from "./final_state.ts";
import { checkRwRegister } from "./rw_register.ts";
import { historyOf, ok, readRecordedHistory } from "./transaction_fixture.ts";

/** States of nodes `n0`, `n1` … with string keys. */
function states(...nodes: Record<string, Edn>[]): FinalStates {
  return new Map(nodes.map((state, i) => [
    `n${i}`,
    new Map(Object.entries(state).map(([key, value]): [Edn, Edn] => [keyword(key), value])),
  ]));
}

const twoWriters = historyOf(ok(0, [0, 1], "[:w :x 1]"), ok(1, [0, 1], "[:w :y 2]"));

function why(result: ReturnType<typeof checkFinalState>, name: string): string[] {
  return names(itemsOf(result[name]).map((entry) => isEdnObject(entry) ? entry.why ?? null : null));
}

Deno.test("replicas that hold every committed write are valid", () => {
  const result = checkFinalState(twoWriters, states({ x: 1, y: 2 }, { x: 1, y: 2 }));
  assertEquals(result["valid?"], true);
  assertEquals(result["key-count"], 2);
  assertEquals(explainFinalState(result), []);
});

Deno.test("either of two concurrent writes may survive, but the same one everywhere", () => {
  const history = historyOf(ok(0, [0, 9], "[:w :x 1]"), ok(1, [0, 9], "[:w :x 2]"));
  assertEquals(checkFinalState(history, states({ x: 1 }, { x: 1 }))["valid?"], true);
  assertEquals(checkFinalState(history, states({ x: 2 }, { x: 2 }))["valid?"], true);
  const divergent = checkFinalState(history, states({ x: 1 }, { x: 2 }));
  assertEquals(divergent["valid?"], false);
  assertEquals(divergent["divergent-count"], 1);
  assertEquals(explainFinalState(divergent).slice(-2), [
    "The replicas disagree on 1 key at the end.",
    "  key :x: n0 has 1, n1 has 2.",
  ]);
});

Deno.test("nodes that never replicate are named, though Maelstrom finds nothing", async () => {
  const result = checkFinalState(twoWriters, states({ x: 1 }, { y: 2 }));
  assertEquals(result["never-replicates"], ["n0", "n1"]);
  assertEquals(why(result, "lost"), ["missing", "missing"]);
  assertEquals(explainFinalState(result).slice(0, 2), [
    "n0 never replicates: no write of another node reached it and none of its own reached another.",
    "n1 never replicates: no write of another node reached it and none of its own reached another.",
  ]);

  const history = await readRecordedHistory("txn-rw-register-local-only");
  const readCommitted = { consistencyModels: ["read-committed"] };
  assertEquals(checkRwRegister(history, readCommitted)["valid?"], true);
  const stores: Map<Edn, Edn>[] = [new Map(), new Map()];
  for (const { type, process, value } of history) {
    if (type !== "ok" || process === "nemesis") continue;
    for (const [f, key = null, written = null] of itemsOf(value).map(itemsOf)) {
      if (f === keyword("w")) stores[process % 2]?.set(key, written);
    }
  }
  const end = checkFinalState(history, new Map(stores.map((store, i) => [`n${i}`, store])));
  assertEquals(end["valid?"], false);
  assertEquals(end["never-replicates"], ["n0", "n1"]);
});

Deno.test("only a node that took nothing never replicates", () => {
  const history = historyOf(ok(0, [0, 1], "[:w :x 1]"), ok(1, [2, 3], "[:w :y 2]"));
  const result = checkFinalState(history, states({ x: 1 }, { x: 1, y: 2 }));
  assertEquals(result["never-replicates"], ["n0"]);
  assertEquals(
    explainFinalState(result)[0],
    "n0 never replicates: no write of another node reached it.",
  );
});

Deno.test("a write lost with nothing in its place is found even where the replicas agree", () => {
  const result = checkFinalState(twoWriters, states({ y: 2 }, { y: 2 }));
  assertEquals(result["valid?"], false);
  assertEquals(result["divergent-count"], 0);
  assertEquals(result["never-replicates"], []);
  assertEquals(why(result, "lost"), ["missing", "missing"]);
});

Deno.test("a later write of the same process must not lose to its earlier one", () => {
  const history = historyOf(ok(0, [0, 1], "[:w :x 1]"), ok(0, [2, 3], "[:w :x 2]"));
  const result = checkFinalState(history, states({ x: 1 }, { x: 1 }));
  assertEquals(why(result, "lost"), ["causal", "causal"]);
  assertEquals(
    explainFinalState(result)[1],
    "  n0 has 1 for key :x, by process 0's operation 1, which causally precedes the lost write: " +
      "the 2 that process 0's operation 3 wrote.",
  );
  assertEquals(checkFinalState(history, states({ x: 2 }, { x: 2 }))["valid?"], true);
});

Deno.test("a write at the end of a chain of reads must not lose to its beginning", () => {
  const history = historyOf(
    ok(0, [0, 1], "[:w :x 1] [:w :y 1]"),
    ok(1, [2, 3], "[:r :y 1] [:w :z 1]"),
    ok(2, [4, 5], "[:r :z 1]"),
    ok(2, [6, 7], "[:w :x 2]"),
  );
  const end = { y: 1, z: 1 };
  const result = checkFinalState(history, states({ x: 1, ...end }, { x: 1, ...end }));
  assertEquals(why(result, "lost"), ["causal", "causal"]);
  assertEquals(checkFinalState(history, states({ x: 2, ...end }))["valid?"], true);
});

Deno.test("only designs that promise real time are held to it", () => {
  const history = historyOf(ok(0, [0, 1], "[:w :x 1]"), ok(1, [2, 3], "[:w :x 2]"));
  const end = states({ x: 1 }, { x: 1 });
  const causal = checkFinalState(history, end);
  assertEquals(causal["valid?"], true);
  assertEquals(causal["overtaken-count"], 1);
  const strict = checkFinalState(history, end, { order: "realtime" });
  assertEquals(why(strict, "lost"), ["realtime", "realtime"]);
  assertEquals(
    checkFinalState(history, states({ x: 2 }), { order: "realtime" })["valid?"],
    true,
  );
});

Deno.test("an indefinite write may be lost or survive", () => {
  const history = historyOf(
    ok(0, [0, 1], "[:w :x 1]"),
    { ...ok(1, [2, 3], "[:w :x 2]"), type: "info" },
    { ...ok(2, [2, 3], "[:w :y 1]"), type: "info" },
  );
  assertEquals(checkFinalState(history, states({ x: 1 }, { x: 1 }))["valid?"], true);
  assertEquals(checkFinalState(history, states({ x: 2, y: 1 }))["valid?"], true);
});

Deno.test("values that failed, were replaced or never written are wrong", () => {
  const history = historyOf(
    { ...ok(0, [0, 1], "[:w :x 1]"), type: "fail" },
    ok(1, [0, 1], "[:w :y 1] [:w :y 2]"),
  );
  const result = checkFinalState(history, states({ x: 1, y: 1, z: 9 }));
  assertEquals(why(result, "wrong-values"), ["aborted", "intermediate", "never-written"]);
  assertEquals(
    explainFinalState(result).at(-3),
    "  n0 has 1 for key :x, by process 0's operation 2: aborted.",
  );
});

Deno.test("a process must not find nothing where it wrote", () => {
  const history = historyOf(ok(0, [0, 1], "[:w :x 1]"), ok(0, [2, 3], "[:r :x nil]"));
  const result = checkFinalState(history, states({ x: 1 }));
  assertEquals(result["forgotten-count"], 1);
  assertEquals(result["valid?"], false);
  assertMatch(
    explainFinalState(result)[0] ?? "",
    /^1 read missed what the same process had written\.$/,
  );
});

Deno.test("two writers each of which survives on one key form a G0, which Maelstrom cannot see", () => {
  const history = historyOf(
    ok(0, [0, 9], "[:w :x 1] [:w :y 1]"),
    ok(1, [0, 9], "[:w :x 2] [:w :y 2]"),
  );
  const readUncommitted = { consistencyModels: ["read-uncommitted"] };
  const mixed = checkFinalState(history, states({ x: 1, y: 2 }, { x: 1, y: 2 }), readUncommitted);
  assertEquals(mixed["valid?"], false);
  assertEquals(names(mixed["anomaly-types"]), ["G0"]);
  assertMatch(explainFinalState(mixed)[0] ?? "", /^G0: write cycle/);
  const whole = checkFinalState(history, states({ x: 2, y: 2 }, { x: 2, y: 2 }), readUncommitted);
  assertEquals(whole["valid?"], true);
});

Deno.test("without final states there is no verdict", () => {
  assertEquals(checkFinalState(twoWriters, new Map())["valid?"], UNKNOWN);
});
