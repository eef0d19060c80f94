import { assert, assertEquals, assertExists } from "@std/assert";
import { Client, MalformedReply } from "../clients/client.ts";
import { completionOfError } from "../clients/completion.ts";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { type Edn, parseEdn, printEdn } from "../../history/edn.ts";
import { parseJson } from "../../history/json.ts";
import { Network } from "../network/network.ts";
import { Random } from "../random.ts";
import { txnListAppend, txnRwRegister } from "./txn.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

const OPTIONS: WorkloadOptions = {
  nodes: ["n0"],
  concurrency: 1,
  latencyMs: 0,
  topology: "grid",
  keyCount: 3,
  maxTxnLength: 4,
  maxWritesPerKey: 4,
};

/** One operation, answered with a body in JSON; what the node was asked, and how it completed. */
function ask(workload: Workload, value: string, reply: string) {
  const clock = new VirtualClock();
  return clock.run(async () => {
    const latency = { meanMs: 0, distribution: "constant" } as const;
    const network = new Network({ clock, random: new Random(1), latency });
    let asked = "";
    network.register("n0", ({ body }) => {
      const { msg_id: _, ...rest } = body;
      asked = JSON.stringify(rest);
      const text = `{"src":"n0","dest":"c0","body":${reply.replace("{", `{"in_reply_to":1,`)}}`;
      const message = parseJson(text) as { body: { type: string } }; // a test's own text
      network.send("n0", "c0", text, message.body);
    });
    const client = new Client("c0", network, clock);
    let malformed: string | undefined;
    const op = { f: "txn", value: parseEdn(value) };
    const completion = await workload.open(OPTIONS)(
      op,
      (rpc, fields) =>
        client.rpc("n0", rpc, fields).catch((error) => {
          if (error instanceof MalformedReply) malformed = error.problem;
          throw error;
        }),
    ).catch((error) => completionOfError(error, op, workload.idempotent));
    const { type, value: completed = null, error = null } = completion;
    return { asked, type, value: printEdn(completed), error: printEdn(error), malformed };
  });
}

function generated(workload: Workload, count: number): Edn[] {
  const { main, final, background } = workload.generators(OPTIONS, new Random(7));
  assertEquals([final, background], [undefined, undefined]);
  return Array.from({ length: count }, () => main.take({ nowNs: 0, free: [0], threads: 1 }).value);
}

Deno.test("reads go out empty, and the writes to each key are 1, 2, 3, …", () => {
  const text = generated(txnListAppend, 200).map(printEdn).join("");
  assert(/\[:r \d+ nil\]/.test(text));
  assert(!/\[:append \d+ nil\]|:w/.test(text));
  const zero = [...text.matchAll(/\[:append 0 (\d+)\]/g)].map(([, value]) => Number(value));
  assertEquals(zero, [1, 2, 3, 4]);
  assert(/\[:w \d+ 1\]/.test(generated(txnRwRegister, 20).map(printEdn).join("")));
});

Deno.test("a transaction goes out as it was generated and comes back filled in", async () => {
  const request = "[[:r 1 nil] [:append 2 5]]";
  const reply = `{"type":"txn_ok","txn":[["r",1,[3,4]],["append",2,5]]}`;
  const done = await ask(txnListAppend, request, reply);
  assertEquals(done.asked, `{"txn":[["r",1,null],["append",2,5]],"type":"txn"}`);
  assertEquals([done.type, done.value], ["ok", "[[:r 1 [3 4]] [:append 2 5]]"]);
});

Deno.test("the reply replaces the transaction, even where the node changed it", async () => {
  const reply = `{"type":"txn_ok","txn":[["w","x",{"a":1.0}]]}`;
  const { type, value } = await ask(txnRwRegister, "[[:w 1 1] [:r 2 nil]]", reply);
  assertEquals([type, value], ["ok", `[[:w "x" {"a" 1.0}]]`]);
});

Deno.test("a micro-operation of another form is malformed, and the transaction stays open", async () => {
  const forms: [Workload, string, string][] = [
    [txnRwRegister, `["r",1]`, `"txn[0]" must be a list of 3, got ["r",1]`],
    [txnRwRegister, `["append",1,2]`, `"txn[0][0]" must be one of "r", "w", got "append"`],
    [txnListAppend, `["r",1,7]`, `"txn[0][2]" must be a list, got 7`],
  ];
  for (const [workload, op, problem] of forms) {
    const done = await ask(workload, "[[:r 1 nil]]", `{"type":"txn_ok","txn":[${op}]}`);
    assertEquals([done.type, done.malformed], ["info", problem]);
  }
  const missing = await ask(
    txnListAppend,
    "[[:r 1 nil]]",
    `{"type":"txn_ok","txn":[["r",1,null]]}`,
  );
  assertEquals([missing.type, missing.value], ["ok", "[[:r 1 nil]]"]);
});

Deno.test("a definite error fails a transaction, any other leaves it open", async () => {
  const answers: [number, string, string][] = [
    [30, "fail", `[:txn-conflict "why"]`],
    [14, "fail", `[:abort "why"]`],
    [13, "info", `[:crash "why"]`],
  ];
  for (const [code, type, error] of answers) {
    const reply = `{"type":"error","code":${code},"text":"why"}`;
    const done = await ask(txnRwRegister, "[[:r 1 nil]]", reply);
    assertEquals([done.type, done.error], [type, error]);
  }
});

Deno.test("stored results are compared without what depends on the order of a search", () => {
  const { project } = txnListAppend;
  assertExists(project);
  const one = project({ "valid?": false, anomalies: { G0: [1] }, extra: 1 });
  assertEquals(one, project({ "valid?": false, anomalies: { G0: [2] }, extra: 2 }));
});

Deno.test("a txn_ok that answers another transaction is remarked on, with both", () => {
  const remarks = (asked: string, got: string) =>
    txnRwRegister.remarks?.([
      { index: 0, time: 0, type: "invoke", process: 3, f: "txn", value: parseEdn(asked) },
      { index: 1, time: 5e8, type: "ok", process: 3, f: "txn", value: parseEdn(got) },
    ]);
  assertEquals(remarks("[[:r 1 nil] [:w 2 3]]", "[[:r 1 7] [:w 2 3]]"), []);
  for (const got of ["[[:r 1 nil]]", "[[:r 1 nil] [:w 2 4]]", "[[:r 5 nil] [:w 2 3]]"]) {
    assertEquals(remarks("[[:r 1 nil] [:w 2 3]]", got), [
      "1 txn_ok answered another transaction than was asked, the first that of process 3 at " +
      `0.500 s: asked [[:r 1 nil] [:w 2 3]], got ${got}. Maelstrom believes such a reply.`,
    ]);
  }
});
