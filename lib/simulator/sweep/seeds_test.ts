import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../workbench/option.ts";
import { simulateOnce } from "../simulate_once.ts";
import { loadProgram } from "../program.ts";
import { failureSignature } from "../failure.ts";
import { sweep } from "./seeds.ts";

const at = (path: string) => new URL(path, import.meta.url);
const FORGETS = at("../../../nodes/faulty/forgets_under_load.ts");
const BROADCAST = { workload: "broadcast", nodeCount: 2, timeLimitS: 4, rate: 20 };

Deno.test("a sweep says how each run ended, as the simulation of that seed does", async () => {
  const seen: string[] = [];
  const ended = ({ seed }: { readonly seed: string }) => void seen.push(seed);
  const options = { ...BROADCAST, seeds: 4, firstSeed: 6, workers: 2, ended };
  const runs = await sweep(FORGETS, options);
  assertEquals(runs.map(({ seed }) => seed), ["6", "7", "8", "9"]);
  assertEquals(seen.sort(), ["6", "7", "8", "9"]);
  const program = await loadProgram(FORGETS.href);
  const alone = await simulateOnce(program, { ...BROADCAST, seed: 8 });
  const isValid = alone.results?.["valid?"] === true;
  assertEquals(runs[2], { seed: "8", isValid, signature: failureSignature(alone) });
});

Deno.test("a sweep ends at a failure if it is to, and is interrupted at once", async () => {
  const counts = at("testdata/counts_at_top_level.ts");
  const options = { workload: "unique-ids", nodeCount: 3, timeLimitS: 2, workers: 1 };
  const runs = await sweep(counts, { ...options, seeds: 1000, stopAtFailure: true });
  assertEquals(runs, [{ seed: "1", isValid: false, signature: ["duplicated"] }]);
  const signal = AbortSignal.abort("enough");
  assertEquals(await sweep(counts, { ...options, seeds: 2, signal }).catch((why) => why), "enough");
});

Deno.test("what a simulation cannot hold is a failure, and what is no program an error", async () => {
  const options = { workload: "echo", nodeCount: 1, timeLimitS: 1, seeds: 1, workers: 1 };
  const [run] = await sweep(at("testdata/reads_files.ts"), options);
  assert(run?.signature[0]?.includes("real input and output"), run?.signature[0]);
  assertEquals(run?.isValid, false);
  await assertRejects(() => sweep(at("pool.ts"), options), Error, "must export the program");
  for (const wrong of [{ seeds: 0 }, { workers: 1.5 }, { rate: -1 }]) {
    await assertRejects(() => sweep(FORGETS, { ...options, ...wrong }), UsageError);
  }
});
