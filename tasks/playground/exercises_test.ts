import { assert, assertEquals } from "@std/assert";
import { loadSource } from "../../lib/playground/engine/load_source.ts";
import { NUMBERS } from "../../lib/playground/option_fields.ts";
import { makePages } from "../../lib/playground/site.ts";
import { failureSignature } from "../../lib/simulator/failure.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { readChallenges, readFaults, readSandbox } from "./exercises.ts";

Deno.test("every run that pages ask for is one that their forms allow", () => {
  const runs = [
    ...readChallenges().flatMap(({ runs }) => runs),
    ...readFaults().map(({ run }) => run),
    ...readSandbox().programs.map(({ options }) => options),
  ];
  for (const run of runs) {
    for (const { field, standard, min, max } of NUMBERS) {
      const value = run[field] ?? standard;
      assert(min <= value && value <= max, `${run.workload}: ${field} ${value}`);
    }
  }
});

Deno.test("a browser can load every node that pages offer", async () => {
  for (const { solution } of readChallenges()) await loadSource(solution);
  for (const { code } of readSandbox().programs) await loadSource(code);
});

Deno.test("every faulty node is an exercise whose fault shows, and whose name tells nothing", async () => {
  const faults = readFaults();
  for (const { starter, run } of faults) {
    assert(!/serve|import\.meta|Faulty/.test(starter), starter);
    assert(/export default function program\(/.test(starter), starter);
    await loadSource(starter);
    assert(run.timeLimitS !== undefined);
  }
  const [first] = faults;
  assert(first !== undefined);
  const result = await simulateOnce(await loadSource(first.starter), first.run);
  assertEquals(failureSignature(result), ["workload invalid"]);
});

Deno.test("the sandbox has a program for whatever code is brought to it", () => {
  const offered = new Set(readSandbox().programs.map(({ options }) => options.workload));
  const needed = new Set([
    ...readChallenges().flatMap(({ runs }) => runs.map(({ workload }) => workload)),
    ...readFaults().map(({ run }) => run.workload),
  ]);
  assertEquals([...needed.difference(offered)], []);
});

Deno.test("pages name only what is beside them, and hold what they say as text", () => {
  const [fault] = readFaults();
  assert(fault !== undefined);
  const hostile = { ...fault, starter: "</script><script>alert(1)</script>" };
  const pages = makePages({
    challenges: readChallenges(),
    faults: [hostile],
    sandbox: readSandbox(),
  });
  for (const [name, text] of pages) {
    const addresses = [...text.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, address]) =>
      address ?? ""
    );
    const loaded = addresses.filter((address) => !address.startsWith("https://"));
    for (const address of loaded) {
      assert(/^(assets\/[\w.]+|[\w.-]+\.html|#main|data:,)$/.test(address), `${name}: ${address}`);
      if (address.endsWith(".html")) assert(pages.has(address), `${name}: ${address}`);
    }
    assert(!text.includes("<script>"), name);
  }
});

Deno.test("beside a learner's figures stand the cheapest published ones within the limits", () => {
  const published = Object.fromEntries(readChallenges().map((one) => [one.id, one.published]));
  const { "3d": fast, "3e": lean, "5c": log, "1": echo } = published;
  assert((fast?.["stableMedianMs"] ?? Infinity) < 400 && (fast?.["stableMaxMs"] ?? Infinity) < 600);
  assert((lean?.["serverMessagesPerOp"] ?? Infinity) < (fast?.["serverMessagesPerOp"] ?? 0));
  assertEquals(log, { serverMessagesPerOp: 1.39 });
  assertEquals(echo, undefined);
});
