import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Kv, type Store, timestamp, type UpdateOptions } from "./kv.ts";
import { type Body, ErrorCode, RpcError } from "./message.ts";
import type { Node } from "./node.ts";
import { array, boolean, integer, rpc, string } from "./rpc.ts";
import { FakeTime, scenario, settled, TestNode, type World } from "./testing/mod.ts";

/** A node whose requests the test answers, or leaves unanswered. */
function nodeWithStore(store: Store = "seq-kv") {
  let kv: Kv<number> | undefined;
  let node: Node | undefined;
  const n0 = new TestNode((self) => {
    node = self;
    kv = new Kv(self, store, integer, { timeoutMs: 100 });
  });
  if (kv === undefined || node === undefined) throw new Error("the program did not run");
  /** Answers the pending request, and returns it. */
  const answer = async (reply: Body): Promise<Body> => {
    await settled();
    const request = n0.sent.shift();
    if (request === undefined) throw new Error("nothing was asked");
    const { dest, body } = request;
    n0.receive(dest, { ...reply, in_reply_to: body.msg_id ?? null });
    await settled();
    return withoutId(body);
  };
  return { n0, node, kv, answer };
}

function withoutId({ msg_id: _, ...body }: Body): Body {
  return body;
}

const error = (code: number): Body => ({ type: "error", code, text: "as scripted" });
const value = (value: unknown): Body => ({ type: "read_ok", value });
const codeOf = async (call: Promise<unknown>) => (await assertRejects(() => call, RpcError)).code;

Deno.test("a read returns the value and asks the store it belongs to", async () => {
  const { n0, kv, answer } = nodeWithStore("lww-kv");
  const reading = kv.read("k");
  assertEquals(n0.sent[0]?.dest, "lww-kv");
  assertEquals(await answer(value(7)), { type: "read", key: "k" });
  assertEquals(await reading, 7);
});

Deno.test("readOr returns its fallback if the key does not exist, and for no other error", async () => {
  const { kv, answer } = nodeWithStore();
  for (const [reply, expected] of [[value(7), 7], [error(20), "none"]] as const) {
    const reading = kv.readOr("k", "none");
    await answer(reply);
    assertEquals(await reading, expected);
  }
  const reading = codeOf(kv.readOr("k", "none"));
  await answer(error(11));
  assertEquals(await reading, 11);
});

Deno.test("a value of another shape is an error that names the key", async () => {
  const { kv, answer } = nodeWithStore();
  const reading = assertRejects(() => kv.read("k"), RpcError, '"k"" must be an integer, got "x"');
  await answer(value("x"));
  assertEquals((await reading).code, ErrorCode.crash);
});

Deno.test("write and cas send what they are given, and create only if asked to", async () => {
  const { kv, answer } = nodeWithStore();
  const writing = kv.write("k", 1);
  assertEquals(await answer({ type: "write_ok" }), { type: "write", key: "k", value: 1 });
  await writing;
  const cas = { type: "cas", key: "k", from: 1, to: 2 };
  const setting = kv.cas("k", 1, 2);
  assertEquals(await answer({ type: "cas_ok" }), cas);
  await setting;
  const creating = kv.cas("k", 1, 2, { createIfNotExists: true });
  assertEquals(await answer({ type: "cas_ok" }), { ...cas, create_if_not_exists: true });
  await creating;
});

Deno.test("a refused compare-and-set is a definite error, one without an answer is not", async () => {
  using time = new FakeTime();
  const { n0, kv, answer } = nodeWithStore();
  const refused = assertRejects(() => kv.cas("k", 1, 2), RpcError);
  await answer(error(22));
  assertEquals((await refused).definite, true);
  const lost = assertRejects(() => kv.cas("k", 1, 2), RpcError);
  await time.advance(100);
  assertEquals([(await lost).code, (await lost).definite, n0.sent.length], [0, false, 1]);
});

Deno.test("update reads, changes, and compares with what it read", async () => {
  const { kv, answer } = nodeWithStore();
  const updating = kv.update("k", (current = 0) => current + 1);
  assertEquals(await answer(value(7)), { type: "read", key: "k" });
  assertEquals(await answer({ type: "cas_ok" }), { type: "cas", key: "k", from: 7, to: 8 });
  assertEquals(await updating, 8);
});

Deno.test("update creates a key that does not exist, and compares with null", async () => {
  const { kv, answer } = nodeWithStore();
  const updating = kv.update("k", (current = 0) => current + 1);
  await answer(error(20));
  assertEquals(await answer({ type: "cas_ok" }), {
    type: "cas",
    key: "k",
    from: null,
    to: 1,
    create_if_not_exists: true,
  });
  assertEquals(await updating, 1);
});

Deno.test("update writes nothing if the change returns what it was given", async () => {
  const { n0, kv, answer } = nodeWithStore();
  const updating = kv.update("k", (current = 0) => Math.max(current, 5));
  await answer(value(7));
  assertEquals([await updating, n0.sent], [7, []]);
});

Deno.test("update starts from an assumed value without a read, and reads if that is wrong", async () => {
  using time = new FakeTime();
  const { kv, answer } = nodeWithStore();
  const updating = kv.update("k", (current = 0) => current + 1, { assume: 3 });
  assertEquals(await answer(error(22)), { type: "cas", key: "k", from: 3, to: 4 });
  await time.advance(4);
  assertEquals(await answer(value(9)), { type: "read", key: "k" });
  assertEquals(await answer({ type: "cas_ok" }), { type: "cas", key: "k", from: 9, to: 10 });
  assertEquals(await updating, 10);
});

Deno.test("update ends with code 0 when a compare-and-set may have happened", async () => {
  using time = new FakeTime();
  const { n0, kv, answer } = nodeWithStore();
  const outcome = codeOf(kv.update("k", (current = 0) => current + 1));
  await answer(value(7));
  await time.advance(10_000);
  assertEquals([await outcome, n0.sent.map(({ body }) => body.type)], [0, ["cas"]]);
});

Deno.test("update of an idempotent change goes on after that, from what it then reads", async () => {
  using time = new FakeTime();
  const { n0, kv, answer } = nodeWithStore();
  const most = (current = 0) => Math.max(current, 9);
  const updating = kv.update("k", most, { assume: 7, idempotent: true });
  await time.advance(104); // no answer in 100 ms, then up to 4 ms of back-off
  n0.sent.shift();
  assertEquals(await answer(value(9)), { type: "read", key: "k" }); // so the first one had happened
  assertEquals(await updating, 9);
});

Deno.test("update repeats a read that was not answered", async () => {
  using time = new FakeTime();
  const { n0, kv, answer } = nodeWithStore();
  const updating = kv.update("k", (current = 0) => current + 1);
  await time.advance(104);
  n0.sent.shift();
  await answer(value(7));
  await answer({ type: "cas_ok" });
  assertEquals(await updating, 8);
});

Deno.test("update gives up after maxAttempts, with code 30 if nothing happened and code 0 if it may have", async () => {
  using time = new FakeTime();
  const { kv, answer } = nodeWithStore();
  const increment = (current = 0) => current + 1;
  const conflicts = codeOf(kv.update("k", increment, { maxAttempts: 3 }));
  for (const back of [4, 8, 0]) {
    await answer(value(7));
    await answer(error(22));
    await time.advance(back);
  }
  assertEquals(await conflicts, ErrorCode.txnConflict);

  const doubt = codeOf(kv.update("k", increment, { maxAttempts: 2, idempotent: true }));
  await answer(value(7));
  await time.advance(104);
  await answer(error(22)); // too late
  await answer(value(7));
  await answer(error(22));
  assertEquals(await doubt, ErrorCode.timeout);
});

Deno.test("update refuses to make no attempt, and sends nothing", async () => {
  const { n0, kv } = nodeWithStore();
  for (const maxAttempts of [0, -1, NaN]) {
    const text = `maxAttempts must be at least 1: current value is ${maxAttempts}`;
    await assertRejects(() => kv.update("k", () => 1, { maxAttempts }), RangeError, text);
  }
  assertEquals(n0.sent, []);
});

Deno.test("update passes on errors other than conflicts, also those that the change throws", async () => {
  const { n0, kv, answer } = nodeWithStore();
  const refused = codeOf(kv.update("k", () => 1));
  await answer(error(11));
  assertEquals(await refused, 11);
  const failed = assertRejects(
    () =>
      kv.update("k", () => {
        throw new RangeError("too big");
      }),
    RangeError,
  );
  await answer(value(1));
  await failed;
  assertEquals(n0.sent, []);
});

Deno.test("update's pause is bounded by twice as much each time, and by half a second", async () => {
  using time = new FakeTime();
  const { n0, kv, answer } = nodeWithStore();
  const { random } = Math;
  Math.random = () => 0; // the longest pauses
  try {
    const outcome = codeOf(kv.update("k", (current = 0) => current + 1));
    const waitsMs: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const sinceMs = performance.now();
      while (n0.sent.length === 0) await time.advance(1);
      waitsMs.push(performance.now() - sinceMs);
      await answer(value(7));
      await answer(error(22));
    }
    assertEquals(await outcome, ErrorCode.txnConflict);
    assertEquals(waitsMs, [0, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512, 512]);
    assertEquals(time.pending, 0);
  } finally {
    Math.random = random;
  }
});

// ---- in the simulator

const add = rpc("add", { store: string, key: string, tag: integer }, {});
const read = rpc("read", { store: string, key: string }, { tags: array(integer) });
const ask = rpc("ask", {}, { ts: integer });
const sync = rpc("sync", { unique: integer }, {});
const bumped = rpc("bumped", {}, { count: integer });
const bump = rpc("bump", { idempotent: boolean }, {});

function storeNamed(name: string): Store {
  if (name === "lin-kv" || name === "seq-kv" || name === "lww-kv") return name;
  throw new Error(`no store ${name}`);
}

/** Keeps lists of tags in the stores, each tag at most once in a list. */
function tagger(node: Node): void {
  const tags = (store: string) => new Kv(node, storeNamed(store), array(integer));
  const options: UpdateOptions<number[]> = { idempotent: true, maxAttempts: 25 };
  node.on(add, async ({ store, key, tag }) => {
    const change = (now: number[] = []) => now.includes(tag) ? now : [...now, tag];
    await tags(store).update(key, change, options);
    return { type: "add_ok" };
  });
  node.on(read, async ({ store, key }) => {
    return { type: "read_ok", tags: await tags(store).readOr(key, []) };
  });
  node.on(ask, async () => ({ type: "ask_ok", ts: await timestamp(node) }));
  node.on(sync, async ({ unique }) => {
    await new Kv(node, "seq-kv", integer).write("sync", unique);
    return { type: "sync_ok" };
  });
  node.on(bump, async ({ idempotent }) => {
    const numbers = new Kv(node, "lin-kv", integer);
    await numbers.update("count", (count = 0) => count + 1, { idempotent });
    return { type: "bump_ok" };
  });
  node.on(bumped, async () => {
    return { type: "bumped_ok", count: await new Kv(node, "lin-kv", integer).readOr("count", 0) };
  });
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const ascending = (tags: readonly number[]) => tags.toSorted((a, b) => a - b);

/** Lets every node add some tags, one after another; returns how many were acknowledged. */
async function addEverywhere(world: World, store: string, each: number): Promise<number> {
  let acknowledged = 0;
  await Promise.all(world.nodes.map(async (node, n) => {
    for (const i of upTo(each)) {
      await world.ask(node, add, { store, key: "k", tag: n * each + i });
      acknowledged++;
    }
  }));
  return acknowledged;
}

/** What a node reads after it has brought itself up to date. */
async function newest(world: World, store: string): Promise<number[]> {
  if (store === "seq-kv") await world.ask("n0", sync, { unique: world.nowMs });
  return (await world.ask("n0", read, { store, key: "k" })).tags;
}

for (const store of ["lin-kv", "seq-kv"]) {
  Deno.test(`competing updates of ${store} all take effect, at any latency and in any partition`, async () => {
    for (const latencyMs of [0, 20]) {
      await scenario(tagger, { nodes: 3, latencyMs, seed: latencyMs }, async (world) => {
        world.partition(["n0"], ["n1", "n2"]);
        assertEquals(await addEverywhere(world, store, 8), 24);
        assertEquals(ascending(await newest(world, store)), upTo(24));
      });
    }
  });
}

Deno.test("idempotent updates take effect although a fifth of all messages is lost", async () => {
  for (const seed of [1, 2]) {
    const options = { nodes: 3, latencyMs: 5, loss: 0.2, seed };
    await scenario(tagger, options, async (world) => {
      // Lost reads are repeated; with lin-kv every answer is right.
      const lost = async (attempt: () => Promise<unknown>) => {
        try {
          await attempt();
        } catch (error) {
          assert(error instanceof RpcError && error.code === ErrorCode.timeout, `${error}`);
          await lost(attempt);
        }
      };
      await Promise.all(
        upTo(12).map((tag) =>
          lost(() => world.ask(`n${tag % 3}`, add, { store: "lin-kv", key: "k", tag }))
        ),
      );
      await lost(async () => assertEquals(ascending(await newest(world, "lin-kv")), upTo(12)));
    });
  }
});

Deno.test("an update that is not idempotent never takes effect twice, whatever is lost", async () => {
  const counts = async (idempotent: boolean) => {
    let acknowledged = 0;
    let doubtful = 0;
    let count = 0;
    await scenario(tagger, { nodes: 2, loss: 0.2, seed: 1 }, async (world) => {
      for (const i of upTo(60)) {
        try {
          await world.ask(`n${i % 2}`, bump, { idempotent });
          acknowledged++;
        } catch {
          doubtful++;
        }
      }
      await world.expectWithin(10_000, async () => {
        count = (await world.ask("n0", bumped, {})).count;
      });
    });
    return { acknowledged, doubtful, count };
  };
  const right = await counts(false);
  assert(right.doubtful > 0, "some replies were lost");
  assert(right.count >= right.acknowledged && right.count <= right.acknowledged + right.doubtful);
  const wrong = await counts(true); // an increment is not idempotent
  assert(wrong.count > wrong.acknowledged + wrong.doubtful, "or else the test shows nothing");
});

Deno.test("seq-kv returns stale values until its client writes something unique", async () => {
  const late: number[] = [];
  await scenario(tagger, { nodes: 3 }, async (world) => {
    for (const tag of upTo(10)) {
      await world.ask("n0", add, { store: "seq-kv", key: "k", tag });
    }
    late.push((await world.ask("n1", read, { store: "seq-kv", key: "k" })).tags.length);
    await world.ask("n2", sync, { unique: 1 });
    assertEquals((await world.ask("n2", read, { store: "seq-kv", key: "k" })).tags, upTo(10));
  });
  assert(late[0] !== undefined && late[0] < 10);
});

Deno.test("timestamps are unique and increase, whichever node asks", async () => {
  await scenario(tagger, { nodes: 3, latencyMs: 10 }, async (world) => {
    const first = await Promise.all(upTo(9).map((i) => world.ask(`n${i % 3}`, ask, {})));
    const then = await world.ask("n0", ask, {});
    assertEquals(ascending(first.map(({ ts }) => ts)), upTo(9));
    assertEquals(then.ts, 9);
  });
});

Deno.test("a client of no store, of no node or without a shape is refused at once", async () => {
  const { node, kv } = nodeWithStore();
  const make = (...given: unknown[]) => () => Reflect.construct(Kv, given);
  const cases: [run: () => unknown, text: string][] = [
    [make("seq-kv", integer), 'new Kv: the first argument must be the node, got "seq-kv"'],
    [
      make(node, "seq"),
      'new Kv: the store must be one of "lin-kv", "seq-kv", "lww-kv", got "seq"',
    ],
    [
      make(node, "seq-kv"),
      "new Kv: the third argument, what values look like, must be a shape, such as integer, " +
      "string or array(integer), got undefined",
    ],
  ];
  for (const [run, text] of cases) assertEquals(assertThrows(run, TypeError).message, text);
  const update = () => Reflect.apply(kv.update, kv, ["k", 5]);
  const { message } = await assertRejects(update, TypeError);
  assertEquals(message, "Kv.update: the change must be a function, got 5");
});
