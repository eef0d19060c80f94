import { assert, assertEquals } from "@std/assert";
import { NS_PER_MS } from "../../history/operations.ts";
import type { Node } from "../../node.ts";
import { simulateOnce } from "../../simulator/simulate_once.ts";
import { Broadcast } from "../../workloads.ts";
import { ProgressRecorder, type Reading } from "./progress.ts";

function single(node: Node): void {
  const values: number[] = [];
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: values }));
  node.on(Broadcast.broadcast, ({ message }) => {
    values.push(message);
    return { type: "broadcast_ok" };
  });
}

Deno.test("a reading is made whenever a phase or a fault begins or ends", async () => {
  const readings: Reading[] = [];
  const recorder = new ProgressRecorder((reading) => readings.push(reading));
  const grudge = { n0: ["n1"], n1: ["n0"] };
  await simulateOnce(single, {
    workload: "broadcast",
    nodeCount: 2,
    rate: 20,
    timeLimitS: 4,
    faults: [
      { timeS: 1, f: "start-partition", shape: "one", grudge },
      { timeS: 2.5, f: "stop-partition" },
    ],
  }, recorder.observer);
  const phases = readings.map(({ phase, timeS, faults }) => [
    phase,
    phase === "running" ? timeS : "",
    ...faults.map(({ label, fromS }) => `${label} since ${fromS}`),
  ]);
  assertEquals(phases.slice(0, 4), [
    ["starting", ""],
    ["running", 0.001],
    ["running", 1, "cut: n0 | n1 since 1"],
    ["running", 2.5],
  ]);
  assertEquals(phases.at(-1), ["checking", ""]);
  const [first, last] = [readings[0], readings.at(-1)];
  assertEquals([first?.invoked, first?.ok, first?.latencyMs], [0, 0, []]);
  assert((last?.invoked ?? 0) > 50);
  assertEquals(last?.ok, last?.invoked);
  assertEquals(readings[2]?.latencyMs.length, 3);
});

Deno.test("latencies and problems are those since the reading before", () => {
  const readings: Reading[] = [];
  const recorder = new ProgressRecorder((reading) => readings.push(reading));
  const { op, problem } = recorder.observer;
  const event = { index: 0, f: "read", value: null } as const;
  for (const [process, tookMs] of [[0, 10], [1, 30], [2, 20]] as const) {
    op?.({ ...event, process, type: "invoke", time: 5_000 });
    op?.({ ...event, process, type: "ok", time: 5_000 + tookMs * NS_PER_MS });
  }
  op?.({ ...event, process: 0, type: "invoke", time: 5_000 });
  op?.({ ...event, process: 0, type: "info", time: 6_000 });
  for (let i = 0; i < 9; i++) {
    problem?.({ node: "n0", timeNs: 0, text: `trouble ${i}`, consequence: "" });
  }
  recorder.read();
  recorder.read();
  assertEquals(readings.map(({ latencyMs }) => latencyMs), [[20, 30, 30], []]);
  assertEquals(readings.map(({ ok, info }) => [ok, info]), [[3, 1], [3, 1]]);
  assertEquals(readings.map(({ problems }) => problems.length), [5, 0]);
  assert(readings[0]?.problems[0]?.includes("trouble 0"));
});
