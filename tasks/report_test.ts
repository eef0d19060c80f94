import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { type Op, printHistory } from "../lib/history/operations.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { planOf } from "../lib/workbench/plan.ts";
import { writePlan } from "../lib/workbench/store/plan_file.ts";
import { withFolder } from "../lib/testing/process.ts";
import { main } from "./report.ts";
import { fromRoot } from "./testing/scripts.ts";

Deno.test("the page of a stored run is written into its folder, also without messages", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const op = { process: 0, f: "echo", value: "a <b>" } as const;
    const history: Op[] = [
      { ...op, index: 0, time: 0, type: "invoke" },
      { ...op, index: 1, time: 2_000, type: "ok" },
    ];
    writePlan(dir, planOf({ workload: "echo", program: "nodes/1_echo.ts", nodeCount: 1 }));
    Deno.writeTextFileSync(join(dir, "history.edn"), printHistory(history));
    Deno.writeTextFileSync(join(dir, "results.edn"), "{:workload {:valid? true}, :valid? true}");
    main([dir]);
    const page = Deno.readTextFileSync(join(dir, "report.html"));
    assertMatch(page, /✓ pass<\/span>\s*<h1>1: Echo<\/h1>/);
    assertMatch(page, /href="history\.edn"/);
    assertMatch(page, /no journal of its messages/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  const { message } = assertThrows(() => main([dir]), UsageError);
  assertEquals(message, `There is no ${dir}.`);
});

Deno.test("the page of a run of Maelstrom's shows the messages that Maelstrom kept", () =>
  withFolder((folder) => {
    const recorded = fromRoot("lib/workbench/store/testdata/lin-kv");
    for (const name of ["history.edn", ...journalFiles(recorded)]) {
      Deno.mkdirSync(join(folder, "net-journal"), { recursive: true });
      Deno.copyFileSync(join(recorded, name), join(folder, name));
    }
    const options = "-w lin-kv --node-count 2 --concurrency 2n --time-limit 4";
    Deno.writeTextFileSync(join(folder, "jepsen.log"), `lein run test ${options} --bin node\n`);
    Deno.writeTextFileSync(
      join(folder, "results.edn"),
      "{:workload {:valid? true, :results {}, :failures []}, :valid? true}",
    );
    main([folder]);
    const page = Deno.readTextFileSync(join(folder, "report.html"));
    assertMatch(page, /Maelstrom records what is sent and received/);
    assertMatch(page, /<th scope="row">read_ok<\/th><td>\d+<\/td><td>\d+<\/td>/);
  }));

function journalFiles(dir: string): string[] {
  return [...Deno.readDirSync(join(dir, "net-journal"))].map(({ name }) => `net-journal/${name}`);
}
