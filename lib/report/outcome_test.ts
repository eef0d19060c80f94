import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { EdnObject } from "../history/edn.ts";
import { workloads } from "../workbench/workloads/mod.ts";
import type { EngineRun } from "../../tasks/engines/engine.ts";
import { summariseRun } from "./outcome.ts";

function ended(fields: Partial<EngineRun>): EngineRun {
  const workload = workloads.get("txn-rw-register");
  assert(workload !== undefined);
  const results: EdnObject = { workload: { "valid?": true }, "valid?": true };
  return { dir: "", workload, nodeCount: 2, history: [], problems: [], results, ...fields };
}

Deno.test("what the nodes hold in the end is remarked on, and never changes the verdict", () => {
  const good = summariseRun(ended({ stronger: { "valid?": true, "key-count": 214 } }));
  assertEquals(good.ending, "pass");
  assert(
    /replicas agree on all 214 keys in the end; no write was lost/.test(good.explanation[0] ?? ""),
  );
  const stronger = { "valid?": false, "never-replicates": ["n1"] };
  const bad = summariseRun(ended({ stronger }));
  assertEquals([bad.ending, bad.headline], ["pass", "Correct."]);
  assert(/no part of the verdict: n1 never replicates/.test(bad.explanation[0] ?? ""));
  assertEquals(summariseRun(ended({})).explanation, []);
});

Deno.test("the first problem of a node comes before all else, with what it led to", () => {
  const problems = [
    { timeNs: 0, node: "n0", text: "n0 wrote nonsense", consequence: "it is read no more" },
    { timeNs: 1, node: "n1", text: "n1 did too" },
  ];
  const { explanation } = summariseRun(ended({ problems }));
  assertEquals(explanation[0], "n0 wrote nonsense; it is read no more.");
});

Deno.test("a valid run within its limits passes; one beyond them fails", () => {
  const results: EdnObject = { net: { servers: { "msgs-per-op": 3 } }, "valid?": true };
  const limit = (below: number) => ({
    name: "messages per op",
    path: ["net", "servers", "msgs-per-op"],
    below,
  });
  assertEquals(summariseRun(ended({ results }), [limit(4)]).ending, "pass");
  assertEquals(summariseRun(ended({ results }), [limit(3)]).ending, "fail");
});

Deno.test("without results a run crashed; why, and the log of the node that did it, are named", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(dir, "node-logs"));
    await Deno.writeTextFile(join(dir, "node-logs/n1.log"), "");
    const problems = [{ timeNs: 0, node: "n1", text: "n1 ended: exit status 3" }];
    const { results: _, ...crashed } = ended({ dir, problems, crash: ["n1 ended"] });
    const { ending, explanation, places } = summariseRun(crashed);
    assertEquals([ending, explanation], ["crash", ["n1 ended"]]);
    const paths = places.map(({ path }) => path);
    assertEquals([paths[0], paths.includes("run.log")], ["node-logs/n1.log", false]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a run without a folder has no files to look at", () => {
  const problems = [{ timeNs: 0, node: "n1", text: "n1 ended: exit status 3" }];
  const { dir: _, ...found } = ended({ results: { "valid?": false }, problems });
  assertEquals(summariseRun(found).places, []);
  const { results: __, ...crashed } = found;
  assertEquals(summariseRun(crashed).places, []);
});
