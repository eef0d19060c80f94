import { assertEquals, assertRejects } from "@std/assert";
import { type Body, LinKv, RpcError } from "../lib/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import { FakeTime, scenario, settled, TestNode } from "../lib/testing/mod.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import linKvProxy from "./lin_kv_proxy.ts";

/** Answers the one request that the node has sent, and returns it. */
async function answer(node: TestNode, reply: Body): Promise<unknown> {
  await settled();
  const [request, ...others] = node.sent.splice(0);
  assertEquals(others, []);
  const { msg_id: id = null, ...body } = request?.body ?? { type: "nothing" };
  node.receive(request?.dest ?? "", { ...reply, in_reply_to: id });
  return [request?.dest, body];
}

Deno.test("requests go to the service unchanged, and its answers come back", async () => {
  const n0 = new TestNode(linKvProxy);
  const reading = n0.ask(LinKv.read, { key: 1 });
  assertEquals(await answer(n0, { type: "read_ok", value: 3 }), [
    "lin-kv",
    { type: "read", key: 1 },
  ]);
  assertEquals((await reading).value, 3);
  const writing = n0.ask(LinKv.write, { key: 1, value: 4 });
  assertEquals(await answer(n0, { type: "write_ok" }), [
    "lin-kv",
    { type: "write", key: 1, value: 4 },
  ]);
  assertEquals((await writing).type, "write_ok");
  const setting = assertRejects(() => n0.ask(LinKv.cas, { key: 1, from: 3, to: 5 }), RpcError);
  assertEquals(await answer(n0, { type: "error", code: 22 }), [
    "lin-kv",
    { type: "cas", key: 1, from: 3, to: 5 },
  ]);
  assertEquals((await setting).code, 22);
});

Deno.test("a write without an answer is not repeated, and its client gets an indefinite error", async () => {
  using time = new FakeTime();
  const n0 = new TestNode(linKvProxy);
  const writing = assertRejects(() => n0.ask(LinKv.write, { key: 1, value: 4 }), RpcError);
  await time.advance(4_000);
  assertEquals((await writing).code, 0);
  assertEquals(n0.sent.length, 1);
});

Deno.test("a late reply to an earlier incarnation settles nothing", () =>
  scenario(linKvProxy, { nodes: 2, latencyMs: 100 }, async (world) => {
    await world.ask("n1", LinKv.write, { key: 1, value: 1 });
    world.ask("n0", LinKv.cas, { key: 1, from: 1, to: 2 }).catch(() => {});
    await world.pass(150); // the answer is on its way
    world.kill("n0");
    world.restart("n0");
    const set = world.ask("n0", LinKv.cas, { key: 2, from: 1, to: 2 });
    assertEquals((await assertRejects(() => set, RpcError)).code, 20);
  }));

for (
  const [what, options] of [
    ["partitions", { faults: ["partition"] }],
    ["latency", { latencyMs: 200, latencyDistribution: "exponential" }],
  ] satisfies [string, Partial<PlanOptions>][]
) {
  Deno.test(`linearizable through ${what}`, async () => {
    const { results } = await simulate(linKvProxy, {
      workload: "lin-kv",
      nodeCount: 3,
      concurrency: "4n",
      timeLimitS: 10,
      rate: 30,
      ...options,
    });
    assertEquals(results?.["valid?"], true);
  });
}
