import { assertEquals } from "@std/assert";
import { simulate } from "../lib/simulator/simulate.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import listAppend from "./txn_list_append.ts";

for (
  const [what, options] of [
    ["partitions", { nodeCount: 5, rate: 100, faults: ["partition"], faultIntervalS: 1 }],
    ["latency", {
      nodeCount: 3,
      concurrency: "4n",
      rate: 100,
      latencyMs: 10,
      latencyDistribution: "exponential",
    }],
    ["loss and duplication", {
      nodeCount: 3,
      concurrency: "2n",
      rate: 50,
      latencyMs: 20,
      latencyDistribution: "exponential",
      loss: 0.1,
      duplication: 0.2,
    }],
    ["partitions, kills and pauses", {
      nodeCount: 3,
      concurrency: "4n",
      rate: 50,
      faults: ["partition", "kill", "pause"],
      faultIntervalS: 1,
    }],
  ] satisfies [string, Partial<PlanOptions>][]
) {
  Deno.test(`strictly serializable through ${what}`, async () => {
    const { results, crash } = await simulate(listAppend, {
      workload: "txn-list-append",
      timeLimitS: 6,
      ...options,
    });
    assertEquals(crash, undefined);
    assertEquals(results?.["valid?"], true);
  });
}
