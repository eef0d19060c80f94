import { assert, assertEquals, assertExists } from "@std/assert";
import type { Call } from "../clients/client.ts";
import { type Completion, completionOfError } from "../clients/completion.ts";
import { type Edn, keyword, printEdn } from "../../history/edn.ts";
import type { Assignment, Context, Generator, Invocation } from "../clients/generator.ts";
import { NS_PER_S, type Op } from "../../history/operations.ts";
import { Random } from "../random.ts";
import { ErrorCode, RpcError } from "../../message.ts";
import { kafka } from "./kafka.ts";
import type { WorkloadOptions } from "./workload.ts";

const OPTIONS: WorkloadOptions = {
  nodes: ["n0", "n1"],
  concurrency: 4,
  latencyMs: 0,
  topology: "grid",
  keyCount: 10,
  maxTxnLength: 4,
  maxWritesPerKey: 16,
};

const POLL: Invocation = { f: "poll", value: [[keyword("poll")]] };
const assign = (...keys: string[]): Invocation => ({ f: "assign", value: keys });
const rewind = (...keys: string[]): Invocation => ({
  ...assign(...keys),
  extra: { "seek-to-beginning?": true },
});

type Reply = Record<string, unknown> | Error;

/** A client whose node gives these replies; `asked` collects the requests. */
function client(...replies: Reply[]) {
  const asked: { type: string; fields: unknown }[] = [];
  const call = ((rpc, fields) => {
    asked.push({ type: rpc.type, fields });
    const reply = replies.shift() ?? {};
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  }) as Call; // a test's node: its replies are taken as they are
  const perform = kafka.open(OPTIONS);
  return {
    asked,
    perform: (op: Invocation): Promise<Completion> =>
      perform(op, call).catch((error) => completionOfError(error, op, kafka.idempotent)),
  };
}

function positions(asked: readonly { type: string; fields: unknown }[]): unknown[] {
  return asked.filter(({ type }) => type === "poll").map(({ fields }) => fields);
}

Deno.test("a client without assigned keys polls nothing and commits nothing", async () => {
  const { perform, asked } = client({ msgs: {} });
  const { type, value = null } = await perform(POLL);
  assertEquals(type, "ok");
  assertEquals(printEdn(value), "[[:poll {}]]");
  assertEquals(asked, [{ type: "poll", fields: { offsets: {} } }]);
});

Deno.test("a poll advances positions past what it received and commits the highest offsets", async () => {
  const msgs = { "7": [[2, 20], [5, 30]], "8": [] };
  const { perform, asked } = client({ offsets: {} }, { msgs }, {}, { msgs: {} });
  await perform(assign("7", "8", "9"));
  const { value = null } = await perform(POLL);
  assertEquals(printEdn(value), '[[:poll {"7" [[2 20] [5 30]], "8" []}]]');
  await perform(POLL);
  assertEquals(asked[2], { type: "commit_offsets", fields: { offsets: { "7": 5 } } });
  assertEquals(positions(asked), [
    { offsets: { "7": 0, "8": 0, "9": 0 } },
    { offsets: { "7": 6, "8": 0, "9": 0 } },
  ]);
});

Deno.test("positions never move backwards, whatever a poll returns", async () => {
  const { perform, asked } = client({}, { msgs: { "7": [[9, 1]] } }, {}, {
    msgs: { "7": [[3, 2]] },
  });
  await perform(assign("7"));
  for (let i = 0; i < 3; i++) await perform(POLL);
  assertEquals(positions(asked).at(-1), { offsets: { "7": 10 } });
});

Deno.test("assign lists committed offsets and ignores the reply", async () => {
  const { perform, asked } = client({ offsets: { "7": 41 } }, { msgs: {} });
  await perform(assign("7"));
  await perform(POLL);
  assertEquals(asked[0], { type: "list_committed_offsets", fields: { keys: ["7"] } });
  assertEquals(positions(asked), [{ offsets: { "7": 0 } }]);
});

Deno.test("assign keeps the positions of keys that stay and forgets the others", async () => {
  const msgs = { "7": [[0, 1]], "8": [[0, 1]] };
  const { perform, asked } = client({}, { msgs }, {}, {}, { msgs: {} }, {}, { msgs: {} });
  await perform(assign("7", "8"));
  await perform(POLL);
  await perform(assign("7", "9"));
  await perform(POLL);
  await perform(assign("7", "8"));
  await perform(POLL);
  assertEquals(positions(asked).slice(1), [
    { offsets: { "7": 1, "9": 0 } },
    { offsets: { "7": 1, "8": 0 } },
  ]);
});

Deno.test("an assign to the beginning sends nothing and forgets every position", async () => {
  const { perform, asked } = client({}, { msgs: { "7": [[0, 1]] } }, {}, { msgs: {} });
  await perform(assign("7"));
  await perform(POLL);
  const before = asked.length;
  assertEquals((await perform(rewind("7"))).type, "ok");
  assertEquals(asked.length, before);
  await perform(POLL);
  assertEquals(positions(asked).at(-1), { offsets: { "7": 0 } });
});

Deno.test("a send completes with its offset", async () => {
  const { perform, asked } = client({ offset: 12 });
  const { type, value = null } = await perform({
    f: "send",
    value: [[keyword("send"), "9", 3]],
  });
  assertEquals(type, "ok");
  assertEquals(printEdn(value), '[[:send "9" [12 3]]]');
  assertEquals(asked, [{ type: "send", fields: { key: "9", msg: 3 } }]);
});

Deno.test("a crash sends nothing and stays open; each client has its own positions", async () => {
  const { perform, asked } = client();
  assertEquals((await perform({ f: "crash", value: null })).type, "info");
  assertEquals(asked, []);
});

Deno.test("a time-out leaves polls and sends open, but fails an assign", async () => {
  const timeout = () => new RpcError(ErrorCode.timeout, "late");
  const { perform } = client(timeout(), timeout(), timeout());
  assertEquals((await perform(POLL)).type, "info");
  assertEquals((await perform({ f: "send", value: [[keyword("send"), "1", 1]] })).type, "info");
  assertEquals((await perform(assign("7"))).type, "fail");
});

Deno.test("a failed commit fails its poll, but the positions stay advanced", async () => {
  const { perform, asked } = client(
    {},
    { msgs: { "7": [[0, 1]] } },
    new RpcError(ErrorCode.temporarilyUnavailable, "no"),
    { msgs: {} },
  );
  await perform(assign("7"));
  assertEquals((await perform(POLL)).type, "fail");
  await perform(POLL);
  assertEquals(positions(asked).at(-1), { offsets: { "7": 1 } });
});

function context(nowNs: number, free: readonly number[] = [0]): Context {
  return { nowNs, free, threads: OPTIONS.concurrency };
}

function draw(main: Generator, count: number): Assignment[] {
  return Array.from({ length: count }, (_, now) => main.take(context(now)));
}

function ok(f: string, value: Edn): Op {
  return { index: 0, time: 0, type: "ok", process: 0, f, value };
}
const sent = (key: string, offset: number) =>
  ok("send", [[keyword("send"), key, [offset, offset + 1]]]);
const polled = (key: string, ...offsets: number[]) =>
  ok("poll", [[keyword("poll"), new Map([[key, offsets.map((offset) => [offset, 1])]])]]);

Deno.test("sends are a little rarer than polls, as full keys are redrawn; one operation in 64 assigns a key", () => {
  const { main } = kafka.generators(OPTIONS, new Random(1));
  const ops = draw(main, 20_000);
  const share = (f: string) => ops.filter((op) => op.f === f).length / ops.length;
  assert(Math.abs(share("assign") - 1 / 64) < 0.003, `assign: ${share("assign")}`);
  assert(Math.abs(share("send") - share("poll") + 0.04) < 0.02, `send: ${share("send")}`);
  assert(
    ops.filter(({ f }) => f === "assign").every(({ value, extra }) =>
      Array.isArray(value) && value.length === 1 && extra === undefined
    ),
  );
});

Deno.test("the assign before a send has the key of that send", () => {
  const { main } = kafka.generators(OPTIONS, new Random(2));
  const ops = draw(main, 20_000);
  let pairs = 0;
  for (const [i, { f, value }] of ops.entries()) {
    const then = ops[i + 1];
    if (f !== "assign" || then?.f !== "send") continue;
    assertEquals(printEdn(value), `[${printEdn(keyOfSend(then))}]`);
    pairs++;
  }
  assert(pairs > 50, `${pairs} pairs`);
});

function keyOfSend({ value }: Invocation): Edn {
  const [[, key = null] = []] = Array.isArray(value) ? value : [];
  return key;
}

Deno.test("a third of the assigns include the keys that were sent more than was polled", () => {
  const { main } = kafka.generators(OPTIONS, new Random(3));
  for (const op of [sent("3", 4), sent("12", 0), polled("12", 0), sent("5", 2), polled("5", 1)]) {
    main.observe?.(op, 0);
  }
  const assigns = draw(main, 40_000).filter(({ f }) => f === "assign");
  const wide = assigns.filter(({ extra }) => extra !== undefined);
  assert(Math.abs(wide.length / assigns.length - 1 / 3) < 0.07, `${wide.length} assigns`);
  const [first] = wide;
  assertExists(first);
  assertEquals(
    printEdn(first.extra ?? null),
    "{:unseen {3 {:polled -1, :sent 4}, 5 {:polled 1, :sent 2}}}",
  );
  for (const { value } of wide) {
    const keys = Array.isArray(value) ? value : [];
    assertEquals(keys.slice(0, 2), ["3", "5"]);
    assertEquals(new Set(keys).size, keys.length);
    assert(keys.length <= 3);
  }
});

Deno.test("a poll before a send was acknowledged does not count as having seen it", () => {
  const { main } = kafka.generators(OPTIONS, new Random(3));
  main.observe?.(polled("3", 7), 0);
  main.observe?.(sent("3", 4), 0);
  const wide = draw(main, 5_000).find(({ extra }) => extra !== undefined);
  assertEquals(printEdn(wide?.extra ?? null), "{:unseen {3 {:polled -1, :sent 4}}}");
});

Deno.test("sends and polls that did not succeed do not count as seen", () => {
  const { main } = kafka.generators(OPTIONS, new Random(4));
  main.observe?.({ ...sent("3", 4), type: "info" }, 0);
  assert(draw(main, 20_000).every(({ extra }) => extra === undefined));
});

Deno.test("the first crash comes at once; each thread crashes every 30 s on average", () => {
  const { background } = kafka.generators(OPTIONS, new Random(5));
  assertExists(background);
  let now = 0;
  for (let i = 0; i < 2_000; i++) {
    const when = background.when(context(now));
    assert(typeof when === "number");
    if (i === 0) assertEquals(when, 0);
    now = when;
    assertEquals(background.take(context(now)).f, "crash");
  }
  assert(Math.abs(now / NS_PER_S / 2_000 - 7.5) < 0.3, `every ${now / NS_PER_S / 2_000} s`);
});

/** Takes whatever the end has for one thread, as it comes, completing it with `ok`. */
function runFinal(final: Generator, thread: number, reply: (op: Assignment) => Op): Op[] {
  const done: Op[] = [];
  for (let now = 0;;) {
    const when = final.when(context(now, [thread]));
    if (typeof when !== "number") return done;
    now = Math.max(now, when);
    const op = final.take(context(now, [thread]));
    const completion = { ...reply(op), f: op.f, time: now, ...(op.extra && { extra: op.extra }) };
    final.observe?.(completion, thread);
    done.push(completion);
  }
}

Deno.test("at the end a thread crashes, returns to the beginning, and polls until it has seen everything", () => {
  const { main, final } = kafka.generators(OPTIONS, new Random(6));
  assertExists(final);
  for (const op of [sent("12", 3), polled("9", 0, 1), sent("9", 0)]) main.observe?.(op, 0);
  let polls = 0;
  const done = runFinal(final, 2, ({ f, value }) => {
    if (f !== "poll") return ok(f, value);
    polls++;
    return polls < 3 ? polled("12", polls) : polls === 3 ? polled("12", 3) : polled("9", 1);
  });
  assertEquals(done.map(({ f }) => f), ["crash", "assign", "poll", "poll", "poll", "poll"]);
  assertEquals(done[1]?.value, ["9", "12"], "keys are in order");
  assertEquals(done[1]?.extra, { "seek-to-beginning?": true });
});

Deno.test("a thread goes on polling, whatever other threads have seen", () => {
  const { main, final } = kafka.generators(OPTIONS, new Random(7));
  assertExists(final);
  main.observe?.(sent("1", 0), 0);
  const polls = () =>
    runFinal(final, 0, ({ f, value }) => f === "poll" ? polled("1", 0) : ok(f, value));
  assertEquals(polls().map(({ f }) => f), ["crash", "assign", "poll"]);
  assertEquals(final.when(context(0, [0])), "pending");
  assertEquals(final.when(context(0, [1])), 0);
});

Deno.test("final polls come every 0.2 s on average, for at most ten seconds", () => {
  const { main, final } = kafka.generators(OPTIONS, new Random(8));
  assertExists(final);
  main.observe?.(sent("1", 0), 0);
  const done = runFinal(
    final,
    0,
    ({ f, value }) => ok(f, f === "poll" ? [[keyword("poll")]] : value),
  );
  const polls = done.filter(({ f }) => f === "poll");
  assert(polls.length > 35 && polls.length < 70, `${polls.length} polls`);
  assert((polls.at(-1)?.time ?? 0) < 10 * NS_PER_S);
});

Deno.test("a thread that has nothing to see does not wait", () => {
  const { final } = kafka.generators(OPTIONS, new Random(9));
  assertExists(final);
  for (let thread = 0; thread < OPTIONS.concurrency; thread++) {
    assertEquals(runFinal(final, thread, ({ f, value }) => ok(f, value)), []);
  }
});
