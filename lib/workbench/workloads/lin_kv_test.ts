import { assert, assertEquals, assertThrows } from "@std/assert";
import { completionOfError } from "../clients/completion.ts";
import type { Call } from "../clients/client.ts";
import { printEdn } from "../../history/edn.ts";
import type { Assignment, Invocation } from "../clients/generator.ts";
import { UsageError } from "../option.ts";
import { planOf, type PlanOptions } from "../plan.ts";
import { Random } from "../random.ts";
import { ErrorCode, RpcError } from "../../message.ts";
import { linKv } from "./lin_kv.ts";
import type { WorkloadOptions } from "./workload.ts";

const OPTIONS: WorkloadOptions = {
  nodes: ["n0", "n1"],
  concurrency: 8,
  latencyMs: 0,
  topology: "grid",
  keyCount: 10,
  maxTxnLength: 4,
  maxWritesPerKey: 16,
};

function keyOf({ value }: Assignment): number {
  return Array.isArray(value) ? Number(value[0]) : NaN;
}

/** Takes that many operations while all threads are free. */
function take(count: number, options = OPTIONS) {
  const { main } = linKv.generators(options, new Random(3));
  const threads = options.concurrency;
  const free = Array.from({ length: threads }, (_, thread) => thread);
  const taken = Array.from({ length: count }, () => main.take({ nowNs: 0, free, threads }));
  return { main, free, threads, taken };
}

Deno.test("each group of 2n threads has a key; only the first group has readers", () => {
  const { taken } = take(400);
  for (const { thread, f, value } of taken) {
    assertEquals(keyOf({ thread, f, value }), thread < 4 ? 0 : 1);
    if (thread < 2) assertEquals([f, printEdn(value)], ["read", "[0 nil]"]);
    else assert(f === "write" || f === "cas");
  }
  const cas = taken.filter(({ f }) => f === "cas").length;
  const write = taken.filter(({ f }) => f === "write").length;
  assert(cas > 1.5 * write && cas < 2.7 * write, `${cas} cas, ${write} writes`);
  assertEquals(new Set(taken.map(({ thread }) => thread)).size, 8);
});

Deno.test("a key is given up once more than twenty processes may have touched it", () => {
  const { main, free, threads } = take(0);
  const keyOfFirst = () => keyOf(main.take({ nowNs: 0, free: [0], threads }));
  const open = (thread: number) =>
    main.observe?.({ index: 0, time: 0, type: "info", process: 0, f: "cas", value: null }, thread);
  assertEquals(keyOfFirst(), 0);
  for (let processes = 5; processes <= 20; processes++) {
    open(0);
    assertEquals(keyOfFirst(), 0, `${processes} processes`);
  }
  open(0);
  assertEquals(keyOfFirst(), 2);
  assertEquals(keyOfFirst(), 2);
  assertEquals(keyOf(main.take({ nowNs: 0, free: free.slice(4), threads })), 1);
});

Deno.test("the error for a concurrency that is no multiple of 2n, or for eleven nodes, names the option", () => {
  const made = (options: Partial<PlanOptions>) => () => planOf({ workload: "lin-kv", ...options });
  assertThrows(
    made({ nodeCount: 3 }),
    UsageError,
    "lin-kv needs a --concurrency that is a multiple of 2n, here 6; got 3. Try --concurrency 2n",
  );
  assertThrows(made({ nodeCount: 11, concurrency: "2n" }), UsageError, "at most 10 nodes, got 11");
  made({ nodeCount: 10, concurrency: "2n" })();
  made({ nodeCount: 3, concurrency: "4n" })();
});

/** One operation, by a client whose node gives that answer. */
async function perform(op: Invocation, answer: Record<string, unknown> | Error, latencyMs = 0) {
  let asked: unknown;
  const call = ((rpc, fields, timeoutMs) => {
    asked = { type: rpc.type, ...fields, timeoutMs };
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }) as Call; // a test's node: its replies are taken as they are
  const { type, value = null } = await linKv.open({ ...OPTIONS, latencyMs })(op, call)
    .catch((error) => completionOfError(error, op, linKv.idempotent));
  return { asked, type, value: printEdn(value) };
}

Deno.test("a client sends the key and the values, with a time-out that follows from the latency", async () => {
  const read = await perform({ f: "read", value: [7, null] }, { value: "x" });
  assertEquals(read, {
    asked: { type: "read", key: 7, timeoutMs: 1000 },
    type: "ok",
    value: `[7 "x"]`,
  });
  const write = await perform({ f: "write", value: [7, 3] }, {}, 101);
  assertEquals(write.asked, { type: "write", key: 7, value: 3, timeoutMs: 1010 });
  const cas = await perform({ f: "cas", value: [7, [3, 4]] }, {});
  assertEquals(cas.asked, { type: "cas", key: 7, from: 3, to: 4, timeoutMs: 1000 });
});

Deno.test("a failed read fails; a write that may have happened stays open", async () => {
  const crash = new RpcError(ErrorCode.crash);
  const mismatch = new RpcError(ErrorCode.preconditionFailed);
  assertEquals((await perform({ f: "read", value: [7, null] }, crash)).type, "fail");
  assertEquals((await perform({ f: "write", value: [7, 1] }, crash)).type, "info");
  assertEquals((await perform({ f: "cas", value: [7, [1, 2]] }, crash)).type, "info");
  assertEquals((await perform({ f: "cas", value: [7, [1, 2]] }, mismatch)).type, "fail");
});
