import { assert, assertEquals, assertThrows } from "@std/assert";
import { sleep } from "../clock/clock.ts";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { NS_PER_MS } from "../../history/operations.ts";
import { split } from "../faults/partitions.ts";
import { Network, type NetworkOptions, UnknownParticipant } from "./network.ts";
import { Packet, type PacketObserver } from "./packet.ts";
import { Random } from "../random.ts";

interface Arrival {
  readonly at: number;
  readonly to: string;
  readonly what: string;
}

class Fixture {
  readonly clock = new VirtualClock();
  readonly network: Network;
  readonly arrivals: Arrival[] = [];

  constructor(options: Partial<NetworkOptions> = {}) {
    this.network = new Network({
      clock: this.clock,
      random: new Random(1),
      latency: { meanMs: 100, distribution: "constant" },
      ...options,
    });
    for (const id of ["n0", "n1", "n2", "c0"]) this.join(id);
  }

  join(id: string): void {
    this.network.register(id, ({ body }) => {
      this.arrivals.push({ at: this.clock.nowNs() / NS_PER_MS, to: id, what: body.type });
    });
  }

  send(src: string, dest: string, type: string): void {
    this.network.send(src, dest, JSON.stringify({ src, dest, body: { type } }));
  }

  async tell(story: (pass: (ms: number) => Promise<void>) => Promise<void>): Promise<Arrival[]> {
    await this.clock.run(async () => {
      await story((ms) => sleep(this.clock, ms * NS_PER_MS));
      await sleep(this.clock, 10_000 * NS_PER_MS);
    });
    return this.arrivals;
  }
}

Deno.test("messages between nodes take the latency, those of clients none", async () => {
  const world = new Fixture();
  const arrivals = await world.tell(async (pass) => {
    world.send("n0", "n1", "peer");
    await pass(200);
    world.send("c0", "n2", "request");
    world.send("n2", "c0", "reply");
  });
  assertEquals(arrivals, [
    { at: 100, to: "n1", what: "peer" },
    { at: 200, to: "n2", what: "request" },
    { at: 200, to: "c0", what: "reply" },
  ]);
});

Deno.test("a request waits behind the message that its receiver's reader waits for", async () => {
  const world = new Fixture();
  const arrivals = await world.tell(async (pass) => {
    world.send("n0", "n1", "peer");
    await pass(1);
    world.send("c0", "n1", "request");
  });
  assertEquals(arrivals.map(({ at, what }) => [at, what]), [[100, "peer"], [100, "request"]]);
});

Deno.test("queued messages arrive in order of deadline, so a request overtakes later messages", async () => {
  const world = new Fixture();
  const arrivals = await world.tell(async (pass) => {
    world.send("n0", "n1", "first");
    await pass(50);
    world.send("n2", "n1", "second");
    await pass(10);
    world.send("c0", "n1", "request");
  });
  assertEquals(arrivals.map(({ at, what }) => [at, what]), [
    [100, "first"],
    [100, "request"],
    [150, "second"],
  ]);
});

Deno.test("a partition cuts a message when the reader takes it, not when it is sent", async () => {
  const world = new Fixture();
  const arrivals = await world.tell(async (pass) => {
    world.send("n0", "n1", "taken before");
    await pass(1);
    world.network.partition(split(["n0", "n1", "n2"], 1));
    world.send("n0", "n1", "sent while cut, taken after");
    world.send("n0", "n2", "sent and taken while cut");
    world.send("c0", "n1", "client");
    await pass(50);
    world.network.heal();
  });
  assertEquals(arrivals.map(({ what }) => what).sort(), [
    "client",
    "sent while cut, taken after",
    "taken before",
  ]);
});

Deno.test("services are never cut off, and count as servers", async () => {
  const world = new Fixture();
  world.join("lin-kv");
  const arrivals = await world.tell(async () => {
    world.network.partition(split(["n0", "n1", "n2"], 1));
    world.send("n0", "lin-kv", "read");
    await Promise.resolve();
  });
  assertEquals(arrivals.map(({ to }) => to), ["lin-kv"]);
  assertEquals(world.network.traffic.servers, { sent: 1, received: 1 });
});

Deno.test("nobody can answer a closed client", () => {
  const world = new Fixture();
  world.network.unregister("c0");
  assertThrows(() => world.send("n0", "c0", "reply"), UnknownParticipant, 'unknown "dest" c0');
  assertThrows(() => world.send("n9", "n0", "hello"), UnknownParticipant, 'unknown "src" n9');
});

Deno.test("messages are counted as Maelstrom counts them", async () => {
  const world = new Fixture();
  await world.tell(async () => {
    world.network.partition(split(["n0", "n1", "n2"], 1));
    world.send("n0", "n1", "lost");
    world.send("n1", "n2", "peer");
    world.send("c0", "n0", "request");
    await Promise.resolve();
  });
  assertEquals(world.network.traffic, {
    clients: { sent: 1, received: 1 },
    servers: { sent: 2, received: 1 },
  });
});

Deno.test("what is held comes when it is released; what is discarded does not", async () => {
  const world = new Fixture();
  const arrivals = await world.tell(async (pass) => {
    world.network.hold("n1");
    world.send("n0", "n1", "held");
    await pass(500);
    world.network.release("n1");
    await pass(200);
    world.send("n0", "n1", "on its way when the process dies");
    await pass(50);
    world.network.discard("n1");
    world.send("n0", "n1", "to the next process");
  });
  assertEquals(arrivals.map(({ at, what }) => [at, what]), [
    [500, "held"],
    [850, "to the next process"],
  ]);
});

Deno.test("a message that is due while its receiver is held comes first when it is released", async () => {
  const world = new Fixture();
  const arrivals = await world.tell(async (pass) => {
    world.send("n0", "n1", "under way");
    await pass(40);
    world.send("c0", "n1", "due sooner, but behind it");
    world.network.hold("n1");
    await pass(80);
    world.send("c0", "n1", "sent while held");
    await pass(80);
    world.network.release("n1");
  });
  assertEquals(arrivals.map(({ at, what }) => [at, what]), [
    [200, "under way"],
    [200, "due sooner, but behind it"],
    [200, "sent while held"],
  ]);
});

Deno.test("a receiver that is released in time has missed nothing", async () => {
  const world = new Fixture();
  const arrivals = await world.tell(async (pass) => {
    world.send("n0", "n1", "under way");
    await pass(40);
    world.network.hold("n1");
    await pass(40);
    world.network.release("n1");
  });
  assertEquals(arrivals, [{ at: 100, to: "n1", what: "under way" }]);
});

Deno.test("a message to a held receiver is cut by a partition that has begun since", async () => {
  const events: string[] = [];
  const world = new Fixture({ observe: (event) => events.push(event) });
  const arrivals = await world.tell(async (pass) => {
    world.send("n0", "n1", "under way");
    await pass(40);
    world.network.hold("n1");
    await pass(80);
    world.network.partition(split(["n0", "n1", "n2"], 1));
    world.network.release("n1");
  });
  assertEquals([arrivals, events], [[], ["send", "cut"]]);
});

Deno.test("messages on their way to a receiver that ends are discarded, each once", async () => {
  const events: string[] = [];
  const observe: PacketObserver = (event, { dest, body }) => {
    if (event !== "send") events.push(`${event} ${dest} ${body.type}`);
  };
  const world = new Fixture({ observe });
  await world.tell(async (pass) => {
    world.send("n0", "n1", "delivered");
    await pass(150);
    for (const what of ["under way", "waiting"]) world.send("n0", "n1", what);
    world.send("n0", "n2", "to another");
    world.network.discard("n1");
    world.send("n0", "n1", "to the next process");
    await pass(150);
    world.network.hold("c0");
    world.send("n0", "c0", "late answer");
    world.network.unregister("c0");
  });
  assertEquals(events, [
    "recv n1 delivered",
    "discarded n1 under way",
    "discarded n1 waiting",
    "recv n2 to another",
    "recv n1 to the next process",
    "discarded c0 late answer",
  ]);
  assertEquals(world.network.traffic, {
    clients: { sent: 1, received: 0 },
    servers: { sent: 5, received: 3 },
  });
});

Deno.test("latencies are drawn from their distribution, in whole milliseconds", async () => {
  for (const distribution of ["uniform", "exponential"] as const) {
    const world = new Fixture({ latency: { meanMs: 50, distribution } });
    const ids = Array.from({ length: 400 }, (_, i) => `m${i}`);
    for (const id of ids) world.join(id);
    const arrivals = await world.tell(async () => {
      for (const id of ids) world.send("n0", id, "ping");
      await Promise.resolve();
    });
    const mean = arrivals.reduce((sum, { at }) => sum + at, 0) / arrivals.length;
    assert(mean > 44 && mean < 56, `${distribution}: mean ${mean} ms`);
    assert(arrivals.every(({ at }) => Number.isInteger(at)));
    if (distribution === "uniform") assert(arrivals.every(({ at }) => at < 100));
  }
});

Deno.test("loss and latency draw separately: the messages that arrive take the same latencies in turn", async () => {
  const latencies = async (loss: number) => {
    const latency = { meanMs: 1_000, distribution: "exponential" } as const;
    const world = new Fixture({ latency, loss });
    const ids = Array.from({ length: 100 }, (_, i) => `m${i}`);
    for (const id of ids) world.join(id);
    const arrivals = await world.tell(async () => {
      for (const id of ids) world.send("n0", id, "ping");
      await Promise.resolve();
    });
    const taken = new Map(arrivals.map(({ at, to }) => [to, at]));
    return ids.flatMap((id) => taken.get(id) ?? []);
  };
  const [lossless, lossy] = [await latencies(0), await latencies(0.3)];
  assertEquals(lossless.length, 100);
  assert(lossy.length > 50 && lossy.length < 90, `${lossy.length} of 100, about 70 expected`);
  assertEquals(lossy, lossless.slice(0, lossy.length));
});

Deno.test("loss does not depend on what else is sent, and is drawn anew for a repetition", async () => {
  const lost = async (types: readonly string[]) => {
    const texts: string[] = [];
    const observe: PacketObserver = (event, { body }) =>
      void (event === "lost" && texts.push(body.type));
    const world = new Fixture({ loss: 0.5, observe });
    await world.tell(async (pass) => {
      for (const type of types) world.send("n0", "n1", type);
      await pass(1_000);
    });
    return texts;
  };
  const all = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const some = all.filter((_, i) => i % 3 === 0);
  const lostOfAll = await lost(all);
  assert(lostOfAll.length > 30 && lostOfAll.length < 70, `${lostOfAll.length} of 100`);
  assertEquals(await lost(some), lostOfAll.filter((type) => some.includes(type)));
  const again = (await lost(Array(100).fill("same"))).length;
  assert(again > 30 && again < 70, `${again} of 100 repetitions`);
});

Deno.test("loss and duplication spare clients", async () => {
  const world = new Fixture({ loss: 0.5, duplication: 0.5 });
  const arrivals = await world.tell(async () => {
    for (let i = 0; i < 400; i++) {
      world.send("n0", "n1", "peer");
      world.send("c0", "n2", "request");
    }
    await Promise.resolve();
  });
  const count = (what: string) => arrivals.filter((one) => one.what === what).length;
  assertEquals(count("request"), 400);
  assert(count("peer") > 230 && count("peer") < 370, `${count("peer")} of 400, about 300 expected`);
});

Deno.test("a packet's type is its body's, wherever that stands and whatever it is", () => {
  const typeOf = (text: string) =>
    new Packet(0, "n0", "n1", text, text.startsWith("{ ") ? JSON.parse(text).body : undefined).type;
  const written = (body: object) => JSON.stringify({ src: "n0", dest: "n1", body });
  assertEquals(typeOf(written({ type: "gossip", text: `"type":"other"` })), "gossip");
  assertEquals(typeOf(written({ text: `"type":"other"`, type: "gossip" })), "gossip");
  assertEquals(typeOf(written({ type: `a "b" \\`, value: 1 })), `a "b" \\`);
  assertEquals(typeOf(`{ "src": "n0", "dest": "n1", "body": {} }`), "undefined");
  assertEquals(typeOf(`{ "src": "n0", "dest": "n1", "body": { "type": 5 } }`), "5");
});
