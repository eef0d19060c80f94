import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { writeLimits } from "../lib/report/limits_file.ts";
import { writeRecord } from "../lib/report/runs/record.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { planOf } from "../lib/workbench/plan.ts";
import { writePlan } from "../lib/workbench/store/plan_file.ts";
import { main } from "./again.ts";
import { runDeno, withFolder } from "../lib/testing/process.ts";
import { fromRoot, nodeScript } from "./testing/scripts.ts";

const ECHO = `reply '"type":"echo_ok","echo":"'"$echo"'"'`;

/** Runs a task as a process, in a folder. */
function task(folder: string, name: string, ...argv: string[]) {
  return runDeno([
    ...["run", "--quiet", "--config", fromRoot("deno.json")],
    ...[
      "--allow-read",
      "--allow-write=results",
      "--allow-run",
      "--allow-env=PATH,TMPDIR,MAELSTROM",
    ],
    ...[fromRoot("tasks/cli.ts"), name, ...argv],
  ], folder);
}

const invoked = (folder: string) =>
  Deno.readTextFileSync(join(folder, "results/runs/latest/history.edn"))
    .split("\n").filter((line) => line.includes(":type :invoke"))
    .map((line) => /:value (.*)}/.exec(line)?.[1]);

Deno.test("the last run is repeated with its seed, node and arguments, or with others", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "node"), nodeScript(ECHO), { mode: 0o755 });
    const options = ["--node-count", "2", "--time-limit", "1", "--rate", "20", "--seed", "7"];
    const argv = ["test", "-w", "echo", "--bin", "./node", ...options, "--", folder];
    assertEquals((await task(folder, "workbench", ...argv)).code, 0);
    const first = invoked(folder);
    const again = await task(folder, "again");
    assertEquals(again.code, 0, again.err);
    assertMatch(again.out, /^Engine: the embedded workbench/);
    assertMatch(again.out, /echo: -w echo --node-count 2 --time-limit 1 --rate 20 -- /);
    const common = Math.min(first.length, invoked(folder).length); // real time is not exact
    assertEquals(invoked(folder).slice(0, common), first.slice(0, common));
    const other = await task(folder, "again", "results/runs/latest", "--rate", "0", "--quiet");
    assertEquals([other.code, other.err], [0, ""]);
    assertEquals(invoked(folder), []);
    const { rate, seed } = JSON.parse(
      Deno.readTextFileSync(join(folder, "results/runs/latest/plan.json")),
    );
    assertEquals([rate, seed], [0, "7"]);
  }));

Deno.test("a run of processes is repeated in the simulator", () =>
  withFolder(async (folder) => {
    const program = fromRoot("nodes/1_echo.ts");
    const plan = { workload: "echo", program, nodeCount: 1, timeLimitS: 2, seed: "3" };
    await Deno.writeTextFile(join(folder, "plan.json"), JSON.stringify(plan));
    const { code, out, err } = await task(folder, "again", ".", "--engine", "simulator");
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^Engine: the simulator/);
    assertMatch(out, /✓ pass {2}echo/);
  }));

Deno.test("a challenge that somebody's node ran is called so again; with nodes down its limits do not hold", () =>
  withFolder(async (folder) => {
    const program = join(folder, "my_node.ts");
    await Deno.writeTextFile(program, `export { default } from "${fromRoot("nodes/1_echo.ts")}";`);
    writePlan(
      folder,
      planOf({ workload: "echo", program, nodeCount: 1, timeLimitS: 20, seed: "3" }),
    );
    writeLimits(folder, [{ name: "operations", metric: "operations", max: 1 }]);
    const about = {
      challenge: "1",
      workload: "echo",
      program,
      engine: "workbench",
      options: [],
    } as const;
    const outcome = { verdict: "pass", headline: "", limits: [], figures: [] } as const;
    writeRecord(folder, { ...about, ...outcome, metrics: {}, latencyMs: [] });
    const again = (...words: string[]) =>
      task(folder, "again", ".", "--engine", "simulator", ...words);
    assertMatch((await again()).out, /✗ fail {2}1 {2}Echo\n {2}Correct, but beyond its limit/);
    const killed = await again("--nemesis", "pause", "--nemesis-interval", "2");
    assertMatch(killed.out, /✓ pass {2}1 {2}Echo/);
  }));

Deno.test("what cannot be repeated is refused in a line", () =>
  withFolder(async (folder) => {
    await assertRejects(() => main(["/no/such/run"]), UsageError, "there is no /no/such/run");
    await assertRejects(() => main([folder]), UsageError, "holds neither a plan.json nor");
    const plan = { workload: "echo", program: "/nowhere/node", loss: 0.1 };
    await Deno.writeTextFile(join(folder, "plan.json"), JSON.stringify(plan));
    await assertRejects(() => main([folder]), UsageError, "there is no file /nowhere/node");
    await assertRejects(
      () => main([folder, "--engine", "simulator", "--log-stderr"]),
      UsageError,
      "--log-stderr means nothing to the simulator, only to Maelstrom and the workbench",
    );
  }));
