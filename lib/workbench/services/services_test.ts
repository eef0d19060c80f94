import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { findLinearization, type Model } from "../../checkers/linearizability/mod.ts";
import { casOf } from "../../checkers/linearizability/register.ts";
import { canonical, sameEdn } from "../../history/equality.ts";
import { sleep } from "../clock/clock.ts";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { type Edn, Float } from "../../history/edn.ts";
import { NS_PER_MS, type Op } from "../../history/operations.ts";
import { jsonToEdn, printJson } from "../../history/json.ts";
import type { Body } from "../../message.ts";
import type { Latency } from "../network/latency.ts";
import { Network } from "../network/network.ts";
import { Random } from "../random.ts";
import { LinKv } from "./lin_kv.ts";
import { LinTso } from "./lin_tso.ts";
import { LwwKv } from "./lww_kv.ts";
import { startServices } from "./mod.ts";

/** The four services on a network, and nodes to ask them from. */
class Bench {
  readonly clock = new VirtualClock();
  readonly network: Network;
  readonly #replies = new Map<string, (body: Body) => void>();
  #lastMsgId = 0;

  constructor(latency: Latency, nodes: readonly string[], seed = 1) {
    const random = new Random(seed);
    this.network = new Network({ clock: this.clock, random: random.split("network"), latency });
    startServices(this.network, random.split("services"));
    for (const node of nodes) {
      this.network.register(node, ({ body }) => this.#replies.get(`${body.in_reply_to}`)?.(body));
    }
  }

  ask(node: string, service: string, request: Body): Promise<Body> {
    const body = { ...request, msg_id: ++this.#lastMsgId };
    this.network.send(node, service, printJson({ src: node, dest: service, body }));
    return new Promise((resolve) => this.#replies.set(`${body.msg_id}`, resolve));
  }
}

const none: Latency = { meanMs: 0, distribution: "constant" };

Deno.test("lin-kv keeps one value per key", () => {
  const store = new LinKv();
  assertEquals(store.handle("n0", { type: "write", key: [1], value: 2 }), { type: "write_ok" });
  assertEquals(store.handle("n1", { type: "read", key: [1] }), { type: "read_ok", value: 2 });
  assertEquals(store.handle("n1", { type: "read", key: [1, 1] })?.code, 20);
  assertEquals(store.handle("n1", { type: "cas", key: [1], from: 2, to: 3 }), { type: "cas_ok" });
  assertEquals(store.handle("n0", { type: "cas", key: [1], from: 2, to: 3 })?.code, 22);
});

Deno.test("lin-tso hands out 0, 1, 2, …", () => {
  const oracle = new LinTso();
  const asked = Array.from({ length: 3 }, () => oracle.handle("n0", { type: "ts" }));
  assertEquals(asked, [0, 1, 2].map((ts) => ({ type: "ts_ok", ts })));
  assertEquals(oracle.handle("n0", { type: "read" }), undefined);
});

Deno.test("known defect: lww-kv's replicas never converge", () => {
  const store = new LwwKv(new Random(1));
  store.handle("n0", { type: "write", key: "once", value: 1 });
  const reads = Array.from(
    { length: 4000 },
    () => store.handle("n0", { type: "read", key: "once" }),
  );
  const found = reads.filter((reply) => reply?.value === 1).length;
  assert(Math.abs(found - 2000) < 150, `${found} of 4000 reads found it`);
  assertEquals(reads.at(-1)?.code ?? reads.find((reply) => reply?.code !== undefined)?.code, 20);
});

Deno.test("lww-kv ignores create_if_not_exists", () => {
  const store = new LwwKv(new Random(1));
  const cas = { type: "cas", key: "k", from: 0, to: 1, create_if_not_exists: true };
  for (let i = 0; i < 20; i++) assertEquals(store.handle("n0", cas)?.code, 20);
});

Deno.test("a reply carries the request's msg_id or null, and values in the form they came in", async () => {
  const { clock, network } = new Bench(none, []);
  const replies: string[] = [];
  network.register("n0", ({ text }) => void replies.push(text));
  await clock.run(async () => {
    const write = { type: "write", value: new Float(5) };
    for (const body of [{ ...write, msg_id: 7 }, write, { type: "read" }]) {
      network.send("n0", "lin-kv", printJson({ src: "n0", dest: "lin-kv", body }), body);
    }
    await sleep(clock, NS_PER_MS);
  });
  assertEquals(replies, [
    '{"src":"lin-kv","dest":"n0","body":{"type":"write_ok","in_reply_to":7}}',
    '{"src":"lin-kv","dest":"n0","body":{"type":"write_ok","in_reply_to":null}}',
    '{"src":"lin-kv","dest":"n0","body":{"type":"read_ok","value":5.0,"in_reply_to":null}}',
  ]);
});

Deno.test("a service ignores a request of an unknown type, and answers the next one", async () => {
  const { clock, network } = new Bench(none, []);
  const replies: Body[] = [];
  network.register("n0", ({ body }) => void replies.push(body));
  await clock.run(async () => {
    for (const service of ["lin-kv", "seq-kv", "lww-kv", "lin-tso"]) {
      for (const type of ["delete", "ts"]) {
        const body = { type, msg_id: 1 };
        network.send("n0", service, JSON.stringify({ src: "n0", dest: service, body }));
      }
    }
    await sleep(clock, NS_PER_MS);
  });
  assertEquals(replies, [{ type: "ts_ok", ts: 0, in_reply_to: 1 }]);
});

Deno.test("a service survives a request whose sender has left before the reply", async () => {
  const bench = new Bench(none, ["n0", "n1"]);
  await bench.clock.run(async () => {
    bench.ask("n0", "lin-tso", { type: "ts" });
    bench.network.unregister("n0");
    assertEquals((await bench.ask("n1", "lin-tso", { type: "ts" })).ts, 1);
  });
});

Deno.test("requests and replies take the latency, count among servers, and pass every partition", async () => {
  const bench = new Bench({ meanMs: 100, distribution: "constant" }, ["n0", "n1"]);
  bench.network.partition({ n0: ["n1"], n1: ["n0"] });
  await bench.clock.run(async () => {
    await bench.ask("n0", "seq-kv", { type: "write", key: 1, value: 1 });
    assertEquals(bench.clock.nowNs(), 200 * NS_PER_MS);
  });
  assertEquals(bench.network.traffic.servers, { sent: 2, received: 2 });
});

const key = fc.constantFrom("x", "y");
const value = fc.integer({ min: 0, max: 2 });
const request = fc.oneof(
  key.map((key): Body => ({ type: "read", key })),
  fc.tuple(key, value).map(([key, value]): Body => ({ type: "write", key, value })),
  fc.tuple(key, value, value).map(([key, from, to]): Body => ({
    type: "cas",
    key,
    from,
    to,
    create_if_not_exists: from === 0,
  })),
);

/** The history of each key, of clients that ask one thing after another. */
async function historiesOf(
  service: string,
  sessions: readonly (readonly Body[])[],
  seed: number,
): Promise<Map<string, Op[]>> {
  const bench = new Bench({ meanMs: 20, distribution: "exponential" }, ["n0", "n1"], seed);
  const histories = new Map<string, Op[]>([["x", []], ["y", []]]);
  const record = (process: number, key: unknown, op: Pick<Op, "type" | "f" | "value">) => {
    const history = histories.get(String(key)) ?? [];
    history.push({ index: history.length, time: bench.clock.nowNs(), process, ...op });
  };
  await bench.clock.run(async () => {
    await Promise.all(sessions.map(async (requests, process) => {
      for (const request of requests) {
        const { type: f, from, to } = request;
        const value = jsonToEdn(f === "cas" ? [from, to] : request.value);
        record(process, request.key, { type: "invoke", f, value });
        const reply = await bench.ask(`n${process % 2}`, service, request);
        const ok = reply.type !== "error";
        const result = ok && f === "read" ? jsonToEdn(reply.value) : value;
        record(process, request.key, { type: ok ? "ok" : "fail", f, value: result });
      }
    }));
  });
  return histories;
}

/** A key, absent at first. The compare-and-sets of 0 above create it then. */
const keyModel: Model<Edn> = {
  initial: null,
  step(state, { f, value }) {
    if (f === "write") return value;
    if (f === "read") return sameEdn(value, state) ? state : undefined;
    const [from, to] = casOf(value);
    return sameEdn(from, state ?? 0) ? to : undefined;
  },
  identify: canonical,
};

const sessions = fc.array(fc.array(request, { maxLength: 12 }), { minLength: 4, maxLength: 4 });

Deno.test("lin-kv's histories are linearizable, whatever the network's delays", async () => {
  await fc.assert(
    fc.asyncProperty(sessions, fc.nat(), async (sessions, seed) => {
      for (const history of (await historiesOf("lin-kv", sessions, seed)).values()) {
        assertEquals(findLinearization(history, keyModel).verdict, true);
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("seq-kv's histories are not linearizable, so the test above can fail", async () => {
  const writes = Array.from(
    { length: 8 },
    (_, value): Body => ({ type: "write", key: "x", value }),
  );
  const reads = Array.from({ length: 8 }, (): Body => ({ type: "read", key: "x" }));
  const verdicts = [];
  for (let seed = 0; seed < 5; seed++) {
    const histories = await historiesOf("seq-kv", [writes, reads, [], reads], seed);
    verdicts.push(findLinearization(histories.get("x") ?? [], keyModel).verdict);
  }
  assertNotEquals(verdicts, verdicts.map(() => true));
});
