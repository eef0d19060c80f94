import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { withFolder } from "../testing/process.ts";
import { UsageError } from "./option.ts";
import type { PlanOptions } from "./plan.ts";
import { runProcesses } from "./processes.ts";

const nodeFile = (name: string) => fileURLToPath(new URL(`../../nodes/${name}`, import.meta.url));
const ECHO: PlanOptions = {
  workload: "echo",
  program: nodeFile("1_echo.ts"),
  nodeCount: 1,
  rate: 50,
  timeLimitS: 0.2,
};

Deno.test("a plan is run against processes, while somebody watches", async () => {
  const phases: string[] = [];
  const observer = { phase: (phase: string) => phases.push(phase) };
  const { results, history } = await runProcesses(ECHO, { observer });
  assertEquals(results?.["valid?"], true);
  assert(history.some(({ type }) => type === "ok"));
  assertEquals(phases, ["starting", "running", "stopping", "checking"]);
});

Deno.test("a signal ends a run of processes, with its reason", async () => {
  const enough = new AbortController();
  const observer = { op: () => enough.abort(new Error("enough")) };
  const running = runProcesses({ ...ECHO, timeLimitS: 60 }, { observer, signal: enough.signal });
  await assertRejects(() => running, Error, "enough");
});

Deno.test("nodes keep their journals in the folder that is named", () =>
  withFolder(async (journals) => {
    const plan = {
      ...ECHO,
      workload: "broadcast",
      program: nodeFile("3a_single_node_broadcast.ts"),
    };
    const enough = new AbortController();
    const observer = {
      op: ({ type }: { type: string }) => {
        if (type === "ok") enough.abort(new Error("enough"));
      },
    };
    const running = runProcesses(plan, { journals, observer, signal: enough.signal });
    await assertRejects(() => running, Error, "enough");
    const files = [...Deno.readDirSync(`${journals}/journal`)].map(({ name }) => name);
    assert(files.some((name) => name.startsWith("n0")), files.join());
  }));

Deno.test("a plan without a program is refused", async () => {
  await assertRejects(() => runProcesses({ workload: "echo" }), UsageError, "program is missing");
});
