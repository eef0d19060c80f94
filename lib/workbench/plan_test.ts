import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./option.ts";
import { engineProblem, parsePlan, planOf, type PlanOptions } from "./plan.ts";

/** Options of every kind, none at its default. */
const FULL: PlanOptions = {
  workload: "txn-rw-register",
  program: "nodes/6b_read_uncommitted.ts",
  args: ["--slow"],
  nodes: ["a", "b", "d"],
  concurrency: "2n",
  rate: 12.5,
  timeLimitS: 3.5,
  initTimeoutS: 30,
  latencyMs: 10,
  latencyDistribution: "uniform",
  topology: "tree",
  loss: 0.1,
  duplication: 0.2,
  deliveryMs: 0.3,
  faults: [
    { timeS: 0.5, f: "start-partition", shape: "one-way", grudge: { a: ["b", "d"] } },
    { timeS: 1, f: "stop-partition" },
    { timeS: 1.25, f: "kill", nodes: ["a"] },
    { timeS: 2, f: "skew", node: "b", skewMs: 100 },
  ],
  faultIntervalS: 2,
  availability: 0.5,
  consistencyModels: ["read-committed"],
  keyCount: 3,
  maxTxnLength: 2,
  maxWritesPerKey: 7,
  operations: [{ timeS: 0.1, thread: 2, f: "txn", value: "[[:r 1 nil]]", extra: "{}" }],
  seed: "a 7",
};

Deno.test("a plan goes through JSON unharmed, and planning it again changes nothing", () => {
  for (const options of [FULL, { workload: "echo" }]) {
    const plan = planOf(options);
    const again = parsePlan(JSON.stringify(plan));
    assertEquals(again, plan);
    assertEquals(planOf(again), plan);
  }
});

Deno.test("a plan counts its nodes and clients, and has a seed in any case", () => {
  const plan = planOf({ workload: "echo", nodeCount: 3, concurrency: "4n", seed: 7 });
  assertEquals([plan.nodes, plan.concurrency, plan.seed], [["n0", "n1", "n2"], 12, "7"]);
  assertEquals(planOf({ workload: "echo" }).seed, "1");
});

Deno.test("what no run can be made of is refused by its field, whatever it was read from", () => {
  const refused = (options: object) =>
    assertThrows(() => planOf(parsePlan(JSON.stringify(options))), UsageError).message;
  const echo = { workload: "echo" };
  assertEquals(refused({}), "workload is missing");
  assert(refused({ workload: "ecko" }).startsWith("workload must be one of broadcast, echo"));
  assertEquals(refused({ ...echo, rate: -1 }), "rate must be a number of at least 0, got -1");
  assertEquals(
    refused({ ...echo, rate: "5" }),
    'rate must be a number of at least 0, got "5"',
  );
  assertEquals(refused({ ...echo, nemesis: [] }), "a plan has no nemesis");
  assertEquals(
    refused({ ...echo, nodes: ["a"], nodeCount: 1 }),
    "nodeCount and nodes exclude each other",
  );
  assertEquals(refused({ ...echo, nodes: [] }), "nodes must name one at least");
  assert(refused({ ...echo, faults: ["fire"] }).includes('got ["fire"]'));
  assert(refused({ ...echo, faults: [{ timeS: 1, f: "kill" }] }).startsWith("faults must be"));
  assert(refused({ workload: "lin-kv", nodeCount: 11 }).startsWith("lin-kv takes at most 10"));
  assertThrows(() => parsePlan("{"), UsageError, "is not JSON");
  assertThrows(() => parsePlan("7"), UsageError, "must be an object");
});

Deno.test("faults and operations that are written down are for engines that can carry them out", () => {
  const faults: PlanOptions["faults"] = [{ timeS: 2, f: "skew", node: "n0", skewMs: 1 }];
  const skewed = { workload: "echo", faults };
  assertEquals(engineProblem(skewed, "simulator"), undefined);
  assertEquals(
    engineProblem(skewed, "workbench"),
    "the fault skew at 2 s means nothing to the workbench, only to the simulator",
  );
  const tearing = { workload: "echo", disk: ["torn"] } as const;
  assertEquals(engineProblem(tearing, "simulator"), undefined);
  assertEquals(
    engineProblem(tearing, "workbench"),
    "--disk means nothing to the workbench, only to the simulator",
  );
  const written = { workload: "echo", operations: [] };
  assertEquals(engineProblem(written, "workbench"), undefined);
  assert(engineProblem(written, "maelstrom")?.startsWith("operations means nothing to Maelstrom"));
});
