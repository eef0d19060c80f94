import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Body } from "../../message.ts";
import { Broadcast, Init, Kafka, LinKv } from "../../workloads.ts";
import { Client, ClientTimeout, ErrorReply, MalformedReply } from "./client.ts";
import { sleep } from "../clock/clock.ts";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { NS_PER_MS } from "../../history/operations.ts";
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

Deno.test("a reply may have a msg_id of any size; a number too big for a field is named", async () => {
  await withNode(
    () => ({ type: "read_ok", msg_id: 2n ** 60n, value: 5 }),
    async ({ client }) => assertEquals((await client.rpc("n0", LinKv.read, { key: 1 })).value, 5),
  );
  await withNode(() => ({ type: "send_ok", offset: 2n ** 60n }), async ({ client }) => {
    await assertRejects(
      () => client.rpc("n0", Kafka.send, { key: "a", msg: 1 }),
      MalformedReply,
      '"offset" must be an integer of less than 2^53, got 1152921504606846976',
    );
  });
});

Deno.test("a request carries its fields and a msg_id; the call resolves to the reply", async () => {
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

Deno.test("a request times out without a reply in five seconds, or in the time given", async () => {
  await withNode(() => undefined, async ({ client, clock }) => {
    const error = await assertRejects(() => read(client), ClientTimeout);
    assertEquals([error.code, error.definite, clock.nowNs()], [0, false, 5_000 * NS_PER_MS]);
    const text = "no reply from n0 to init in 10 ms";
    const init = { node_id: "n0", node_ids: [] };
    await assertRejects(() => client.rpc("n0", Init.init, init, 10), ClientTimeout, text);
  });
});

Deno.test("a late reply is not taken for the reply to the next request", async () => {
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

Deno.test("a reply of the wrong form is malformed, and the error says why", async () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ type: "read" }, '"type" must be "read_ok"'],
    [{ type: "read_ok" }, '"messages" must be a list, but is missing'],
    [{ type: "read_ok", messages: [1, "2"] }, '"messages[1]" must be an integer, got "2"'],
    [{ type: "read_ok", messages: [], more: 1 }, '"more" does not belong there'],
    [{ type: "read_ok", messages: [], constructor: 1 }, '"constructor" does not belong there'],
    [
      { type: "read_ok", messages: [], ["__proto__"]: 1 },
      '"__proto__" does not belong there',
    ],
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

Deno.test("only the reply to init may have further fields; every reply may have a msg_id", async () => {
  const init = { node_id: "n0", node_ids: [] };
  await withNode(() => ({ type: "init_ok", hello: 1 }), async ({ client }) => {
    assertEquals((await client.rpc("n0", Init.init, init)).type, "init_ok");
  });
  await withNode(() => ({ type: "read_ok", messages: [], msg_id: 7 }), async ({ client }) => {
    assertEquals((await read(client)).messages, []);
  });
});

Deno.test("an error reply rejects with its code and text; without a code it is indefinite", async () => {
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

Deno.test("a closed client is no longer in the network", async () => {
  await withNode(() => undefined, ({ client, network }) => {
    client.close();
    assertEquals(network.knows("c0"), false);
    return Promise.resolve();
  });
});
