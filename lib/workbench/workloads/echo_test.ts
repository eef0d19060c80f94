import { assert, assertEquals } from "@std/assert";
import { simulate } from "../../simulator/simulate.ts";
import { UniqueIds } from "../../workloads.ts";
import echoNode from "../../../nodes/1_echo.ts";
import type { Node, Program } from "../../node.ts";
import { workloads } from "./mod.ts";

/** The threads of a run's operations, in order. */
async function threadsOf(name: string, program: Program, nodes: string[]): Promise<number[]> {
  const workload = workloads.get(name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  const { history } = await simulate(program, {
    workload,
    nodes,
    concurrency: 3,
    topology: "grid",
    keyCount: 10,
    maxTxnLength: 4,
    maxWritesPerKey: 16,
    rate: 100,
    timeLimitS: 10,
    latency: { meanMs: 0, distribution: "constant" },
    seed: 1,
  });
  return history.filter(({ type }) => type === "invoke").map(({ process }) => Number(process) % 3);
}

Deno.test("echo spreads its operations over all threads at random", async () => {
  const threads = await threadsOf("echo", echoNode, ["n0"]);
  for (const thread of [0, 1, 2]) {
    const share = threads.filter((one) => one === thread).length / threads.length;
    assert(Math.abs(share - 1 / 3) < 0.06, `${share}`);
  }
  assert(threads.some((thread, i) => thread === threads[i + 1]));
});

Deno.test("in other workloads threads take turns, and the first takes the nemesis's turn too", async () => {
  let ids = 0;
  const program = (node: Node) => {
    node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ids++ }));
  };
  const threads = await threadsOf("unique-ids", program, ["n0"]);
  assertEquals(threads.slice(0, 12), [0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 2, 0]);
});
