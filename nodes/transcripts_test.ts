/**
 * Stories about the nodes in virtual time, kept as documents in `transcripts/`.
 *
 * `deno test -A nodes/transcripts_test.ts -- --update` records them again.
 *
 * @module
 */
import type { Program } from "../lib/node.ts";
import { shrink } from "../lib/simulator/shrink.ts";
import { simulateOnce } from "../lib/simulator/simulate_once.ts";
import { transcribe } from "../lib/simulator/trace.ts";
import {
  assertTranscript,
  scenario,
  type ScenarioOptions,
  type World,
} from "../lib/testing/mod.ts";
import { Broadcast, Counter, Kafka, TxnListAppend } from "../lib/workloads.ts";
import faultTolerantBroadcast from "./3c_fault_tolerant_broadcast.ts";
import growOnlyCounter from "./4_grow_only_counter.ts";
import efficientLog from "./5c_efficient_log.ts";
import lostOnPartition from "./faulty/lost_on_partition.ts";
import listAppend from "./txn_list_append.ts";

const fileOf = (name: string) => new URL(`transcripts/${name}.txt`, import.meta.url);

/** Tells a story, and compares its transcript with the file of that name. */
function story(
  name: string,
  program: Program,
  options: ScenarioOptions,
  tell: (world: World) => Promise<void>,
): void {
  Deno.test(`${name}.txt tells what happens`, async () => {
    const lines: string[] = [];
    await scenario(program, { ...options, transcript: (line) => lines.push(line) }, tell);
    await assertTranscript(fileOf(name), lines);
  });
}

const broadcast = (world: World, node: string, message: number) =>
  world.ask(node, Broadcast.broadcast, { message });
const readAll = (world: World) =>
  Promise.all(world.nodes.map((node) => world.ask(node, Broadcast.read, {})));

story("3c_partition", faultTolerantBroadcast, { nodes: 3, latencyMs: 10 }, async (world) => {
  world.title("all connected");
  await broadcast(world, "n1", 1);
  await world.pass(1_500);
  world.title("n2 is cut off");
  world.partition(["n0", "n1"], ["n2"]);
  await broadcast(world, "n1", 2);
  await broadcast(world, "n2", 3);
  await world.pass(2_500);
  await readAll(world);
  world.title("together again");
  world.heal();
  await world.pass(2_500);
  await readAll(world);
});

story("3c_new_root", faultTolerantBroadcast, { nodes: 3, latencyMs: 10 }, async (world) => {
  world.title("n0 is the root");
  await broadcast(world, "n2", 1);
  await world.pass(1_500);
  world.title("the root is cut off");
  world.partition(["n0"], ["n1", "n2"]);
  await broadcast(world, "n2", 2);
  await world.pass(2_500);
  await broadcast(world, "n2", 3);
  await world.pass(2_500);
  world.title("the root is back");
  world.heal();
  await world.pass(2_500);
  await broadcast(world, "n2", 4);
  await world.pass(500);
  await readAll(world);
});

story("5c_leader_cut_off", efficientLog, { nodes: 2, latencyMs: 5 }, async (world) => {
  const send = (node: string, msg: number) => world.ask(node, Kafka.send, { key: "k", msg });
  const poll = (node: string) => world.ask(node, Kafka.poll, { offsets: { k: 0 } });
  world.title("n0 leads, n1 follows");
  await send("n1", 10);
  await world.pass(100);
  world.title("the leader is cut off");
  world.partition(["n0"], ["n1"]);
  const underWay = send("n1", 11);
  await world.pass(1_500);
  await send("n1", 12).catch(() => {});
  await send("n0", 13);
  await poll("n1");
  world.title("together again");
  world.heal();
  await underWay;
  await poll("n1");
});

story("4_slow_store", growOnlyCounter, { nodes: 2, latencyMs: 10 }, async (world) => {
  const add = (node: string, delta: number) => world.ask(node, Counter.add, { delta });
  const read = (node: string) => world.ask(node, Counter.read, {});
  world.title("the store answers");
  await add("n0", 5);
  await world.pass(1_000);
  world.title("the store is slow");
  world.hold("seq-kv");
  await add("n0", 3);
  await world.pass(1_500);
  world.release("seq-kv");
  await world.pass(1_500);
  await read("n1");
});

story("txn_list_append_lost_race", listAppend, { nodes: 2, latencyMs: 10 }, async (world) => {
  world.title("two transactions at once");
  await Promise.all([
    world.ask("n0", TxnListAppend.txn, { txn: [["append", 1, 10]] }),
    world.ask("n1", TxnListAppend.txn, { txn: [["r", 1, null], ["append", 1, 11]] }),
  ]);
  world.title("the result");
  await world.ask("n0", TxnListAppend.txn, { txn: [["r", 1, null]] });
});

Deno.test("faulty_lost_on_partition_shrunk.txt tells what happens", async () => {
  const { plan, operations, faults } = await shrink(lostOnPartition, {
    workload: "broadcast",
    nodeCount: 5,
    timeLimitS: 20,
    rate: 20,
    latencyMs: 10,
    faults: ["partition"],
    faultIntervalS: 2,
    seed: 1,
  });
  const lines: string[] = [];
  const transcriber = transcribe((line) => lines.push(line), { promptMs: 1 });
  transcriber.heading(`seed 1, shrunk; operations: ${operations}, faults: ${faults}`);
  await simulateOnce(lostOnPartition, plan, transcriber);
  transcriber.end();
  await assertTranscript(fileOf("faulty_lost_on_partition_shrunk"), lines);
});
