import { assert, assertEquals, assertThrows } from "@std/assert";
import { METRICS } from "../../lib/report/metrics.ts";
import { applyGiven, parseRunOptions } from "../../lib/workbench/command_line.ts";
import { UsageError } from "../../lib/workbench/option.ts";
import { planOf } from "../../lib/workbench/plan.ts";
import { challengeOf, CHALLENGES, takesNodesDown, withNodesDown } from "./challenges.ts";

const project = new URL("../../", import.meta.url);

Deno.test("every challenge has its node: an executable script", async () => {
  for (const { id, node } of CHALLENGES) {
    const { mode } = await Deno.stat(new URL(node, project));
    assert(mode === null || (mode & 0o111) === 0o111, `${id}: ${node} is not executable`);
  }
});

Deno.test("every challenge's options make a plan", () => {
  for (const { runs, node } of CHALLENGES) {
    for (const options of runs) assertEquals(planOf(options).program, node);
  }
});

Deno.test("every challenge is a task with a line that says what it is", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", project)));
  for (const { id } of [...CHALLENGES, { id: "all" }]) {
    const { description, command } = tasks[id];
    assert(description.length > 10, id);
    assert(command.endsWith(`tasks/cli.ts test ${id}`), `${id}: ${command}`);
  }
});

Deno.test("the limits are the pages' own", () => {
  const limits = (id: string) => challengeOf(id).limits.map(({ metric, below }) => [metric, below]);
  const metrics = ["serverMessagesPerOp", "stableMedianMs", "stableMaxMs"];
  assertEquals(limits("3d"), [30, 400, 600].map((below, i) => [metrics[i], below]));
  assertEquals(limits("3e"), [20, 1000, 2000].map((below, i) => [metrics[i], below]));
  assertEquals(limits("3c"), []);
});

Deno.test("every limit is on a metric that there is", () => {
  const known = new Set(METRICS.map(({ key }) => key));
  for (const { limits } of CHALLENGES) for (const { metric } of limits) assert(known.has(metric));
});

Deno.test("6c has a partition, written with hyphens", () => {
  assertEquals(challengeOf("6c").runs.map(({ faults }) => faults), [["partition"]]);
});

Deno.test("options given win over the challenge's, and so do nodes that are named over a count", () => {
  const [own = {}] = challengeOf("3c").runs;
  const nodes = (...added: string[]) => planOf(applyGiven(own, parseRunOptions(added))).nodes;
  assertEquals(nodes("--nodes", "a,b"), ["a", "b"]);
  assertEquals(nodes("--nodes=a,b", "-n", "d"), ["a", "b", "d"]);
  assertEquals(nodes("--node-count", "2"), ["n0", "n1"]);
  assertEquals(nodes("--", "--nodes", "a").length, 5);
  assertEquals(nodes("--nodes", "a", "--node-count", "1"), ["n0"], "of what is given, the count");
});

Deno.test("an unknown challenge is refused with those there are", () => {
  assertThrows(
    () => challengeOf("7x"),
    UsageError,
    'unknown challenge "7x": expected all, or one of 1',
  );
});

Deno.test("where nodes are killed, a challenge asks for correctness, and clients find nodes up", () => {
  assert(takesNodesDown({ faults: ["partition", "kill-one"] }));
  assert(takesNodesDown({ faults: [{ timeS: 1, f: "pause", nodes: ["n1"] }] }));
  assert(!takesNodesDown({ faults: ["partition", "slow"] }));
  for (const challenge of CHALLENGES) {
    const { limits, runs } = withNodesDown(challenge);
    assertEquals([limits, runs.length], [[], challenge.runs.length]);
    for (const run of runs) {
      const { nodes, timeLimitS, faultIntervalS, availability } = planOf(run);
      assertEquals(availability, undefined);
      assert(2 * faultIntervalS < timeLimitS / 2, "nodes may be down for most of a run");
      assert(nodes.length > 2 || timeLimitS >= 12 * 5, "a client has a dozen attempts");
    }
  }
});
