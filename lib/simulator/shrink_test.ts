import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import type { Program } from "../node.ts";
import { integer, oneWay } from "../rpc.ts";
import type { PlanOptions } from "../workbench/plan.ts";
import { Kv } from "../kv.ts";
import { Broadcast, Counter, Echo, LinKv, UniqueIds } from "../workloads.ts";
import singleNodeBroadcast from "../../nodes/3a_single_node_broadcast.ts";
import answersAnother from "../../nodes/faulty/answers_another.ts";
import lostOnPartition from "../../nodes/faulty/lost_on_partition.ts";
import { failureSignature } from "./failure.ts";
import { shrink } from "./shrink.ts";
import { simulateOnce } from "./simulate_once.ts";

Deno.test("a lost value needs one partition, one broadcast and few nodes", async () => {
  const small = await shrink(lostOnPartition, {
    workload: "broadcast",
    nodeCount: 5,
    timeLimitS: 20,
    rate: 10,
    latencyMs: 20,
    loss: 0.01,
    faults: ["partition"],
    seed: 3,
  });
  assertEquals(small.signature, ["lost"]);
  assert(small.operations <= 2, `${small.operations} operations`);
  assert(small.faults <= 1, `${small.faults} faults`);
  assert(small.plan.nodes.length <= 3, `${small.plan.nodes.length} nodes`);
  assert(small.plan.timeLimitS < 20);
  assertEquals(small.plan.latencyMs, 0);
  const again = await simulateOnce(lostOnPartition, small.plan);
  assertEquals(
    failureSignature(again),
    small.signature,
    "what is handed back fails in the same way",
  );
});

Deno.test("two requests that come close together are all that it takes", async () => {
  const { operations, faults, plan: { nodes, concurrency } } = await shrink(answersAnother, {
    workload: "echo",
    nodeCount: 3,
    concurrency: 9,
    timeLimitS: 5,
    rate: 40,
    faults: ["pause"],
  });
  assertEquals([operations, faults, nodes.length, concurrency], [2, 0, 1, 2]);
});

/** Loses updates; and n1 remembers only what it counted itself. */
const losesUpdates: Program = (node) => {
  const store = new Kv(node, "lin-kv", integer);
  let own = 0;
  node.on(Counter.add, async ({ delta }) => {
    const value = await store.readOr("sum", 0);
    await store.write("sum", own = value + delta);
    return { type: "add_ok" };
  });
  node.on(Counter.read, async () => ({
    type: "read_ok",
    value: node.id === "n1" ? own : await store.readOr("sum", 0),
  }));
};

const COUNTING: PlanOptions = {
  workload: "g-counter",
  nodeCount: 3,
  timeLimitS: 3,
  rate: 40,
  latencyMs: 20,
};

Deno.test("a lost update stays one, where a stale read would be simpler", async () => {
  const small = await shrink(losesUpdates, COUNTING);
  assertEquals(small.wholeSignature, ["reads-differ", "sum-too-low"]);
  assert(small.signature.includes("sum-too-low"), `${small.signature}`);
  const adds = small.plan.operations?.filter(({ f, value }) => f === "add" && value !== "0");
  assert(adds !== undefined && adds.length > 1, "one add alone loses nothing");
});

const generate = (atMs: number, thread: number) => ({
  timeS: atMs / 1000,
  thread,
  f: "generate",
  value: "nil",
});

Deno.test("what is left begins at once, on the nodes and with the clients that it needs", async () => {
  // Each node counts for itself: two of them give the same id.
  const program: Program = (node) => {
    let last = 0;
    node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ++last }));
  };
  const { plan } = await shrink(program, {
    workload: "unique-ids",
    nodeCount: 5,
    concurrency: "4n",
    timeLimitS: 20,
    operations: [
      generate(3_000, 1), // the first client of n1
      generate(17_000, 16), // the fourth client of n1
      generate(17_150, 13), // the third client of n3
    ],
  });
  assertEquals(plan.nodes.length, 2);
  assertEquals(plan.concurrency, 2);
  assertEquals(plan.operations, [generate(0, 1), generate(150, 0)]);
  assertEquals(plan.timeLimitS, 0.2);
});

Deno.test("a node that has to be asked is asked still when those before it are left out", async () => {
  const program: Program = (node) => {
    let last = 0;
    const name = () => node.id === "n3" ? "n1" : node.id;
    node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: `${name()} ${++last}` }));
  };
  const { plan } = await shrink(program, {
    workload: "unique-ids",
    nodeCount: 5,
    timeLimitS: 1,
    operations: [generate(0, 1), generate(10, 3)],
  });
  assertEquals(plan.nodes, ["n1", "n3"]);
  assertEquals(plan.operations, [generate(0, 0), generate(10, 1)]);
});

Deno.test("no operation or node stays that only moves the last of the final reads elsewhere", async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const { plan } = await shrink(singleNodeBroadcast, {
      workload: "broadcast",
      nodeCount: 5,
      timeLimitS: 1,
      seed,
    });
    assertEquals(plan.operations?.map(({ f }) => f), ["broadcast"], `seed ${seed}`);
    assertEquals(plan.nodes.length, 2, `seed ${seed}`);
  }
});

Deno.test("clients that have to be apart are numbered anew, from 0", async () => {
  const echo = (atMs: number, thread: number) => ({
    timeS: atMs / 1000,
    thread,
    f: "echo",
    value: `"at ${atMs} ms"`,
  });
  const { plan } = await shrink(answersAnother, {
    workload: "echo",
    nodeCount: 1,
    concurrency: 9,
    timeLimitS: 1,
    operations: [echo(0, 5), echo(10, 7)],
  });
  assertEquals(plan.concurrency, 2);
  assertEquals(plan.operations, [echo(0, 0), echo(10, 1)]);
});

Deno.test("what a workload asks of its options holds of a small run too", async () => {
  const program: Program = (node) => {
    node.on(LinKv.read, () => ({ type: "read_ok", value: 99 })); // nobody wrote that
    node.on(LinKv.write, () => ({ type: "write_ok" }));
    node.on(LinKv.cas, () => ({ type: "cas_ok" }));
  };
  const { operations, plan } = await shrink(program, {
    workload: "lin-kv",
    nodeCount: 2,
    concurrency: "8n",
    timeLimitS: 2,
    rate: 20,
  });
  assertEquals([operations, plan.nodes.length, plan.concurrency], [1, 1, 2]);
});

const broadcast = (atMs: number, thread: number) => ({
  timeS: atMs / 1000,
  thread,
  f: "broadcast",
  value: `${thread}`,
});

Deno.test("only the main phase is written down, not how the run recovers and reads at last", async () => {
  const { operations, faults } = await shrink(lostOnPartition, {
    workload: "broadcast",
    nodeCount: 3,
    timeLimitS: 1,
    operations: [broadcast(200, 0), broadcast(300, 1)],
    faults: [{
      timeS: 0.1,
      f: "start-partition",
      shape: "one",
      grudge: { n0: ["n1", "n2"], n1: ["n0"], n2: ["n0"] },
    }],
  }, { maxAttempts: 1 });
  assertEquals([operations, faults], [2, 1]);
});

Deno.test("a fault goes on striking the nodes that are left, and only those", async () => {
  const tell = oneWay("tell", { message: integer });
  const tellsLate: Program = (node) => {
    const values: number[] = [];
    node.on(tell, ({ message }) => void values.push(message));
    node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
    node.on(Broadcast.broadcast, ({ message }) => {
      values.push(message);
      setTimeout(() => node.peers.forEach((peer) => node.send(peer, tell, { message })), 500);
      return { type: "broadcast_ok" };
    });
    node.on(Broadcast.read, () => ({ type: "read_ok", messages: values }));
  };
  const { plan } = await shrink(tellsLate, {
    workload: "broadcast",
    nodeCount: 5,
    timeLimitS: 1,
    operations: [broadcast(100, 1)],
    faults: [{ timeS: 0.2, f: "kill", nodes: ["n3", "n1"] }],
  });
  assertEquals(plan.nodes, ["n1"]);
  assertEquals(plan.faults, [{ timeS: 0.1, f: "kill", nodes: ["n1"] }]);
});

Deno.test("attempts are bounded and counted", async () => {
  const tried: number[] = [];
  const options = { workload: "echo", nodeCount: 1, concurrency: 5, rate: 40, timeLimitS: 3 };
  const small = await shrink(answersAnother, options, {
    maxAttempts: 7,
    tried: (attempts) => tried.push(attempts),
  });
  assertEquals([small.attempts, tried], [7, [1, 2, 3, 4, 5, 6, 7]]);
  assertEquals(small.signature, ["workload invalid"]);
});

Deno.test("a run that does not fail cannot be shrunk", async () => {
  const echo: Program = (node) => {
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  };
  const options = { workload: "echo", nodeCount: 1, timeLimitS: 1 };
  await assertRejects(() => shrink(echo, options), Error, "seed 1 does not fail");
});

Deno.test("a crash is shrunk like any other failure", async () => {
  let incarnations = 0;
  const failing: Program = (node) => {
    if (++incarnations % 2 === 0) throw new Error("every second incarnation fails");
    node.on(Echo.echo, async ({ echo }) => {
      await delay(1);
      return { type: "echo_ok", echo };
    });
  };
  const options: PlanOptions = {
    workload: "echo",
    nodeCount: 1,
    timeLimitS: 5,
    rate: 20,
    faults: ["kill"],
    faultIntervalS: 1,
    seed: 2,
  };
  const { signature } = await shrink(failing, options, { maxAttempts: 20 });
  assertEquals(signature, ["crash: n# did not start: every second incarnation fails"]);
});
