import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Body } from "../../message.ts";
import { Broadcast, Init, LinKv } from "../../workloads.ts";
import { Client, ClientTimeout, ErrorReply, MalformedReply } from "./client.ts";
import { type Completion, completionOfError, completionOfException } from "./completion.ts";
import { sleep } from "../clock/clock.ts";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { NS_PER_MS } from "../../history/operations.ts";
import { printEdn } from "../../history/edn.ts";
import { printJson } from "../../history/json.ts";
import { Network } from "../network/network.ts";
import { Random } from "../random.ts";

interface World {
  readonly clock: VirtualClock;
  readonly client: Client;
  readonly network: Network;
  /** What the node was asked. */
  readonly asked: Body[];
}

/** A client, and a node that answers with whatever `answer` makes of a request. */
function withNode(
  answer: (request: Body) => Record<string, unknown> | undefined,
  story: (world: World) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const latency = { meanMs: 0, distribution: "constant" } as const;
  const network = new Network({ clock, random: new Random(1), latency });
  const asked: Body[] = [];
  network.register("n0", ({ src, body }) => {
    asked.push(body);
    const fields = answer(body);
    if (fields === undefined) return;
    const reply: Body = { type: "", in_reply_to: body.msg_id ?? null, ...fields };
    network.send("n0", src, printJson({ src: "n0", dest: src, body: reply }), reply);
  });
  const client = new Client("c0", network, clock);
  return clock.run(() => story({ clock, client, network, asked }));
}

const read = (client: Client) => client.rpc("n0", Broadcast.read, {});

Deno.test("a request carries its fields and a number; the reply's fields come back", async () => {
  await withNode(() => ({ type: "read_ok", value: 5 }), async ({ client, asked }) => {
    const reply = await client.rpc("n0", LinKv.read, { key: 1 });
    assertEquals(reply.value, 5);
    await client.rpc("n0", LinKv.read, { key: 2 });
    assertEquals(asked, [
      { key: 1, type: "read", msg_id: 1 },
      { key: 2, type: "read", msg_id: 2 },
    ]);
  });
});

Deno.test("without a reply in five seconds, or the time it is given, a request times out", async () => {
  await withNode(() => undefined, async ({ client, clock }) => {
    const error = await assertRejects(() => read(client), ClientTimeout);
    assertEquals([error.code, error.definite, clock.nowNs()], [0, false, 5_000 * NS_PER_MS]);
    const text = "no reply from n0 to init in 10 ms";
    const init = { node_id: "n0", node_ids: [] };
    await assertRejects(() => client.rpc("n0", Init.init, init, 10), ClientTimeout, text);
  });
});

Deno.test("a reply that comes late is not taken for the answer to the next request", async () => {
  const late: Body[] = [];
  const answer = (request: Body) => {
    if (late.push(request) === 1) return undefined;
    return { type: "read_ok", messages: [2] };
  };
  await withNode(answer, async ({ client, network, clock }) => {
    await assertRejects(() => read(client), ClientTimeout);
    const body = { type: "read_ok", messages: [1], in_reply_to: 1 };
    network.send("n0", "c0", JSON.stringify({ src: "n0", dest: "c0", body }), body);
    assertEquals((await read(client)).messages, [2]);
    await sleep(clock, NS_PER_MS);
  });
});

Deno.test("replies of the wrong form are malformed, and say why", async () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ type: "read" }, '"type" must be "read_ok"'],
    [{ type: "read_ok" }, '"messages" must be a list, but is missing'],
    [{ type: "read_ok", messages: [1, "2"] }, '"messages[1]" must be an integer, got "2"'],
    [{ type: "read_ok", messages: [], more: 1 }, '"more" does not belong there'],
    [
      { type: "read_ok", messages: [], msg_id: null },
      '"msg_id" must be an integer where there is one, got null',
    ],
  ];
  for (const [reply, problem] of wrong) {
    await withNode(() => reply, async ({ client }) => {
      const error = await assertRejects(() => read(client), MalformedReply);
      assertEquals(error.problem, problem);
      assert(error.message.startsWith(`malformed reply from n0: ${problem}. Asked {"type":"read"`));
    });
  }
});

Deno.test("only the answer to init may have more fields, and any a msg_id", async () => {
  const init = { node_id: "n0", node_ids: [] };
  await withNode(() => ({ type: "init_ok", hello: 1 }), async ({ client }) => {
    assertEquals((await client.rpc("n0", Init.init, init)).type, "init_ok");
  });
  await withNode(() => ({ type: "read_ok", messages: [], msg_id: 7 }), async ({ client }) => {
    assertEquals((await read(client)).messages, []);
  });
});

Deno.test("an error reply rejects with its code and text; without a code nothing is sure", async () => {
  await withNode(() => ({ type: "error", code: 22, text: "not 5" }), async ({ client }) => {
    const text = "error 22 (precondition-failed) in reply to read: not 5";
    const error = await assertRejects(() => read(client), ErrorReply, text);
    assertEquals([error.code, error.definite], [22, true]);
  });
  await withNode(() => ({ type: "error" }), async ({ client }) => {
    const error = await assertRejects(() => read(client), ErrorReply);
    assertEquals(error.definite, false);
  });
});

const READS: ReadonlySet<string> = new Set(["read"]);
const inWords = ({ type, error = null }: Completion) => `${type} ${printEdn(error)}`;

Deno.test("a definite error fails an operation; any other leaves it open, unless idempotent", () => {
  const of = (error: unknown, f: string) =>
    inWords(completionOfError(error, { f, value: null }, READS));
  const reply = (code: number, text: string) =>
    new ErrorReply({ type: "cas" }, { type: "error", code, text });
  const precondition = reply(22, "not 5");
  const crash = reply(13, "oops");
  const timeout = new ClientTimeout("n0", "cas", 5_000);
  assertEquals(of(precondition, "cas"), 'fail [:precondition-failed "not 5"]');
  assertEquals(of(crash, "cas"), 'info [:crash "oops"]');
  assertEquals(of(crash, "read"), 'fail [:crash "oops"]');
  assertEquals(of(timeout, "cas"), "info :net-timeout");
  assertEquals(of(timeout, "read"), "fail :net-timeout");
  assertEquals(of(reply(1234, "own"), "cas"), 'info [:unknown "own"]');
});

Deno.test("what is no RPC error leaves an operation open, with the exception beside it", () => {
  const reply = { type: "read_ok", messages: 1 };
  const malformed = new MalformedReply("n0", { type: "read" }, reply, "wrong");
  for (
    const { type, error, extra } of [
      completionOfError(malformed, { f: "read", value: null }, READS),
      completionOfException(malformed),
    ]
  ) {
    assertEquals(type, "info");
    assert(printEdn(error ?? null).startsWith('"indeterminate: malformed reply from n0: wrong'));
    const text = printEdn(extra ?? {});
    assert(text.includes(":type clojure.lang.ExceptionInfo"), text);
    assert(text.includes(":malformed-rpc-response"), text);
  }
  assertEquals(completionOfException(new TypeError("x")).type, "info");
});

Deno.test("a client that has left is unknown", async () => {
  await withNode(() => undefined, ({ client, network }) => {
    client.close();
    assertEquals(network.knows("c0"), false);
    return Promise.resolve();
  });
});
