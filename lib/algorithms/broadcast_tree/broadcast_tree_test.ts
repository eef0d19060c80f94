import { assertEquals } from "@std/assert";
import { BroadcastTree } from "./broadcast_tree.ts";
import { news } from "./news.ts";
import type { Schedule } from "./schedule.ts";
import type { Json } from "../../message.ts";
import type { Node } from "../../node.ts";
import { integer, json, rpc } from "../../rpc.ts";
import { Broadcast } from "../../workloads.ts";
import { FakeTime, scenario, settled, TestNode } from "../../testing/mod.ts";

const Add = { add: rpc("add", { value: integer }, {}) };

const SCHEDULE: Schedule = {
  report: (sinceMs) => sinceMs,
  scatter: (sinceMs) => sinceMs + 10,
  ackUpMs: 100,
  ackDownMs: 10,
  patienceMs: 50,
  probeMs: 200,
};
/** Until a parent is suspected that never acknowledged anything. */
const FIRST_TIMEOUT_MS = 1000;

const program = (schedule: Schedule) => (node: Node): void => {
  const tree = new BroadcastTree(node, schedule);
  node.on(Add.add, async ({ value }) => {
    await tree.add(value);
    return { type: "add_ok" };
  });
};

/** One node of four, and the others played by the test. */
class Subject {
  readonly time = new FakeTime();
  readonly #node: TestNode;

  constructor(id: string, schedule: Partial<Schedule> = {}) {
    const ids = ["n0", "n1", "n2", "n3"];
    this.#node = new TestNode(program({ ...SCHEDULE, ...schedule }), id, ids);
  }

  async add(value: number): Promise<void> {
    await this.#node.ask(Add.add, { value });
  }

  /**
   * What was sent since this was last asked, as `dest path! values + aside` (`!`: an answer is
   * wanted).
   */
  sent(): string[] {
    return this.#node.sent.splice(0).map(({ dest, body: { path, probe, values, aside } }) => {
      const besides = Array.isArray(aside) && aside.length > 0 ? ` + ${JSON.stringify(aside)}` : "";
      return `${dest} [${path}]${probe ? "!" : ""} ${JSON.stringify(values)}${besides}`;
    });
  }

  /** Delivers a message of a peer, and lets the node store what is in it. */
  async hear(src: string, body: Record<string, Json>): Promise<void> {
    const fields = {
      seq: 1,
      ack: 0,
      held: 0,
      path: [],
      stamp: 1,
      probe: false,
      values: [],
      aside: [],
      ...body,
    };
    this.#node.receive(src, { type: "news", ...fields });
    await settled();
  }

  [Symbol.dispose](): void {
    this.time[Symbol.dispose]();
  }
}

Deno.test("a leaf reports to the lowest node, again with all that is not acknowledged", async () => {
  using n1 = new Subject("n1");
  await n1.add(1);
  await n1.add(2);
  assertEquals(n1.sent(), ["n0 [n0] [1]", "n0 [n0] [1,2]"]);
  await n1.hear("n0", { ack: 2 });
  await n1.add(3);
  assertEquals(n1.sent(), ["n0 [n0] [3]"]);
});

Deno.test("the root scatters what it gathers, but to nobody what that one said", async () => {
  using n0 = new Subject("n0");
  await n0.hear("n1", { path: ["n0"], values: [1] });
  await n0.time.advance(5);
  await n0.hear("n2", { path: ["n0"], values: [2] });
  assertEquals(n0.sent(), []);
  await n0.time.advance(5);
  assertEquals(n0.sent(), ["n1 [] [2]", "n2 [] [1]", "n3 [] [1,2]"]);
});

Deno.test("what a peer turns out to have is not sent to it", async () => {
  using n0 = new Subject("n0");
  await n0.add(1);
  await n0.hear("n1", { path: ["n0"], values: [1] });
  await n0.time.advance(10);
  assertEquals(n0.sent(), ["n1 [] []", "n2 [] [1]", "n3 [] [1]"]);
});

Deno.test("an acknowledgement that finds no message to go with goes alone, and then all is quiet", async () => {
  using n1 = new Subject("n1");
  await n1.hear("n0", { values: [1] });
  await n1.time.advance(99);
  assertEquals(n1.sent(), []);
  await n1.time.advance(1);
  assertEquals(n1.sent(), ["n0 [n0] []"]);
  await n1.time.advance(60_000);
  assertEquals([n1.sent(), n1.time.pending], [[], 0]);
});

Deno.test("when the parent does not answer everyone is told, and the lowest who answers followed", async () => {
  using n2 = new Subject("n2");
  await n2.add(1);
  n2.sent();
  await n2.time.advance(FIRST_TIMEOUT_MS);
  assertEquals(n2.sent(), ["n0 []! [1]", "n1 []! [1]", "n3 []! [1]"]);
  await n2.hear("n3", { ack: 1 });
  await n2.hear("n1", { ack: 1 });
  await n2.time.advance(20);
  // n3 hears that there is a lower root than itself; it is not followed.
  assertEquals(n2.sent(), ["n3 [] [] + [1]", "n1 [n1] []"]);
});

Deno.test("the lost root is followed by way of a node that has heard it since, and no other", async () => {
  using n2 = new Subject("n2");
  await n2.hear("n0", { stamp: 100 });
  await n2.add(1);
  await n2.time.advance(FIRST_TIMEOUT_MS);
  n2.sent();
  await n2.hear("n1", { ack: 1, path: ["n0"], stamp: 100 });
  await n2.time.advance(20);
  assertEquals(n2.sent(), []);
  await n2.hear("n3", { ack: 1, path: ["n0"], stamp: 101 });
  await n2.time.advance(20);
  assertEquals(n2.sent(), ["n3 [n3,n0] []"]);
});

Deno.test("who has lost the root and found no other tells everyone of a new value at once", async () => {
  using n2 = new Subject("n2");
  await n2.add(1);
  await n2.time.advance(FIRST_TIMEOUT_MS);
  n2.sent();
  await n2.add(2);
  assertEquals(n2.sent(), ["n0 [] [] + [2]", "n1 [] [] + [2]", "n3 [] [] + [2]"]);
});

Deno.test("who has lost the root is answered with what it may have missed, and need not say so", async () => {
  using n1 = new Subject("n1");
  await n1.hear("n0", { values: [1], ack: 0 });
  await n1.time.advance(5_000);
  await n1.hear("n0", { seq: 2, values: [2], ack: 0 });
  n1.sent();
  await n1.hear("n3", { path: [], probe: true });
  assertEquals(n1.sent(), ["n3 [n0] [] + [2]"]);
  await n1.hear("n0", { seq: 3, ack: 1, aside: [4] });
  await n1.time.advance(60_000);
  assertEquals(n1.sent(), ["n0 [n0] []"]); // for 2; nothing is owed for 4
});

Deno.test("what was told to everyone is reported with the next value, or after a while", async () => {
  using n1 = new Subject("n1");
  await n1.hear("n0", {}); // it is there
  await n1.hear("n3", { path: [], probe: true, values: [1] });
  await n1.hear("n2", { path: [], probe: true, values: [2] });
  assertEquals(n1.sent(), ["n3 [n0] [] + [1]", "n2 [n0] [] + [1,2]"]);
  await n1.add(3);
  assertEquals(n1.sent(), ["n0 [n0] [1,2,3]"]);
  await n1.hear("n0", { ack: 1 });
  await n1.hear("n3", { seq: 2, path: [], probe: true, values: [4] });
  await n1.time.advance(99);
  assertEquals(n1.sent().filter((line) => line.startsWith("n0")), []);
  await n1.time.advance(1);
  assertEquals(n1.sent().filter((line) => line.startsWith("n0")), ["n0 [n0] [4]"]);
});

Deno.test("a root knows what part of its peers it can tell something", async () => {
  using time = new FakeTime();
  let reach = NaN;
  const node = new TestNode(
    (node) => {
      const tree = new BroadcastTree(node, {
        ...SCHEDULE,
        scatter(sinceMs, { reach: now }) {
          reach = now;
          return sinceMs;
        },
      });
      node.on(Add.add, async ({ value }) => {
        await tree.add(value);
        return { type: "add_ok" };
      });
    },
    "n0",
    ["n0", "n1", "n2", "n3", "n4"],
  );
  const acknowledge = (src: string) => {
    const ack = Number(node.sent.findLast(({ dest }) => dest === src)?.body.seq);
    node.receive(src, {
      ...{ type: "news", seq: 1, ack, held: 0, path: ["n0"], stamp: 1 },
      ...{ probe: false, values: [], aside: [] },
    });
  };
  await node.ask(Add.add, { value: 1 });
  assertEquals(reach, 1);
  acknowledge("n1");
  await time.advance(SCHEDULE.ackUpMs + SCHEDULE.patienceMs);
  await node.ask(Add.add, { value: 2 });
  assertEquals(reach, 1 / 4);
  acknowledge("n1");
  await time.advance(SCHEDULE.probeMs);
  acknowledge("n2");
  await node.ask(Add.add, { value: 3 });
  assertEquals(reach, 2 / 4);
});

Deno.test("how long an acknowledgement was held back says nothing of the network", async () => {
  for (const [held, timeoutMs] of [[70, 100], [0, 310]] as const) {
    using n1 = new Subject("n1");
    await n1.add(1);
    await n1.time.advance(100); // a round trip, of which the root held 70 ms, or none
    await n1.hear("n0", { ack: 1, held });
    await n1.add(2);
    n1.sent();
    await n1.time.advance(timeoutMs - 1);
    assertEquals(n1.sent(), []);
    await n1.time.advance(1);
    assertEquals(n1.sent().length, 3);
  }
});

Deno.test("a root goes on telling those who do not answer, in one message each time", async () => {
  using n0 = new Subject("n0");
  await n0.add(1);
  await n0.time.advance(10);
  await n0.hear("n1", { ack: 1, path: ["n0"] });
  await n0.hear("n2", { ack: 1, path: ["n0"] });
  n0.sent();
  await n0.time.advance(1000);
  assertEquals(new Set(n0.sent()), new Set(["n3 []! [1]"]));
  await n0.add(2);
  await n0.time.advance(200);
  assertEquals(n0.sent().filter((line) => line.startsWith("n3")), ["n3 []! [1,2]"]);
});

Deno.test("a peer that claimed to be late long ago is tried as often as any other", async () => {
  using n0 = new Subject("n0");
  await n0.hear("n3", { path: ["n0"], late: 60_000 });
  await n0.add(1);
  for (const src of ["n1", "n2"]) await n0.hear(src, { path: ["n0"], values: [1] });
  await n0.time.advance(10 + 6_000 + 150); // it is given six seconds for that, not a minute
  n0.sent();
  await n0.time.advance(1_000);
  assertEquals(n0.sent().filter((line) => line === "n3 []! [1]").length, 5);
});

Deno.test("who comes over a link in doubt is answered at once, but not again and again", async () => {
  using n1 = new Subject("n1");
  await n1.add(1);
  await n1.time.advance(FIRST_TIMEOUT_MS);
  n1.sent();
  await n1.hear("n2", { seq: 1, probe: true });
  assertEquals(n1.sent(), ["n2 []! [] + [1]"]);
  for (let seq = 2; seq < 10; seq++) await n1.hear("n2", { seq, probe: true });
  assertEquals(n1.sent(), []);
  await n1.time.advance(50);
  assertEquals(n1.sent().filter((line) => line.startsWith("n2")).length, 1);
});

Deno.test("a relay passes news on in both directions", async () => {
  using n1 = new Subject("n1");
  await n1.hear("n3", { path: ["n1", "n0"], values: [1] });
  assertEquals(n1.sent(), ["n0 [n0] [1]"]);
  await n1.hear("n0", { ack: 1, values: [2] });
  await n1.time.advance(10);
  assertEquals(n1.sent(), ["n3 [n0] [2]"]);
});

Deno.test("who has just stopped hearing the root suspects it as soon as another has lost it", async () => {
  const everyone = ["n0 []! []", "n2 []! [1]", "n3 []! [1]"];
  // After a long silence there may have been nothing to hear; then only the one who asks is answered.
  for (const [silenceMs, sent] of [[100, everyone], [60_000, ["n3 [n0] []"]]] as const) {
    using n1 = new Subject("n1");
    await n1.add(1);
    await n1.hear("n0", { ack: 1 });
    await n1.hear("n3", { path: ["n0"] });
    n1.sent();
    await n1.time.advance(silenceMs);
    await n1.hear("n3", { seq: 2, path: [], probe: true });
    assertEquals(n1.sent().sort(), [...sent]);
  }
});

Deno.test("a message that was overtaken says nothing of its sender's path", async () => {
  using n3 = new Subject("n3");
  await n3.hear("n2", { seq: 5, path: ["n3", "n0"] });
  await n3.hear("n2", { seq: 4, path: ["n0"] });
  await n3.hear("n0", { values: [1] });
  await n3.time.advance(10);
  assertEquals(n3.sent(), ["n2 [n0] [1]"], "n2 still goes by way of n3");
});

Deno.test("a parent that was suspected in vain gets nearly twice the time", async () => {
  using n1 = new Subject("n1");
  await n1.add(1);
  await n1.time.advance(100);
  await n1.hear("n0", { ack: 1 }); // the round trip takes 100 ms, give or take 50 ms
  await n1.add(2);
  await n1.time.advance(310);
  assertEquals(n1.sent().length, 5, "two reports, and everyone is told");
  await n1.hear("n0", { seq: 2, ack: 3, stamp: 2 });
  await n1.time.advance(20);
  await n1.add(3);
  assertEquals(n1.sent(), ["n0 [n0] []", "n0 [n0] [3]"]);
  await n1.time.advance(560);
  assertEquals(n1.sent(), []);
  await n1.time.advance(50);
  assertEquals(n1.sent().length, 3);
});

Deno.test("a stranger is not answered", async () => {
  using n0 = new Subject("n0");
  await n0.hear("x9", { probe: true, values: [1] });
  await n0.time.advance(1_000);
  assertEquals(n0.sent(), []);
});

/** A root whose scatters wait for 100 ms, and whose second one went without a report of n3. */
async function rootWithoutReport(schedule: Partial<Schedule>): Promise<Subject> {
  const n0 = new Subject("n0", {
    scatter: (sinceMs, { scatteredMs }) => Math.max(sinceMs, scatteredMs + 100),
    ackDownMs: 500,
    ...schedule,
  });
  await n0.add(1);
  await n0.time.advance(50);
  await n0.hear("n1", { path: ["n0"], seq: 1, ack: 1, values: [2] });
  await n0.hear("n2", { path: ["n0"], seq: 1, ack: 1, values: [3] });
  await n0.time.advance(50);
  n0.sent();
  return n0;
}

Deno.test("a report that misses a scatter is passed on alone, if the schedule says so", async () => {
  for (const extraMs of [undefined, 30]) {
    using n0 = await rootWithoutReport(extraMs === undefined ? {} : { extraMs });
    await n0.time.advance(20);
    await n0.hear("n3", { path: ["n0"], seq: 1, ack: 1, values: [4] });
    assertEquals(n0.sent(), extraMs ? ["n1 [] [3,4]", "n2 [] [2,4]"] : []);
    await n0.hear("n3", { path: ["n0"], seq: 2, ack: 1, values: [5] });
    await n0.time.advance(70);
    assertEquals(n0.sent(), [], "there is one extra scatter between two regular ones");
  }
});

Deno.test("a message that claims an impossible path is ignored", async () => {
  using n2 = new Subject("n2");
  for (const path of [["ghost"], ["n3", "n0", "n3"], ["n1", "n0"]]) {
    await n2.hear("n1", { path, probe: true, values: [1] });
  }
  await n2.time.advance(1_000);
  assertEquals(n2.sent(), []);
});

Deno.test("a parent that says it is late is given more time", async () => {
  for (const [late, timeoutMs] of [[0, 60], [100, 260]] as const) {
    using n1 = new Subject("n1");
    await n1.add(1);
    await n1.hear("n0", { ack: 1, late });
    await n1.add(2);
    n1.sent();
    await n1.time.advance(timeoutMs - 1);
    assertEquals(n1.sent(), []);
    await n1.time.advance(1);
    assertEquals(n1.sent().length, 3);
  }
});

Deno.test("a parent that was only late gets nearly twice the time, also after it answers in time", async () => {
  using n1 = new Subject("n1");
  await n1.add(1);
  await n1.hear("n0", { ack: 1 });
  await n1.add(2);
  await n1.time.advance(60);
  assertEquals(n1.sent().length, 5, "two reports, and everyone is told");
  await n1.hear("n0", { seq: 2, ack: 2, stamp: 2 }); // the second report had arrived
  await n1.hear("n0", { seq: 3, ack: 3, stamp: 3 });
  await n1.time.advance(20);
  await n1.add(3);
  await n1.hear("n0", { seq: 4, ack: 9, stamp: 4 });
  await n1.add(4);
  n1.sent();
  await n1.time.advance(100);
  assertEquals(n1.sent(), []);
  await n1.time.advance(50);
  assertEquals(n1.sent().length, 3);
});

Deno.test("the last answer to a scatter lets the next one begin, if the schedule waits for it", async () => {
  using n0 = new Subject("n0", { scatter: (sinceMs, { gathered }) => gathered ? 0 : sinceMs + 90 });
  const answer = (src: string, seq: number) => n0.hear(src, { path: ["n0"], seq, ack: seq - 1 });
  for (const src of ["n1", "n2", "n3"]) await answer(src, 1);
  await n0.add(1);
  assertEquals(n0.sent().length, 3);
  await n0.time.advance(5);
  for (const src of ["n1", "n2"]) await answer(src, 2);
  await n0.add(2);
  assertEquals(n0.sent(), [], "n3 has not answered yet");
  await answer("n3", 2);
  assertEquals(n0.sent(), ["n1 [] [2]", "n2 [] [2]", "n3 [] [2]"]);
});

// ---- malformed messages

const Say = { say: rpc("say", { to: json, fields: json }, {}) };

/** A node that can be made to send a peer one message with fields of the test's choice. */
function erring(node: Node): void {
  const tree = new BroadcastTree(node, SCHEDULE);
  node.on(Broadcast.broadcast, async ({ message }) => {
    await tree.add(message);
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, async () => ({ type: "read_ok", messages: await tree.read() }));
  node.on(Say.say, ({ to, fields }) => {
    const [seq, ack, held, path, stamp] = [0, 0, 0, [], Date.now()];
    const body = { seq, ack, held, path, stamp, probe: false, values: [], aside: [] };
    node.send(`${to}`, news, Object.assign(body, fields));
    return { type: "say_ok" };
  });
}

const most = 2 ** 53 - 1;
for (
  const fields of [
    ...["seq", "ack", "stamp", "held", "late", "beat"].flatMap((name) =>
      [most, 1_000_000, -most].map((value) => ({ [name]: value }))
    ),
    { seq: most, ack: most, stamp: most, held: most, late: most, beat: most },
    { seq: 50, stamp: most },
    { seq: 50, path: ["ghost"] },
    { seq: 50, path: ["n2", "n3", "n2"] },
  ]
) {
  Deno.test(`after one message with ${JSON.stringify(fields)} all values spread, and then all is quiet`, () =>
    scenario(erring, { nodes: 4, latencyMs: 5 }, async (world) => {
      const tell = (node: string, message: number) =>
        world.ask(node, Broadcast.broadcast, { message });
      await tell("n2", 1);
      await world.pass(1_000);
      await world.ask("n0", Say.say, { to: "n1", fields });
      await world.ask("n1", Say.say, { to: "n0", fields });
      await world.ask("n1", Say.say, { to: "n2", fields });
      for (const [i, node] of world.nodes.entries()) await tell(node, 2 + i);
      await world.pass(3_000);
      world.partition(["n0"], ["n1", "n2", "n3"]);
      await tell("n1", 6);
      await world.pass(3_000);
      world.heal();
      await tell("n3", 7);
      await world.expectWithin(5_000, async () => {
        for (const node of world.nodes) {
          const { messages } = await world.ask(node, Broadcast.read, {});
          assertEquals(messages.toSorted(), [1, 2, 3, 4, 5, 6, 7], node);
        }
      });
      await world.pass(70_000);
      const before = world.serverMessages;
      await world.pass(60_000);
      assertEquals(world.serverMessages, before);
    }));
}
