import { assert, assertEquals, assertThrows } from "@std/assert";
import { ErrorCode, RpcError } from "../message.ts";
import { Session, type SessionOptions, Sessions, type Stamp } from "./session.ts";
import { FakeTime } from "../testing/mod.ts";

function options(onSilence: () => void = () => {}): SessionOptions {
  return { repeatMs: 100, maxUnanswered: 3, onSilence };
}

/** A server that records every attempt, and answers when the test says so. */
function server() {
  const heard: { stamp: Stamp; answer: (reply: string) => void; fail: (e: Error) => void }[] = [];
  const attempt = (stamp: Stamp) => {
    const { promise, resolve: answer, reject: fail } = Promise.withResolvers<string>();
    heard.push({ stamp, answer, fail });
    return promise;
  };
  return { heard, attempt };
}

Deno.test("a request is repeated with its stamp until it is answered", async () => {
  using time = new FakeTime();
  const { heard, attempt } = server();
  const reply = new Session(options()).request(attempt);
  await time.advance(250);
  assertEquals(heard.length, 3);
  assertEquals(new Set(heard.map(({ stamp }) => JSON.stringify(stamp))).size, 1);
  heard[2]?.answer("yes");
  assertEquals(await reply, "yes");
  await time.advance(1_000);
  assertEquals(heard.length, 3);
  assertEquals(time.pending, 0);
});

Deno.test("the reply to an early attempt counts, however late it is", async () => {
  using time = new FakeTime();
  const { heard, attempt } = server();
  const reply = new Session(options()).request(attempt);
  await time.advance(950);
  heard[0]?.answer("slow");
  assertEquals(await reply, "slow");
});

Deno.test("an attempt that fails is followed by the next", async () => {
  using time = new FakeTime();
  const { heard, attempt } = server();
  const reply = new Session(options()).request(attempt);
  heard[0]?.fail(new Error("no"));
  await time.advance(100);
  heard[1]?.answer("yes");
  assertEquals(await reply, "yes");
});

Deno.test("requests are numbered, and no two sessions share a name", async () => {
  using _time = new FakeTime();
  const stamps: Stamp[] = [];
  const attempt = (stamp: Stamp) => Promise.resolve(void stamps.push(stamp));
  const session = new Session(options());
  await session.request(attempt);
  await session.request(attempt);
  await new Session(options()).request(attempt);
  const [first, second, other] = stamps;
  assertEquals([first?.seq, second?.seq, other?.seq], [1, 2, 1]);
  assertEquals(first?.incarnation, second?.incarnation);
  assert(first?.incarnation !== other?.incarnation);
});

Deno.test("a server is silent after maxUnanswered attempts, until it answers", async () => {
  using time = new FakeTime();
  const { heard, attempt } = server();
  let silences = 0;
  const session = new Session(options(() => silences++));
  const reply = session.request(attempt);
  await time.advance(199);
  assertEquals([session.silent, silences], [false, 0]);
  await time.advance(1);
  assertEquals([session.silent, silences], [true, 0]);
  await time.advance(200);
  assertEquals([session.silent, silences], [true, 2]);
  heard[0]?.answer("back");
  await reply;
  assert(!session.silent);
});

const from = (incarnation: string, seq: number): Stamp => ({ incarnation, seq });

Deno.test("a repeated request is not executed again, and gets the same reply", () => {
  const sessions = new Sessions<number>();
  let executed = 0;
  const execute = () => ++executed;
  assertEquals(sessions.answer(from("a", 1), execute), 1);
  assertEquals(sessions.answer(from("a", 1), execute), 1);
  assertEquals(sessions.answer(from("a", 2), execute), 2);
});

Deno.test("a request that arrives after a later one is refused", () => {
  const sessions = new Sessions<string>();
  sessions.answer(from("a", 2), () => "2");
  const error = assertThrows(
    () => sessions.admit(from("a", 1)),
    RpcError,
    "request 1 is over: 2 has come",
  );
  assertEquals(error.code, ErrorCode.abort);
});

Deno.test("clients do not share numbers, nor do incarnations of one client", () => {
  const sessions = new Sessions<string>();
  assertEquals(sessions.answer(from("a", 5), () => "a5"), "a5");
  assertEquals(sessions.answer(from("b", 1), () => "b1"), "b1");
  assertEquals(sessions.answer(from("a", 5), () => "again"), "a5");
});

Deno.test("a request that failed counts as not made", () => {
  const sessions = new Sessions<string>();
  assertThrows(() =>
    sessions.answer(from("a", 1), () => {
      throw new Error("no");
    })
  );
  assertEquals(sessions.answer(from("a", 1), () => "now"), "now");
});

Deno.test("a number that no client can have come to is refused, and the next one is not", () => {
  const sessions = new Sessions<string>();
  const refused = (seq: number) => assertThrows(() => sessions.admit(from("a", seq)), RpcError);
  for (const seq of [2 ** 53 - 1, -1]) refused(seq);
  sessions.answer(from("a", 1), () => "1");
  for (const seq of [2 ** 53 - 1, 3, 0]) assertEquals(refused(seq).code, ErrorCode.abort);
  for (const seq of [1, 2]) sessions.admit(from("a", seq));
});

Deno.test("a server that restarts knows what it has executed", () => {
  const before = new Sessions<string>();
  before.answer(from("a", 4), () => "a4");
  const after = new Sessions<string>();
  after.restore(before.state);
  assertEquals(after.answer(from("a", 4), () => "again"), "a4");
  assertThrows(() => after.admit(from("a", 3)), RpcError);
});

Deno.test("a query has the number of the request before it", async () => {
  using _time = new FakeTime();
  const stamps: Stamp[] = [];
  const attempt = (stamp: Stamp) => Promise.resolve(void stamps.push(stamp));
  const session = new Session(options());
  await session.query(attempt);
  await session.request(attempt);
  await session.query(attempt);
  await session.request(attempt);
  assertEquals(stamps.map(({ seq }) => seq), [0, 1, 1, 2]);
});
