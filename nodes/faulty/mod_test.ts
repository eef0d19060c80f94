import { assert, assertEquals } from "@std/assert";
import { isEdnObject, numberOf } from "../../lib/history/edn.ts";
import type { EdnObject } from "../../lib/history/edn.ts";
import { ProcessHost } from "../../lib/workbench/hosts/process.ts";
import { RealClock } from "../../lib/workbench/clock/real_clock.ts";
import { parseTestOptions } from "../../lib/workbench/command_line.ts";
import type { RunResult } from "../../lib/workbench/result.ts";
import { run } from "../../lib/workbench/run.ts";
import { failureSignature } from "../../lib/simulator/failure.ts";
import { simulate } from "../../lib/simulator/simulate.ts";
import { BROKEN, type Broken } from "./mod.ts";

const SEEDS = ["1", "2", "3"];

function assertFlagged(broken: Broken, outcome: RunResult): void {
  const { ways, besides = [], messagesPerOpAbove, beyond } = broken;
  assertEquals(outcome.crash, undefined);
  assertEquals(failureSignature(outcome).filter((way) => !besides.includes(way)), ways);
  if (beyond !== undefined) assertFlaggedBeyond(beyond, outcome.finalStates ?? {});
  else if (messagesPerOpAbove === undefined) assert(ways.length > 0, "a fault must show somehow");
  else assert(messagesPerOp(outcome.results ?? {}) > messagesPerOpAbove);
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

for (const broken of BROKEN) {
  const { file, program, options } = broken;
  Deno.test(`the simulator finds out ${file}`, async () => {
    for (const seed of SEEDS) {
      const { run } = parseTestOptions([...options.split(" "), "--seed", seed], {
        simulated: true,
      });
      assertFlagged(broken, await simulate(program, run));
    }
  });
}

Deno.test("every program in the folder is in the table", () => {
  const others = new Set(["mod.ts", "mod_test.ts", "serve.ts"]);
  const files = [...Deno.readDirSync(new URL(".", import.meta.url))].map(({ name }) => name);
  assertEquals(
    files.filter((name) => name.endsWith(".ts") && !others.has(name)).sort(),
    BROKEN.map(({ file }) => file).sort(),
  );
});

/** Those that show themselves in a few seconds of real time; `BROKEN_AS_PROCESSES=all` runs all. */
const QUICK = ["answers_another.ts", "duplicate_ids_after_restart.ts"];
const all = Deno.env.get("BROKEN_AS_PROCESSES") === "all";

for (const broken of BROKEN.filter(({ file }) => all || QUICK.includes(file))) {
  Deno.test(`the workbench finds out ${broken.file}, run as processes`, async () => {
    const path = (name: string) => new URL(name, import.meta.url).pathname;
    const argv = [...broken.options.split(" "), "--seed", "1"];
    const outcome = await run(parseTestOptions(argv).run, {
      clock: new RealClock(),
      host: new ProcessHost({ bin: path("serve.ts"), args: [path(broken.file)] }),
    });
    assertFlagged(broken, outcome);
  });
}
