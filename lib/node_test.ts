import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { OpenDisk } from "./disk.ts";
import { type Body, ErrorCode, type Message, parseMessage, RpcError } from "./message.ts";
import { Node, type Program } from "./node.ts";
import { integer, oneWay, rpc, string } from "./rpc.ts";
import { FakeTime, settled, TestNode } from "./testing/mod.ts";
import { Broadcast, Echo } from "./workloads.ts";

const gossip = oneWay("gossip", { values: integer });
const replicate = rpc("replicate", { value: integer }, { size: integer });

/** A node that has not received `init` yet. */
function uninitialised(program: Program = () => {}) {
  const sent: Message[] = [];
  const logged: string[] = [];
  const node = new Node({
    send: (message) => void sent.push(message),
    log: (text) => void logged.push(text),
  });
  program(node);
  const receive = (src: string, body: Body) => node.receive({ src, dest: "n1", body });
  const init = (ids: unknown = ["n0", "n1", "n2"]) =>
    receive("c1", { type: "init", msg_id: 1, node_id: "n1", node_ids: ids });
  return { node, sent, logged, receive, init };
}

const bodies = (messages: readonly Message[]) => messages.map(({ body }) => body);

// ---- init

Deno.test("init tells a node its id, all ids and its peers, and is acknowledged", () => {
  const { node, sent, init } = uninitialised();
  init();
  assertEquals([node.id, node.ids, node.peers], ["n1", ["n0", "n1", "n2"], ["n0", "n2"]]);
  assertEquals(sent, [{ src: "n1", dest: "c1", body: { type: "init_ok", in_reply_to: 1 } }]);
});

/** A node with a journal, whose disk the test opens. */
function withDisk(openDisk: OpenDisk) {
  const [sent, logged, handled]: [Message[], string[], number[]] = [[], [], []];
  const node = new Node({
    send: (message) => void sent.push(message),
    log: (text) => void logged.push(text),
  }, { openDisk });
  node.journal({
    name: "numbers",
    record: integer,
    state: integer,
    restore: () => {},
    apply: () => {},
    snapshot: () => 0,
  });
  node.onInit(() => void handled.push(-1));
  node.on(gossip, ({ values }) => void handled.push(values));
  const receive = (body: Body) => node.receive({ src: "c1", dest: "n1", body });
  const init = () => receive({ type: "init", msg_id: 1, node_id: "n1", node_ids: ["n1"] });
  return { node, sent, logged, handled, receive, init };
}

Deno.test("nothing is handled, init_ok included, before the journal is back", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { sent, handled, receive, init } = withDisk(() => promise);
  init();
  receive({ type: "gossip", values: 5 });
  await settled();
  assertEquals([sent, handled], [[], []]);
  resolve(undefined);
  await settled();
  assertEquals(bodies(sent), [{ type: "init_ok", in_reply_to: 1 }]);
  assertEquals(handled, [-1, 5]);
});

Deno.test("a node whose journal is not back answers init with an error and handles nothing", async () => {
  const { node, sent, logged, handled, receive, init } = withDisk(() =>
    Promise.reject(new Error("the disk is on fire"))
  );
  init();
  await settled();
  receive({ type: "gossip", values: 5 });
  assertEquals(bodies(sent), [
    { type: "error", code: ErrorCode.crash, text: "the disk is on fire", in_reply_to: 1 },
  ]);
  assertEquals([logged, handled], [["cannot start: the disk is on fire"], []]);
  assertThrows(() => node.id, Error, "no id before init");
});

Deno.test("a node has one journal", () => {
  const { node } = withDisk(() => Promise.resolve(undefined));
  const options = {
    name: "more",
    record: integer,
    state: integer,
    restore: () => {},
    apply: () => {},
    snapshot: () => 0,
  };
  assertThrows(() => node.journal(options), Error, "a node has one journal");
});

Deno.test("before init a node has no id, cannot send and cannot call", async () => {
  const { node, sent } = uninitialised();
  for (const read of [() => node.id, () => node.ids, () => node.peers]) {
    assertThrows(read, Error, "no id before init");
  }
  assertThrows(() => node.send("n0", gossip, { values: 1 }), Error, "no id before init");
  await assertRejects(() => node.rpc("n0", Broadcast.read, {}), Error, "no id before init");
  assertEquals(sent, []);
});

Deno.test("onInit runs once the id is known, before any other message is handled", () => {
  const events: string[] = [];
  const { init, receive } = uninitialised((node) => {
    node.onInit(() => void events.push(`init of ${node.id}`));
    node.on(gossip, ({ values }) => void events.push(`gossip ${values}`));
  });
  receive("n0", { type: "gossip", values: 1 });
  init();
  assertEquals(events, ["init of n1", "gossip 1"]);
});

Deno.test("messages that arrive before init wait for it, in order", () => {
  const handled: number[] = [];
  const { sent, logged, init, receive } = uninitialised((node) => {
    node.on(gossip, ({ values }) => void handled.push(values));
  });
  for (const values of [1, 2, 3]) receive("n0", { type: "gossip", values });
  receive("n2", { type: "unheard-of", msg_id: 5 });
  assertEquals([handled, sent, logged], [[], [], []]);
  init();
  assertEquals(handled, [1, 2, 3]);
  assertEquals(bodies(sent).map(({ type }) => type), ["init_ok", "error"]);
});

Deno.test("at most 100,000 messages wait for init, and dropped ones are logged", () => {
  let handled = 0;
  const { logged, init, receive } = uninitialised((node) => node.on(gossip, () => void handled++));
  for (let values = 0; values <= 100_000; values++) receive("n0", { type: "gossip", values });
  assertEquals(logged, ["dropped a gossip from n0: 100000 messages wait for init already"]);
  init();
  assertEquals(handled, 100_000);
});

Deno.test("a malformed init gets error 12, and a proper one still works after it", () => {
  const { node, sent, init } = uninitialised();
  init("n1");
  init();
  assertEquals(sent[0], {
    src: "n1",
    dest: "c1",
    body: {
      type: "error",
      code: ErrorCode.malformedRequest,
      text: 'init: "node_ids" must be a list, got "n1"',
      in_reply_to: 1,
    },
  });
  assertEquals(sent[1]?.body.type, "init_ok");
  assertEquals(node.id, "n1");
});

Deno.test("an onInit that throws turns init into error 13, and is logged", () => {
  const { sent, logged, init } = uninitialised((node) => {
    node.onInit(() => {
      throw new Error("no disk");
    });
  });
  init();
  assertEquals(bodies(sent), [{ type: "error", code: 13, text: "no disk", in_reply_to: 1 }]);
  assertStringIncludes(logged.join(), "init from c1 failed: Error: no disk");
});

Deno.test("a second init is acknowledged and changes nothing", () => {
  let started = 0;
  const { node, sent, init } = uninitialised((node) => node.onInit(() => void started++));
  init();
  init(["n1"]);
  assertEquals(bodies(sent).map(({ type }) => type), ["init_ok", "init_ok"]);
  assertEquals([started, node.ids], [1, ["n0", "n1", "n2"]]);
});

// ---- requests and replies

Deno.test("a handler gets the request's body and its envelope, and its reply goes to the sender", () => {
  const seen: unknown[] = [];
  const { sent, receive, init } = uninitialised((node) => {
    node.on(Echo.echo, ({ echo }, { src }) => {
      seen.push(echo, src);
      return { type: "echo_ok", echo };
    });
  });
  init();
  receive("c7", { type: "echo", msg_id: 9, echo: { deep: ["hé"] } });
  assertEquals(seen, [{ deep: ["hé"] }, "c7"]);
  assertEquals(sent[1], {
    src: "n1",
    dest: "c7",
    body: { type: "echo_ok", echo: { deep: ["hé"] }, in_reply_to: 9 },
  });
});

Deno.test("an async handler replies when it is done, and others may overtake it", async () => {
  const gate = Promise.withResolvers<void>();
  const { sent, receive, init } = uninitialised((node) => {
    node.on(Echo.echo, async ({ echo }) => {
      if (echo === "slow") await gate.promise;
      return { type: "echo_ok", echo };
    });
  });
  init();
  receive("c1", { type: "echo", msg_id: 1, echo: "slow" });
  receive("c2", { type: "echo", msg_id: 1, echo: "fast" });
  await settled();
  gate.resolve();
  await settled();
  assertEquals(bodies(sent.slice(1)).map(({ echo }) => echo), ["fast", "slow"]);
});

Deno.test("a message without msg_id gets no reply, whatever happens", async () => {
  const n0 = new TestNode((node) => {
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
    node.on(replicate, () => {
      throw new RpcError(ErrorCode.abort, "not now");
    });
  });
  n0.receive("n1", { type: "echo", echo: 1 });
  n0.receive("n1", { type: "echo" });
  n0.receive("n1", { type: "replicate", value: 1 });
  n0.receive("n1", { type: "unheard-of" });
  await settled();
  assertEquals(n0.sent, []);
  assertEquals(n0.logged, [
    'echo from n1 failed: echo: "echo" must be a JSON value, but is missing',
    "replicate from n1 failed: not now",
    'unheard-of from n1 failed: n0 handles no "unheard-of"',
  ]);
});

Deno.test("a one-way message gets no reply", () => {
  const n0 = new TestNode((node) => node.on(gossip, () => {}));
  n0.receive("n1", { type: "gossip", values: 1, msg_id: 4 });
  assertEquals(n0.sent, []);
});

Deno.test("a reply holds its described fields and no others, since Maelstrom refuses more", () => {
  const n0 = new TestNode((node) => {
    node.on(Broadcast.read, (body) => ({ ...body, type: "read_ok", messages: [1], more: 2 }));
  });
  n0.receive("c1", { type: "read", msg_id: 2 });
  assertEquals(bodies(n0.sent), [{ type: "read_ok", messages: [1], in_reply_to: 2 }]);
});

Deno.test("a second handler for one type is refused at once", () => {
  const twice: Program = (node) => {
    node.on(gossip, () => {});
    node.on(gossip, () => {});
  };
  assertThrows(() => uninitialised(twice), Error, 'a handler for "gossip" is registered already');
});

Deno.test("what a call needs and does not get is named, with what was given", async () => {
  const { node, sent, logged, init } = uninitialised();
  init();
  const call = (method: keyof Node, ...given: unknown[]) => () =>
    Reflect.apply(Object(node[method]), node, given);
  const noDescription =
    "the message must be a description, such as Echo.echo or what rpc() and oneWay() make, got ";
  const cases: [run: () => unknown, text: string][] = [
    [
      call("send", undefined, gossip, { values: 1 }),
      'node.send: the destination must be a node\'s id, such as "n0", got undefined',
    ],
    [
      call("send", ["n0", "n2"], gossip, { values: 1 }),
      'node.send: the destination must be a node\'s id, such as "n0", got ["n0","n2"]',
    ],
    [call("send", "n0", "gossip", {}), `node.send: ${noDescription}"gossip"`],
    [
      call("send", "n0", { type: "gossip", values: 1 }, {}),
      `node.send: ${noDescription}{"type":"gossip","values":1}`,
    ],
    [
      call("send", "n0", gossip, 7),
      'node.send: the fields of "gossip" must be an object { values }, got 7',
    ],
    [call("on", undefined, () => {}), `node.on: ${noDescription}undefined`],
    [call("on", gossip), 'node.on: the handler of "gossip" must be a function, got undefined'],
    [call("onInit", 5), "node.onInit: start must be a function, got 5"],
    [
      call("send", "n0", oneWay("ping", {})),
      `node.send: the fields of "ping" must be {}, got undefined`,
    ],
    [
      call("log", new Error("no")),
      "node.log: the text must be a string (console.log takes any value), got an Error",
    ],
    [
      call("log", new Map()),
      "node.log: the text must be a string (console.log takes any value), got a Map",
    ],
  ];
  for (const [run, text] of cases) assertEquals(assertThrows(run, TypeError).message, text);
  const asked = await assertRejects(async () => await call("rpc", 5, replicate, {})(), TypeError);
  assertEquals(
    asked.message,
    'node.rpc: the destination must be a node\'s id, such as "n0", got 5',
  );
  assertEquals([sent.length, logged], [1, []]);
});

// ---- failing requests

Deno.test("an ill-typed field gets error 12 that names it and what was expected", async () => {
  let handled = 0;
  const n0 = new TestNode((node) => {
    node.on(Broadcast.broadcast, () => {
      handled++;
      return { type: "broadcast_ok" };
    });
  });
  const ask = (fields: object) => n0.receive("c1", { type: "broadcast", msg_id: 1, ...fields });
  ask({ message: "seven" });
  ask({ message: null });
  ask({ massage: 7 });
  assertEquals(bodies(n0.sent).map(({ code, text }) => [code, text]), [
    [12, 'broadcast: "message" must be an integer, got "seven"'],
    [12, 'broadcast: "message" must be an integer, got null'],
    [12, 'broadcast: "message" must be an integer, but is missing'],
  ]);
  assertEquals(handled, 0);
  await n0.ask(Broadcast.broadcast, { message: 7 }); // the node keeps running
  assertEquals(handled, 1);
});

Deno.test("an unknown type gets error 10", async () => {
  const n0 = new TestNode(() => {});
  const error = await assertRejects(() => n0.ask(Broadcast.read, {}), RpcError);
  assertEquals([error.code, error.message], [ErrorCode.notSupported, 'n0 handles no "read"']);
});

Deno.test("a handler that throws, now or later, gets error 13; the log has the stack", async () => {
  const fail = () => {
    throw new TypeError("out of cheese");
  };
  for (const handler of [fail, () => Promise.reject(new TypeError("out of cheese"))]) {
    const n0 = new TestNode((node) => {
      node.on(Broadcast.read, handler);
      node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
    });
    const error = await assertRejects(() => n0.ask(Broadcast.read, {}), RpcError);
    assertEquals([error.code, error.message], [ErrorCode.crash, "out of cheese"]);
    assertEquals(n0.logged.length, 1);
    assertStringIncludes(n0.logged[0] ?? "", "read from c0 failed: TypeError: out of cheese\n");
    assertStringIncludes(n0.logged[0] ?? "", "node_test.ts");
    assertEquals((await n0.ask(Echo.echo, { echo: "alive" })).echo, "alive");
  }
});

Deno.test("a thrown value that is no Error becomes error 13 with its text", async () => {
  const n0 = new TestNode((node) => node.on(Broadcast.read, () => Promise.reject("a string")));
  const error = await assertRejects(() => n0.ask(Broadcast.read, {}), RpcError);
  assertEquals([error.code, error.message], [ErrorCode.crash, "a string"]);
});

Deno.test("an RpcError that a handler throws is its reply, and is not logged", async () => {
  const n0 = new TestNode((node) => {
    node.on(Broadcast.read, () => {
      throw new RpcError(ErrorCode.temporarilyUnavailable, "no leader");
    });
    node.on(replicate, () => Promise.reject(new RpcError(1234)));
  });
  const first = await assertRejects(() => n0.ask(Broadcast.read, {}), RpcError, "no leader");
  const second = await assertRejects(() => n0.ask(replicate, { value: 1 }), RpcError, "unknown");
  assertEquals([first.code, second.code], [11, 1234]);
  assertEquals(n0.logged, []);
});

Deno.test("a handler whose reply lacks a field, or that forgets to return, gets error 13", async () => {
  const size: number = JSON.parse('"big"'); // which the compiler cannot see
  const forgotten: { type: "read_ok"; messages: number[] } = JSON.parse("null");
  const n0 = new TestNode((node) => {
    node.on(replicate, () => ({ type: "replicate_ok", size }));
    node.on(Broadcast.read, () => forgotten);
  });
  const lacking = await assertRejects(() => n0.ask(replicate, { value: 1 }), RpcError);
  assertEquals(
    [lacking.code, lacking.message],
    [13, `the handler's replicate_ok: "size" must be an integer, got "big"`],
  );
  const nothing = await assertRejects(() => n0.ask(Broadcast.read, {}), RpcError);
  assertEquals(
    [nothing.code, nothing.message],
    [13, 'the handler of "read" must return a read_ok, got null'],
  );
});

// ---- late replies

function slowNode(tookMs: number, outcome: () => { type: "echo_ok"; echo: string }) {
  return new TestNode((node) => {
    node.on(Echo.echo, async () => {
      await new Promise((resolve) => setTimeout(resolve, tookMs));
      return outcome();
    });
  });
}
const done = () => ({ type: "echo_ok", echo: "done" }) as const;

Deno.test("a reply to a client that has given up is dropped and logged", async () => {
  using time = new FakeTime();
  const n0 = slowNode(4501, done);
  n0.receive("c1", { type: "echo", msg_id: 1, echo: "" });
  await time.advance(6000);
  assertEquals(n0.sent, []);
  assertEquals(n0.logged, ["dropped echo_ok to c1 after 4501 ms: its echo has timed out"]);
});

Deno.test("an error to a client that has given up is dropped and logged", async () => {
  using time = new FakeTime();
  const n0 = slowNode(4501, () => {
    throw new RpcError(ErrorCode.abort);
  });
  n0.receive("c1", { type: "echo", msg_id: 1, echo: "" });
  await time.advance(6000);
  assertEquals(n0.sent, []);
  assertEquals(n0.logged, ["dropped error to c1 after 4501 ms: its echo has timed out"]);
});

Deno.test("a reply that may still be in time is sent", async () => {
  using time = new FakeTime();
  const n0 = slowNode(4500, done);
  n0.receive("c1", { type: "echo", msg_id: 1, echo: "" });
  await time.advance(6000);
  assertEquals(bodies(n0.sent), [{ type: "echo_ok", echo: "done", in_reply_to: 1 }]);
  assertEquals(n0.logged, []);
});

Deno.test("a reply to a node is sent however late it is", async () => {
  using time = new FakeTime();
  const n0 = slowNode(60_000, done);
  n0.receive("n1", { type: "echo", msg_id: 1, echo: "" });
  await time.advance(60_000);
  assertEquals(n0.sent.map(({ dest }) => dest), ["n1"]);
});

// ---- sending

Deno.test("send sends a described message, without msg_id", () => {
  const { node, sent, init } = uninitialised();
  init();
  node.send("n0", gossip, { values: 3 });
  assertEquals(sent[1], { src: "n1", dest: "n0", body: { type: "gossip", values: 3 } });
});

Deno.test("a received body can be forwarded without its type and ids", () => {
  const pass = oneWay("pass", { message: integer });
  const n0 = new TestNode((node) => {
    node.on(Broadcast.broadcast, (body) => {
      node.send("n1", pass, body);
      return { type: "broadcast_ok" };
    });
  });
  n0.receive("n2", { type: "broadcast", message: 5, msg_id: 8 });
  assertEquals(bodies(n0.sent), [
    { type: "pass", message: 5 },
    { type: "broadcast_ok", in_reply_to: 8 },
  ]);
});

// ---- calls

/** A node that calls a peer, and the outcome of the call. */
function calling(options?: { timeoutMs?: number; signal?: AbortSignal }) {
  const { node, sent, logged, receive, init } = uninitialised();
  init();
  const outcome = node.rpc("n0", replicate, { value: 4 }, options).catch((error: unknown) => error);
  const request = sent[1]?.body ?? { type: "nothing was sent" };
  const reply = (body: Body) =>
    receive("n0", { ...body, in_reply_to: request.msg_id ?? null, msg_id: 77 });
  return { node, sent, logged, request, reply, outcome, receive };
}

async function rpcError(outcome: Promise<unknown>): Promise<[code: number, text: string]> {
  const error = await outcome;
  assertInstanceOf(error, RpcError);
  return [error.code, error.message];
}

Deno.test("rpc sends a request with a msg_id and resolves with the reply to it", async () => {
  using time = new FakeTime();
  const { request, reply, outcome } = calling();
  const { msg_id = null, ...fields } = request;
  assertEquals(fields, { type: "replicate", value: 4 });
  reply({ type: "replicate_ok", size: 12 });
  assertEquals(await outcome, {
    type: "replicate_ok",
    size: 12,
    in_reply_to: msg_id,
    msg_id: 77,
  });
  assertEquals(time.pending, 0);
});

Deno.test("replies find their calls in any order", async () => {
  const { node, sent, receive, init } = uninitialised();
  init();
  const calls = [1, 2, 3].map((value) => node.rpc("n0", replicate, { value }));
  for (const { body } of sent.slice(1).reverse()) {
    const in_reply_to = body.msg_id ?? null;
    receive("n0", { type: "replicate_ok", size: Number(body.value) * 10, in_reply_to });
  }
  assertEquals((await Promise.all(calls)).map(({ size }) => size), [10, 20, 30]);
});

Deno.test("an error reply rejects with its code and text", async () => {
  using time = new FakeTime();
  const { reply, outcome } = calling();
  reply({ type: "error", code: 22, text: "expected 4" });
  assertEquals(await rpcError(outcome), [22, "expected 4"]);
  assertEquals(time.pending, 0);
});

Deno.test("an error reply without a text is named, and without a code is a crash", async () => {
  const named = calling();
  named.reply({ type: "error", code: 20 });
  assertEquals(await rpcError(named.outcome), [20, "key-does-not-exist"]);
  const bare = calling();
  bare.reply({ type: "error", text: "oops" });
  assertEquals(await rpcError(bare.outcome), [13, "oops"]);
});

Deno.test("no reply within a second, or within timeoutMs, is error 0", async () => {
  using time = new FakeTime();
  for (const [options, waitMs] of [[undefined, 1000], [{ timeoutMs: 50 }, 50]] as const) {
    let over = false;
    const { outcome } = calling(options);
    outcome.then(() => over = true);
    await time.advance(waitMs - 1);
    assertEquals(over, false);
    await time.advance(1);
    await settled();
    assertEquals(over, true);
    assertEquals(await rpcError(outcome), [0, `no reply to replicate from n0 in ${waitMs} ms`]);
  }
});

Deno.test("a reply after the time-out is ignored", async () => {
  using time = new FakeTime();
  const { reply, outcome, sent, logged } = calling();
  await time.advance(1000);
  reply({ type: "replicate_ok", size: 1 });
  await settled();
  assertEquals((await rpcError(outcome))[0], 0);
  assertEquals([sent.length, logged], [2, []]);
});

Deno.test("a repeated reply counts once", async () => {
  const { reply, outcome, sent, logged } = calling();
  reply({ type: "replicate_ok", size: 1 });
  reply({ type: "replicate_ok", size: 2 });
  const { size } = await outcome as { size?: unknown };
  assertEquals(size, 1);
  reply({ type: "error", code: 14 });
  await settled();
  assertEquals([sent.length, logged], [2, []]);
});

Deno.test("a reply to no call is ignored", () => {
  const { sent, logged, receive } = calling({ signal: AbortSignal.abort() });
  receive("lin-kv", { type: "write_ok", in_reply_to: null });
  receive("lin-kv", { type: "write_ok", in_reply_to: 99 });
  assertEquals([sent.length, logged], [1, []]);
});

Deno.test("a reply from anyone but the callee is ignored, and said to be", async () => {
  using _time = new FakeTime();
  const { request, reply, outcome, receive, logged } = calling();
  const in_reply_to = request.msg_id ?? null;
  receive("c9", { type: "replicate_ok", size: 666, in_reply_to });
  receive("n2", { type: "error", code: 20, in_reply_to });
  reply({ type: "replicate_ok", size: 1 });
  assertEquals(await outcome, { type: "replicate_ok", size: 1, in_reply_to, msg_id: 77 });
  assertEquals(logged, [
    "ignored replicate_ok from c9: the replicate it replies to went to n0",
    "ignored error from n2: the replicate it replies to went to n0",
  ]);
});

Deno.test("no two incarnations number their requests alike", () => {
  const numbers = new Set<unknown>();
  for (let i = 0; i < 1_000; i++) {
    const { request, reply } = calling();
    reply({ type: "replicate_ok", size: 1 });
    assert(Number.isSafeInteger(request.msg_id));
    numbers.add(request.msg_id);
  }
  assertEquals(numbers.size, 1_000);
});

Deno.test("numbers that a double would round are passed on and answered as they came", async () => {
  const { node, sent, logged } = uninitialised((node) => {
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
    node.on(Broadcast.broadcast, () => ({ type: "broadcast_ok" }));
  });
  const deliver = (body: string) =>
    node.receive(parseMessage(`{"src":"c1","dest":"n1","body":${body}}`));
  deliver('{"type":"init","node_id":"n1","node_ids":["n1"]}');
  deliver('{"type":"echo","msg_id":9007199254740993,"echo":[1e400,5.0,12345678901234567890]}');
  deliver('{"type":"broadcast","msg_id":2,"message":9007199254740993}');
  await settled();
  assertEquals(sent.map(({ body }) => JSON.stringify(body)), [
    '{"type":"echo_ok","echo":[1e400,5.0,12345678901234567890],"in_reply_to":9007199254740993}',
    '{"type":"error","code":12,"text":"broadcast: \\"message\\" must be an integer, ' +
    'got 9007199254740993","in_reply_to":2}',
  ]);
  assertEquals(logged, []);
});

Deno.test("a reply of the wrong type or with an ill-typed field is error 13", async () => {
  const other = calling();
  other.reply({ type: "read_ok", messages: [] });
  assertEquals(
    await rpcError(other.outcome),
    [13, "malformed reply from n0: expected replicate_ok, got read_ok"],
  );
  const wrong = calling();
  wrong.reply({ type: "replicate_ok", size: "1" });
  assertEquals(
    await rpcError(wrong.outcome),
    [13, 'malformed reply from n0: "size" must be an integer, got "1"'],
  );
});

Deno.test("a call that is aborted rejects with the reason, and its reply is ignored", async () => {
  using time = new FakeTime();
  const abort = new AbortController();
  const { reply, outcome } = calling({ signal: abort.signal });
  abort.abort("no longer leader");
  reply({ type: "replicate_ok", size: 1 });
  assertEquals(await outcome, "no longer leader");
  assertEquals(time.pending, 0);
});

Deno.test("a call with an aborted signal sends nothing", async () => {
  const { sent, outcome } = calling({ signal: AbortSignal.abort("too late") });
  assertEquals(await outcome, "too late");
  assertEquals(sent.length, 1);
});

Deno.test("a time-out that setTimeout cannot keep is refused", async () => {
  for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31]) {
    const error = await calling({ timeoutMs }).outcome;
    assertInstanceOf(error, RangeError);
    assertStringIncludes(error.message, `current value is ${timeoutMs}`);
  }
});

Deno.test("a call that cannot be sent rejects and leaves nothing behind", async () => {
  using time = new FakeTime();
  const node = new Node({
    send: ({ body }) => {
      if (body.type === "replicate") throw new Error("no route");
    },
    log: () => {},
  });
  node.receive({ src: "c0", dest: "n0", body: { type: "init", node_id: "n0", node_ids: ["n0"] } });
  await assertRejects(() => node.rpc("n1", replicate, { value: 1 }), Error, "no route");
  assertEquals(time.pending, 0);
});

Deno.test("an error that a handler's own call receives becomes its reply if nobody catches it", async () => {
  const ask = rpc("ask", { key: string }, { size: integer });
  const n0 = new TestNode((node) => {
    node.on(ask, async () => {
      const { size } = await node.rpc("n1", replicate, { value: 1 });
      return { type: "ask_ok", size };
    });
  });
  const asked = assertRejects(() => n0.ask(ask, { key: "k" }), RpcError, "expected 4");
  const msgId = n0.sent[0]?.body.msg_id ?? null;
  n0.receive("n1", { type: "error", code: 22, text: "expected 4", in_reply_to: msgId });
  assertEquals((await asked).code, 22);
});
