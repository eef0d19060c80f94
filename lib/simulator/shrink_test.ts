import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import type { Program } from "../node.ts";
import { integer, oneWay } from "../rpc.ts";
import { NS_PER_MS } from "../history/operations.ts";
import { split } from "../workbench/faults/partitions.ts";
import { parseTestOptions } from "../workbench/command_line.ts";
import { Random } from "../workbench/random.ts";
import type { RunOptions } from "../workbench/run.ts";
import { Broadcast, Echo, LinKv, UniqueIds } from "../workloads.ts";
import answersAnother from "../../nodes/faulty/answers_another.ts";
import lostOnPartition from "../../nodes/faulty/lost_on_partition.ts";
import { waysOfFailing } from "./failure.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const optionsOf = (line: string): RunOptions =>
  parseTestOptions(line.split(" "), { simulated: true }).run;

Deno.test("a lost value needs one partition, one broadcast and few nodes", async () => {
  const options = optionsOf(
    "-w broadcast --node-count 5 --time-limit 20 --rate 10 --latency 20 --loss 0.01 " +
      "--nemesis partition --seed 3",
  );
  const small = await shrink(lostOnPartition, options);
  assertEquals(small.ways, ["lost"]);
  assert(small.operations <= 2, `${small.operations} operations`);
  assert(small.faults <= 1, `${small.faults} faults`);
  assert(small.options.nodes.length <= 3, `${small.options.nodes.length} nodes`);
  assert(small.options.timeLimitS < 20);
  assertEquals(small.options.latency, { meanMs: 0, distribution: "constant" });
  const again = await simulate(lostOnPartition, small.options);
  assertEquals(waysOfFailing(again), small.ways, "what is handed back fails in the same way");
});

Deno.test("two requests that come close together are all that it takes", async () => {
  const options = optionsOf(
    "-w echo --node-count 3 --concurrency 9 --time-limit 5 --rate 40 --seed 1 --nemesis pause",
  );
  const { operations, faults, options: { nodes, concurrency } } = await shrink(
    answersAnother,
    options,
  );
  assertEquals([operations, faults, nodes.length, concurrency], [2, 0, 1, 2]);
});

const generate = (atMs: number, thread: number) =>
  ({ timeNs: atMs * NS_PER_MS, thread, f: "generate", value: null }) as const;

Deno.test("what is left begins at once, on the nodes and with the clients that it needs", async () => {
  // Each node counts for itself: two of them give the same id.
  const program: Program = (node) => {
    let last = 0;
    node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ++last }));
  };
  const { options } = await shrink(program, {
    ...optionsOf("-w unique-ids --node-count 5 --concurrency 4n --time-limit 20 --seed 1"),
    script: [
      generate(3_000, 1), // the first client of n1
      generate(17_000, 16), // the fourth client of n1
      generate(17_150, 13), // the third client of n3
    ],
  });
  assertEquals(options.nodes.length, 2);
  assertEquals(options.concurrency, 2);
  assertEquals(options.script, [generate(0, 1), generate(150, 0)]);
  assertEquals(options.timeLimitS, 0.2);
});

Deno.test("a node that has to be asked is asked still when those before it are left out", async () => {
  const program: Program = (node) => {
    let last = 0;
    const name = () => node.id === "n3" ? "n1" : node.id;
    node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: `${name()} ${++last}` }));
  };
  const { options } = await shrink(program, {
    ...optionsOf("-w unique-ids --node-count 5 --time-limit 1 --seed 1"),
    script: [generate(0, 1), generate(10, 3)],
  });
  assertEquals(options.nodes, ["n1", "n3"]);
  assertEquals(options.script, [generate(0, 0), generate(10, 1)]);
});

Deno.test("clients that have to be apart are numbered anew, from 0", async () => {
  const echo = (atMs: number, thread: number) =>
    ({ timeNs: atMs * NS_PER_MS, thread, f: "echo", value: `at ${atMs} ms` }) as const;
  const { options } = await shrink(answersAnother, {
    ...optionsOf("-w echo --node-count 1 --concurrency 9 --time-limit 1 --seed 1"),
    script: [echo(0, 5), echo(10, 7)],
  });
  assertEquals(options.concurrency, 2);
  assertEquals(options.script, [echo(0, 0), echo(10, 1)]);
});

Deno.test("what a workload asks of its options holds of a small run too", async () => {
  const program: Program = (node) => {
    node.on(LinKv.read, () => ({ type: "read_ok", value: 99 })); // nobody wrote that
    node.on(LinKv.write, () => ({ type: "write_ok" }));
    node.on(LinKv.cas, () => ({ type: "cas_ok" }));
  };
  const line = "-w lin-kv --node-count 2 --concurrency 8n --time-limit 2 --rate 20 --seed 1";
  const { operations, options } = await shrink(program, optionsOf(line));
  assertEquals([operations, options.nodes.length, options.concurrency], [1, 1, 2]);
});

const broadcast = (atMs: number, thread: number) =>
  ({ timeNs: atMs * NS_PER_MS, thread, f: "broadcast", value: thread }) as const;

Deno.test("only the main phase is written down, not how the run recovers and reads at last", async () => {
  const { operations, faults } = await shrink(lostOnPartition, {
    ...optionsOf("-w broadcast --node-count 3 --time-limit 1 --nemesis partition --seed 1"),
    script: [broadcast(200, 0), broadcast(300, 1)],
    faults: () => [{
      timeNs: 100 * NS_PER_MS,
      fault: { f: "start-partition", shape: "one", grudge: split(["n0", "n1", "n2"], 1) },
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
  const { options } = await shrink(tellsLate, {
    ...optionsOf("-w broadcast --node-count 5 --time-limit 1 --nemesis kill --seed 1"),
    script: [broadcast(100, 1)],
    faults: () => [{ timeNs: 200 * NS_PER_MS, fault: { f: "kill", nodes: ["n3", "n1"] } }],
  });
  assertEquals(options.nodes, ["n1"]);
  assertEquals([...options.faults?.(options.nodes, new Random(1)) ?? []], [
    { timeNs: 100 * NS_PER_MS, fault: { f: "kill", nodes: ["n1"] } },
  ]);
});

Deno.test("attempts are bounded and counted", async () => {
  const tried: number[] = [];
  const options = optionsOf(
    "-w echo --node-count 1 --concurrency 5 --rate 40 --time-limit 3 --seed 1",
  );
  const small = await shrink(answersAnother, options, {
    maxAttempts: 7,
    tried: (attempts) => tried.push(attempts),
  });
  assertEquals([small.attempts, tried], [7, [1, 2, 3, 4, 5, 6, 7]]);
  assertEquals(small.ways, ["workload invalid"]);
});

Deno.test("a run that does not fail cannot be shrunk", async () => {
  const echo: Program = (node) => {
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  };
  const options = optionsOf("-w echo --node-count 1 --time-limit 1 --seed 1");
  await assertRejects(() => shrink(echo, options), Error, "seed 1 does not fail");
});

Deno.test("a crash is shrunk like any other failure", async () => {
  let lives = 0;
  const failing: Program = (node) => {
    if (++lives % 2 === 0) throw new Error("every second life fails");
    node.on(Echo.echo, async ({ echo }) => {
      await delay(1);
      return { type: "echo_ok", echo };
    });
  };
  const options = optionsOf(
    "-w echo --node-count 1 --time-limit 5 --rate 20 --nemesis kill --nemesis-interval 1 --seed 2",
  );
  const { ways } = await shrink(failing, options, { maxAttempts: 20 });
  assertEquals(ways, ["crash: n# did not start: every second life fails"]);
});
