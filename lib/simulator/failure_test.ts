import { assert, assertEquals } from "@std/assert";
import { type EdnObject, keyword, List } from "../history/edn.ts";
import { workloadOf } from "../workbench/plan.ts";
import { workloads } from "../workbench/workloads/mod.ts";
import { differenceOf, failureKinds, failureSignature } from "./failure.ts";

function signature(workload: string, results: EdnObject): string[] {
  const found = workloads.get(workload);
  assert(found !== undefined);
  return failureSignature({ workload: found, results });
}

Deno.test("a valid run has an empty signature", () => {
  assertEquals(signature("echo", { "valid?": true, stats: { "valid?": true } }), []);
});

Deno.test("the anomalies that a transactional workload found are its kinds, each once and sorted", () => {
  const types = ["lost-update", "G1a", "G1a"].map(keyword);
  const results = { workload: { "valid?": false, "anomaly-types": new List(types) } };
  assertEquals(signature("txn-list-append", results), ["G1a", "lost-update"]);
});

Deno.test("errors that the kafka checker tolerates are no kinds of failure", () => {
  const types = [keyword("lost-write"), keyword("int-send-skip")];
  const workload = {
    "valid?": false,
    "error-types": new List(types),
    "bad-error-types": new List(types.slice(0, 1)),
  };
  assertEquals(signature("kafka", { workload }), ["lost-write"]);
});

Deno.test("values are lost, ids are duplicated", () => {
  const lost = { "valid?": false, "lost-count": 2, "duplicated-count": 0 };
  assertEquals(signature("broadcast", { workload: lost }), ["lost"]);
  const duplicated = { "valid?": false, "duplicated-count": 1 };
  assertEquals(signature("unique-ids", { workload: duplicated }), ["duplicated"]);
});

Deno.test("a checker that says no more is named with its verdict", () => {
  const results = { stats: { "valid?": false }, workload: { "valid?": keyword("unknown") } };
  assertEquals(signature("echo", results), ["stats invalid", "workload unknown"]);
});

Deno.test("what the workload finds comes first among kinds of failure, the worst of it before", () => {
  const kinds = (workload: string, results: EdnObject) =>
    failureKinds({ workload: workloadOf({ workload }), results });
  const stats = { "valid?": false };
  const types = (...names: string[]) => new List(names.map(keyword));
  const elle = { "valid?": false, "anomaly-types": types("G-single-item", "lost-update") };
  assertEquals(kinds("txn-list-append", { stats, workload: elle }), [
    "lost-update",
    "G-single-item",
    "stats invalid",
  ]);
  const log = { "valid?": false, "bad-error-types": types("poll-skip", "unseen", "lost-write") };
  assertEquals(kinds("kafka", { workload: log }), ["lost-write", "poll-skip", "unseen"]);
});

Deno.test("lin-kv: the kind is the operation that has no place", () => {
  const op = { process: 0, type: keyword("ok"), f: keyword("read"), value: 3, index: 1, time: 5 };
  const ofKey = { linearizable: { "valid?": false, op }, "valid?": false };
  const workload = { "valid?": false, results: new Map([[1, ofKey]]) };
  assertEquals(signature("lin-kv", { workload }), ["no-order-for-read"]);
});

Deno.test("a smaller run that fails otherwise says so", () => {
  assertEquals(differenceOf({ wholeSignature: ["lost"] }, ["lost"]), "");
  assertEquals(
    differenceOf({ wholeSignature: ["G1a", "lost-update"] }, ["lost-update"]),
    "; it still fails by lost-update, no longer by G1a",
  );
  assertEquals(
    differenceOf({ wholeSignature: ["sum-too-low"] }, ["reads-differ", "sum-too-low"]),
    "; it still fails by sum-too-low, and now by reads-differ",
  );
  assertEquals(
    differenceOf({ wholeSignature: ["a"] }, ["b"]),
    "; it fails in another way, no longer by a, and now by b",
  );
});

Deno.test("crashes of the same kind are the same, whatever the numbers in them", () => {
  const workload = workloads.get("echo");
  assert(workload !== undefined);
  const crash = (text: string) => failureSignature({ workload, crash: { text, lastWords: [] } });
  assertEquals(crash("n3 ended: exit status 1"), crash("n4 ended: exit status 2"));
  assertEquals(crash("n3 ended"), ["crash: n# ended"]);
});
