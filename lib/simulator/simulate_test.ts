import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Echo, type Node, UniqueIds } from "../mod.ts";
import { UsageError } from "../workbench/option.ts";
import type { PlanOptions } from "../workbench/plan.ts";
import { simulate, SimulationFailure } from "./simulate.ts";

function echo(node: Node): void {
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
}

/** Forgets which ids it has given when it is started again. */
function countsFromZero(node: Node): void {
  let count = 0;
  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: `${node.id}-${count++}` }));
}

const SMALL: PlanOptions = { workload: "echo", nodeCount: 2, timeLimitS: 2 };
const KILLS: PlanOptions = {
  workload: "unique-ids",
  nodeCount: 3,
  rate: 20,
  timeLimitS: 10,
  faults: ["kill"],
  faultIntervalS: 2,
};

const failureOf = (...args: Parameters<typeof simulate>) =>
  assertRejects(() => simulate(...args), SimulationFailure);

Deno.test("a program passes under as many seeds as are asked for", async () => {
  let runs = 0;
  const observer = { up: () => void runs++ };
  const last = await simulate(echo, { ...SMALL, seeds: 3, firstSeed: 40 }, observer);
  assertEquals([runs, last.results?.["valid?"]], [3, true]);
  const { history } = await simulate(echo, { ...SMALL, seed: 42 });
  assertEquals(last.history, history, "the last of three seeds from 40 on");
});

Deno.test("a failure holds its seed, how to replay it, and the smallest transcript", async () => {
  const failure = await failureOf(countsFromZero, { ...KILLS, seeds: 20 });
  const { seed, replay, plan, transcript, message, signature } = failure;
  assertEquals(signature, ["duplicated"]);
  assert(plan.operations?.length === 2 && plan.nodes.length === 1, "it is made small");
  assertEquals(failure.result.history.filter(({ type }) => type === "ok").length, 2);
  assertStringIncludes(message, `fails by duplicated (seed ${seed}`);
  assertStringIncludes(message, `replay: ${replay}\nmade small: 2 operations, `);
  assertStringIncludes(message, transcript.join("\n"));
  assertMatch(transcript.join("\n"), /nemesis +kill .*\n[^]*generate/);
});

Deno.test("the line that replays a failure does", async () => {
  const { seed, replay } = await failureOf(countsFromZero, { ...KILLS, seeds: 20 });
  const again = new Function("simulate", "program", `return ${replay.replace("await ", "")}`);
  const error = await assertRejects(() => again(simulate, countsFromZero), SimulationFailure);
  assertEquals([error.seed, error.replay], [seed, replay]);
});

Deno.test("a failure that is not to be made small stays whole", async () => {
  const options = { ...KILLS, seeds: 20, shrinkAttempts: 0 };
  const { plan, message } = await failureOf(countsFromZero, options);
  assertEquals([plan.operations, plan.nodes.length], [undefined, 3]);
  assertStringIncludes(message, "\nnot made small\n");
  assertMatch(message, /\n… and [\d,]+ lines more$/);
});

Deno.test("a program that keeps state from run to run fails all the same", async () => {
  let runs = 0;
  const failsOnce = (node: Node) => {
    const isFirst = runs++ === 0;
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo: isFirst ? null : echo }));
  };
  const { message } = await failureOf(failsOnce, { ...SMALL, nodeCount: 1 });
  assertStringIncludes(message, "\nnot made small: the run with seed 1 does not fail\n");
});

Deno.test("seeds that make no sense are refused, and a signal ends the runs", async () => {
  const refused = (options: Parameters<typeof simulate>[1]) =>
    assertRejects(() => simulate(echo, options), UsageError);
  await refused({ ...SMALL, seeds: 0 });
  await refused({ ...SMALL, seeds: 2, seed: 1 });
  await refused({ ...SMALL, firstSeed: 1 });
  await refused({ ...SMALL, shrinkAttempts: 0.5 });
  const enough = new AbortController();
  const observer = { up: () => enough.abort(new Error("enough")) };
  const options = { ...SMALL, seeds: 1_000, signal: enough.signal };
  await assertRejects(() => simulate(echo, options, observer), Error, "enough");
});
