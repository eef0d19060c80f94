import { assert, assertEquals } from "@std/assert";
import { simulateOnce } from "../../simulator/simulate_once.ts";
import { UniqueIds } from "../../workloads.ts";
import echoNode from "../../../nodes/1_echo.ts";
import type { Node, Program } from "../../node.ts";

/** The threads of a run's operations, in order. */
async function threadsOf(name: string, program: Program): Promise<number[]> {
  const { history } = await simulateOnce(program, {
    workload: name,
    nodeCount: 1,
    concurrency: 3,
    rate: 100,
    timeLimitS: 10,
  });
  return history.filter(({ type }) => type === "invoke").map(({ process }) => Number(process) % 3);
}

Deno.test("echo spreads its operations over all threads at random", async () => {
  const threads = await threadsOf("echo", echoNode);
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
  const threads = await threadsOf("unique-ids", program);
  assertEquals(threads.slice(0, 12), [0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 2, 0]);
});
