import { assert, assertEquals } from "@std/assert";
import { ErrorCode, type Node, type Program, RpcError } from "../../mod.ts";
import { simulateOnce } from "../../simulator/simulate_once.ts";
import { isEdnObject } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import type { RunResult } from "../result.ts";
import { Counter } from "../../workloads.ts";

/** A counter that knows only its own adds: right on one node, wrong on two. */
function local(node: Node): void {
  let value = 0;
  node.on(Counter.add, ({ delta }) => {
    value += delta;
    return { type: "add_ok" };
  });
  node.on(Counter.read, () => ({ type: "read_ok", value }));
}

function runOf(name: string, program: Program, nodeCount = 1): Promise<RunResult> {
  return simulateOnce(program, {
    workload: name,
    nodeCount,
    concurrency: "2n",
    rate: 100,
    timeLimitS: 20,
  });
}

const deltasOf = (history: readonly Op[]) =>
  history.filter(({ type, f }) => type === "invoke" && f === "add").map(({ value }) =>
    Number(value)
  );
const verdictOf = ({ results }: RunResult) => {
  const workload = results?.["workload"];
  return isEdnObject(workload) ? workload["valid?"] : undefined;
};

Deno.test("half of pn-counter's operations are adds of -5 to 4, all equally likely", async () => {
  const { history } = await runOf("pn-counter", local);
  const deltas = deltasOf(history);
  const invoked = history.filter(({ type }) => type === "invoke").length;
  assert(Math.abs(deltas.length / invoked - 1 / 2) < 0.04, `${deltas.length} of ${invoked}`);
  const counts = Map.groupBy(deltas, (delta) => delta);
  assertEquals([...counts.keys()].sort((a, b) => a - b), [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4]);
  for (const { length } of counts.values()) assert(Math.abs(length - deltas.length / 10) < 40);
});

Deno.test("a third of g-counter's operations are adds, none of them negative", async () => {
  const { history } = await runOf("g-counter", local);
  const deltas = deltasOf(history);
  const invoked = history.filter(({ type }) => type === "invoke").length;
  assert(Math.abs(deltas.length / invoked - 1 / 3) < 0.04, `${deltas.length} of ${invoked}`);
  assertEquals(new Set(deltas), new Set([0, 1, 2, 3, 4]));
});

Deno.test("every thread reads once at the end, and these reads are marked", async () => {
  for (const name of ["g-counter", "pn-counter"]) {
    const { history } = await runOf(name, local, 2);
    const final = history.filter(({ extra }) => extra?.["final?"] === true);
    assertEquals(final.length, 8);
    assertEquals(history.slice(-8), final);
    assertEquals(new Set(final.map(({ process }) => process)), new Set([0, 1, 2, 3]));
  }
});

Deno.test("a local counter is right on one node and wrong on two", async () => {
  for (const name of ["g-counter", "pn-counter"]) {
    assertEquals(verdictOf(await runOf(name, local)), true);
    assertEquals(verdictOf(await runOf(name, local, 2)), false);
  }
});

Deno.test("every error leaves an operation open, even a definite one, and names no cause", async () => {
  const { history } = await runOf("g-counter", (node) => {
    node.on(Counter.add, () => {
      throw new RpcError(ErrorCode.abort, "not today");
    });
    node.on(Counter.read, () => {
      throw new RpcError(ErrorCode.keyDoesNotExist);
    });
  });
  const completions = history.filter(({ type }) => type !== "invoke");
  assertEquals(new Set(completions.map(({ type }) => type)), new Set(["info"]));
  for (const { error, extra } of completions) {
    assert(String(error).startsWith("indeterminate: "));
    assert(extra?.["exception"] !== undefined);
  }
});
