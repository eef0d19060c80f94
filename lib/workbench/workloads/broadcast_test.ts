import { assert, assertEquals } from "@std/assert";
import type { Json, Node, Program } from "../../mod.ts";
import { json, rpc } from "../../rpc.ts";
import { simulateOnce } from "../../simulator/simulate_once.ts";
import { Broadcast, GSet } from "../../workloads.ts";
import { isEdnObject } from "../../history/edn.ts";
import type { RunResult } from "../result.ts";

function runOf(name: string, program: Program): Promise<RunResult> {
  return simulateOnce(program, {
    workload: name,
    nodeCount: 1,
    concurrency: 2,
    rate: 20,
    timeLimitS: 5,
  });
}

/** A node for `broadcast` whose reads return whatever `show` makes of its values. */
const broadcasting = (show: (values: number[]) => Json): Program => (node: Node) => {
  const values: number[] = [];
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    values.push(message);
    return { type: "broadcast_ok" };
  });
  const read = rpc("read", {}, { messages: json });
  node.on(read, () => ({ type: "read_ok", messages: show(values) }));
};

/** The same for `g-set`. */
const adding = (show: (values: number[]) => Json): Program => (node: Node) => {
  const values: number[] = [];
  node.on(GSet.add, ({ element }) => {
    values.push(element);
    return { type: "add_ok" };
  });
  node.on(rpc("read", {}, { value: json }), () => ({ type: "read_ok", value: show(values) }));
};

const readsOf = ({ history }: RunResult) =>
  history.filter(({ f, type }) => f === "read" && type !== "invoke");
const verdictOf = ({ results }: RunResult) => {
  const workload = results?.["workload"];
  return isEdnObject(workload) ? workload["valid?"] : undefined;
};

const BOTH = [["broadcast", broadcasting], ["g-set", adding]] as const;

Deno.test("null stands for an empty list, as in Go", async () => {
  for (const [name, programOf] of BOTH) {
    const outcome = await runOf(
      name,
      programOf((values) => values.length > 0 ? [...values] : null),
    );
    const reads = readsOf(outcome);
    assertEquals(new Set(reads.map(({ type }) => type)), new Set(["ok"]));
    assert(reads.some(({ value }) => value === null));
    assertEquals(verdictOf(outcome), true);
  }
});

Deno.test("values that no client sent are no fault, whatever they are", async () => {
  for (const [name, programOf] of BOTH) {
    const outcome = await runOf(name, programOf((values) => ["a", null, 1.5, { k: 1 }, ...values]));
    const [first] = readsOf(outcome);
    assertEquals(first?.type, "ok");
    const value = first?.value;
    assert(Array.isArray(value));
    assertEquals(value.slice(0, 4), ["a", null, 1.5, new Map([["k", 1]])]);
    assertEquals(verdictOf(outcome), true);
  }
});

Deno.test("anything but a list is malformed; values that later reads miss are lost", async () => {
  for (const [name, programOf] of BOTH) {
    const malformed = await runOf(name, programOf(() => "none"));
    assertEquals(new Set(readsOf(malformed).map(({ type }) => type)), new Set(["info"]));
    assert(readsOf(malformed).length > 10);
    assertEquals(malformed.problems.length, 1, "a node is not reported again and again");
    assertEquals(verdictOf(await runOf(name, programOf((values) => values.slice(-5)))), false);
  }
});

Deno.test("values that only the last final read has are not called stable", async () => {
  const { history, results, workload } = await simulateOnce(broadcasting((values) => values), {
    workload: "broadcast",
    nodeCount: 3,
    rate: 10,
    timeLimitS: 10,
  });
  const result = results?.["workload"];
  assert(isEdnObject(result) && Number(result["stable-count"]) > 0);
  const [values, after] = workload.figures?.(result, history) ?? [];
  assertEquals(
    values?.text.replaceAll(/\d+/g, "N"),
    "N: N lost, N missing in some final read, which Maelstrom counts as stable",
  );
  assertEquals(after, undefined);
});
