import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import type { NatsConnection } from "@nats-io/transport-node";
import { Channel, type Frame, Reach } from "./channel.ts";
import { testWithServer } from "./server_fixture.ts";
import { connectTest } from "./system_fixture.ts";

/** One end of a channel, and what it receives. */
class End implements Disposable {
  readonly frames: Frame[] = [];
  readonly lost: string[] = [];
  readonly channel: Channel;
  #waiting: (() => void)[] = [];

  constructor(connection: NatsConnection, from: string, to: string, patienceMs = 5_000) {
    const way = { connection, reach: new Reach(connection), from, to, patienceMs };
    this.channel = new Channel({
      ...way,
      received: (frame) => this.#note(() => this.frames.push(frame)),
      lost: (why) => this.#note(() => this.lost.push(why)),
    });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #note(change: () => void): void {
    change();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  [Symbol.dispose](): void {
    this.channel.close();
  }
}

testWithServer("text of any length arrives, in order and once", async (server) => {
  await using left = await connectTest(server);
  await using right = await connectTest(server);
  using a = new End(left, "a", "b");
  using b = new End(right, "b", "a");
  const long = "ö🌍 ".repeat(3 * 2 ** 20 / 7); // several times what the server takes in a message
  for (let i = 0; i < 1_000; i++) a.channel.send("count", `${i}`);
  a.channel.send("long", long);
  a.channel.send("last");
  b.channel.send("back");
  await Promise.all([b.until(() => b.frames.length === 1_002), a.until(() => a.frames.length > 0)]);
  const counted = Array.from({ length: 1_000 }, (_, i) => ["count", `${i}`]);
  assertEquals(b.frames.slice(0, 1_000), counted);
  assert(b.frames[1_000]?.[1] === long);
  assertEquals([b.frames[1_001], a.frames], [["last"], [["back"]]]);
});

testWithServer(
  "what is sent while the server restarts arrives, in order and once",
  async (server) => {
    await using left = await connectTest(server);
    await using right = await connectTest(server);
    using a = new End(left, "a", "b");
    using b = new End(right, "b", "a");
    let sent = 0;
    const timer = setInterval(() => {
      for (let i = 0; i < 20; i++) a.channel.send("count", `${sent++}`);
    }, 1);
    await b.until(() => b.frames.length > 500);
    await server.stop();
    await delay(100);
    await server.start();
    const before = b.frames.length;
    await b.until(() => b.frames.length > before);
    clearInterval(timer);
    await b.until(() => b.frames.length === sent);
    assertEquals(b.frames, Array.from({ length: sent }, (_, i) => ["count", `${i}`]));
    assertEquals([a.lost, b.lost], [[], []]);
  },
);

testWithServer(
  "an end that is silent is lost, and the way is measured until then",
  async (server) => {
    await using left = await connectTest(server);
    await using right = await connectTest(server);
    using a = new End(left, "a", "b", 600);
    using b = new End(right, "b", "a");
    b.channel.send("hello");
    await a.until(() => a.frames.length === 1);
    while (a.channel.roundTripsMs.length === 0) await delay(20);
    b.channel.close();
    await a.until(() => a.lost.length > 0);
    assertEquals(a.lost, ["it has not been heard for 0.6 s"]);
    assert(a.channel.roundTripsMs.every((ms) => ms > 0));
  },
);

testWithServer("a way that takes longer than repetitions wait is measured", async (server) => {
  await using left = await connectTest(server);
  await using right = await connectTest(server);
  using a = new End(left, "a", "b");
  using b = new End(right, "b", "a");
  a.channel.send("before");
  await b.until(() => b.frames.length === 1);
  server.pause();
  a.channel.send("meanwhile");
  await delay(1_750);
  server.resume();
  await b.until(() => b.frames.length === 2);
  const measured = a.channel.roundTripsMs;
  const before = measured.length;
  while (measured.length === before || (measured.at(-1) ?? 0) > 250) await delay(20);
  const longestMs = Math.max(...measured);
  assert(longestMs > 1_400, `${longestMs} ms`);
});
