import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { type EdnObject, isEdnObject, numberOf } from "../../lib/history/edn.ts";
import { ProcessHost } from "../../lib/workbench/hosts/process.ts";
import { RealClock } from "../../lib/workbench/clock/real_clock.ts";
import { applyGiven, parseRunOptions } from "../../lib/workbench/command_line.ts";
import { type Plan, planOf } from "../../lib/workbench/plan.ts";
import type { RunResult } from "../../lib/workbench/result.ts";
import { run } from "../../lib/workbench/run.ts";
import { failureSignature } from "../../lib/simulator/failure.ts";
import { loadProgram } from "../../lib/simulator/program.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { type Evidence, FAULTY } from "./mod.ts";

/** How many seeds must each expose a fault. */
const SEEDS = Number(Deno.env.get("FAULTY_SEEDS") ?? 1);

const urlOf = (file: string) => new URL(file, import.meta.url);

/** The run that a node's header asks for. */
async function planFor(file: string, seed: string): Promise<Plan> {
  const text = (await Deno.readTextFile(urlOf(file))).replaceAll(/ \\\n \* +/g, " ");
  const [, options = ""] = text.split(`\n *     deno task sim nodes/faulty/${file} `);
  const words = options.split("\n")[0]?.split(" ") ?? [];
  return planOf({ ...applyGiven({}, parseRunOptions(words)), seed });
}

function assertFlagged(evidence: Evidence, outcome: RunResult): void {
  const { signature, mayAlsoShow = [], messagesPerOpAbove, finalStates } = evidence;
  assertEquals(outcome.crash, undefined);
  assertEquals(failureSignature(outcome).filter((part) => !mayAlsoShow.includes(part)), signature);
  if (finalStates !== undefined) assertFlaggedBeyond(finalStates, outcome.finalStates ?? {});
  else if (messagesPerOpAbove === undefined) {
    assert(signature.length > 0, "a fault must show somehow");
  } else assert(messagesPerOp(outcome.results ?? {}) > messagesPerOpAbove);
}

function assertFlaggedBeyond(keys: readonly string[], finalStates: EdnObject): void {
  assertEquals(finalStates["valid?"], false);
  for (const key of keys) {
    const found = finalStates[key] ?? null;
    assert(Array.isArray(found) ? found.length > 0 : Number(found) > 0, key);
  }
}

function messagesPerOp({ net = null }: EdnObject): number {
  const servers = isEdnObject(net) ? net["servers"] ?? null : null;
  return numberOf(isEdnObject(servers) ? servers["msgs-per-op"] ?? null : null) ?? 0;
}

for (const [file, evidence] of Object.entries(FAULTY)) {
  Deno.test(`the simulator exposes ${file} by the command in its header`, async () => {
    const program = await loadProgram(urlOf(file).href);
    for (let seed = 1; seed <= SEEDS; seed++) {
      assertFlagged(evidence, await simulateOnce(program, await planFor(file, `${seed}`)));
    }
  });
}

Deno.test("the index lists every node in the folder", async () => {
  const files = await Array.fromAsync(Deno.readDir(urlOf(".")), ({ name }) => name);
  assertEquals(
    files.filter((name) => !name.startsWith("mod")).sort(),
    Object.keys(FAULTY).sort(),
  );
});

/** Those whose fault shows within seconds of real time; `FAULTY_AS_PROCESSES=all` runs all. */
const QUICK = ["answers_another.ts", "duplicate_ids_after_restart.ts"];
const all = Deno.env.get("FAULTY_AS_PROCESSES") === "all";

for (const file of Object.keys(FAULTY).filter((file) => all || QUICK.includes(file))) {
  const plan = await planFor(file, "1");
  if (plan.disk !== undefined) continue; // a process has the machine's disk, which fails no test
  Deno.test(`the workbench exposes ${file}, run as processes`, async () => {
    const outcome = await run(plan, {
      clock: new RealClock(),
      host: new ProcessHost({ bin: fileURLToPath(urlOf(file)) }),
    });
    assertFlagged(FAULTY[file] ?? { signature: [] }, outcome);
  });
}
