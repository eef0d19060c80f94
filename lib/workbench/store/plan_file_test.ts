import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { prettyEdn } from "../../history/edn.ts";
import { UsageError } from "../option.ts";
import { planOf } from "../plan.ts";
import { planToEdn, readPlan, writePlan } from "./plan_file.ts";

/** Calls with the path of a folder that holds some files, and is gone afterwards. */
function withFiles(files: Record<string, string>, story: (dir: string) => void): void {
  const dir = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(join(dir, name), text);
    story(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("a plan is read from where it was written", () => {
  withFiles({}, (dir) => {
    const plan = planOf({ workload: "echo", program: "x.ts", faults: ["kill"], loss: 0.1 });
    writePlan(dir, plan);
    assertEquals(readPlan(dir), { options: plan, engine: "workbench" });
  });
});

Deno.test("without a plan, a run of Maelstrom's is repeated from its command line", () => {
  const log = "Command line:\nlein run test -w txn-list-append --bin /x/node --node-count 3 " +
    '--consistency-models "read-committed , snapshot-isolation" --availability total ' +
    "--log-stderr --concurrency 4n -- --slow\n\nTest run\n";
  withFiles({ "jepsen.log": log }, (dir) => {
    assertEquals(readPlan(dir), {
      engine: "maelstrom",
      options: {
        workload: "txn-list-append",
        program: "/x/node",
        nodeCount: 3,
        concurrency: "4n",
        consistencyModels: ["read-committed", "snapshot-isolation"],
        availability: 1,
        args: ["--slow"],
      },
    });
  });
});

Deno.test("a folder that repeats nothing is refused in a sentence", () => {
  const refusal = (dir: string) => assertThrows(() => readPlan(dir), UsageError).message;
  assertEquals(refusal("/no/such/run"), "there is no /no/such/run");
  withFiles({ "history.edn": "" }, (dir) => {
    const message = `${dir} holds neither a plan.json nor a jepsen.log with a command line`;
    assertEquals(refusal(dir), message);
  });
  withFiles({ "plan.json": '{"workload": "echo", "rate": "fast"}' }, (dir) => {
    const message = `${dir}/plan.json: rate must be a number of at least 0, got "fast"`;
    assertEquals(refusal(dir), message);
  });
  withFiles({ "plan.json": "{" }, (dir) => {
    assertEquals(refusal(dir), `${dir}/plan.json: it is not JSON`);
  });
  withFiles({ "jepsen.log": "lein run test -w echo --fast\n" }, (dir) => {
    assertEquals(refusal(dir), `the command line in ${dir}/jepsen.log: unknown option --fast`);
  });
});

Deno.test("as EDN, a plan has Maelstrom's names, and faults that are written down", () => {
  const faults = [{ timeS: 1.5, f: "kill", nodes: ["n0"] }] as const;
  const text = prettyEdn(planToEdn(planOf({ workload: "echo", nodeCount: 1, faults })));
  assertEquals(
    text.replaceAll(/\s+/g, " "),
    '{:workload :echo, :bin nil, :args [], :nodes ["n0"], :concurrency 1, :rate 5, ' +
      ":time-limit 60, :latency {:mean 0, :dist :constant}, :loss 0, :duplication 0, " +
      ':topology :grid, :nemesis [{:timeS 1.5, :f "kill", :nodes ["n0"]}], ' +
      ":nemesis-interval 10, :key-count 10, :max-txn-length 4, :max-writes-per-key 16, " +
      ':seed "1"}',
  );
});
