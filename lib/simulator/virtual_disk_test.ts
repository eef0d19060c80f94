import { assert, assertEquals, assertRejects } from "@std/assert";
import acknowledgedBeforeSynced from "../../nodes/faulty/acknowledged_before_synced.ts";
import singleNodeBroadcast from "../../nodes/3a_single_node_broadcast.ts";
import { planOf, type PlanOptions } from "../workbench/plan.ts";
import { failureSignature } from "./failure.ts";
import { shrink } from "./shrink.ts";
import { simulateOnce } from "./simulate_once.ts";
import { diskOptionsOf } from "../workbench/faults/disks.ts";
import { Random } from "../workbench/random.ts";
import { transcribe } from "./trace.ts";
import { VirtualDisk } from "./virtual_disk.ts";

/** Everything that a disk can do. */
const TROUBLED: PlanOptions = {
  workload: "broadcast",
  nodeCount: 1,
  concurrency: 60,
  timeLimitS: 20,
  rate: 100,
  faults: ["kill"],
  disk: ["slow", "torn", "failing", "full"],
  faultIntervalS: 0.4,
  availability: 0,
  seed: 1,
};

async function transcript(options: PlanOptions): Promise<string> {
  const lines: string[] = [];
  const trace = transcribe((line) => lines.push(line));
  await simulateOnce(singleNodeBroadcast, options, trace);
  trace.end();
  return lines.join("\n");
}

Deno.test("a transcript shows what disks do, and a seed decides all of it", async () => {
  const text = await transcript(TROUBLED);
  for (
    const what of [
      /n0 +disk: synced after \d+\.\d ms/,
      /n0 +disk: sync failed/,
      /n0 +disk: no space left/,
      /n0 +disk: lost \d+ bytes of n0\.journal that were not synced and kept \d+ before them/,
      /n0 +logs: virtual:\/n0\/n0\.journal: cut off the last \d+ bytes/,
      /nemesis +fail-sync \["n0"\]/,
      /nemesis +fill-disk \["n0"\]/,
      /nemesis +free-disk \["n0"\]/,
    ]
  ) assert(what.test(text), String(what));
  assertEquals(await transcript(TROUBLED), text);
});

Deno.test("a perfect disk loses nothing that a node has waited for, and takes no time", async () => {
  const { disk: _, ...options } = TROUBLED;
  for (const seed of [1, 2, 3]) {
    assertEquals(
      failureSignature(await simulateOnce(singleNodeBroadcast, { ...options, seed })),
      [],
    );
  }
  assert(!(await transcript(options)).includes("disk: synced"));
});

Deno.test("what disks do is left out of a small run where it is not needed", async () => {
  const { plan, signature, operations, faults } = await shrink(acknowledgedBeforeSynced, TROUBLED);
  assertEquals(signature, ["lost"]);
  assertEquals([operations, faults], [1, 1], JSON.stringify(plan.faults));
  assert((plan.disk ?? []).length <= 1, plan.disk?.join());
  assertEquals(failureSignature(await simulateOnce(acknowledgedBeforeSynced, planOf(plan))), [
    "lost",
  ]);
});

Deno.test("a disk holds 64 MiB, whatever a program writes", async () => {
  const disk = new VirtualDisk(diskOptionsOf([]), new Random(1));
  const { create } = disk.open("journal", { later: () => {}, report: () => {} });
  const file = await create("all");
  const bytes = new Uint8Array(16 * 1024 * 1024);
  for (let i = 0; i < 4; i++) await file.write(bytes);
  await assertRejects(() => file.write(bytes.subarray(0, 1)), Error, "no space left");
});
