import { assert, assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../message.ts";
import type { Node } from "../node.ts";
import { ReplicatedRegisters } from "./replication.ts";
import { FakeTime, scenario, type ScenarioOptions, TestNode, type World } from "../testing/mod.ts";
import { type RegisterOp, TxnRwRegister } from "../workloads.ts";

/** How long a node waits from one message to the next. */
const TURN_MS = 25;

function replica(limit?: number): (node: Node) => void {
  return (node) => {
    const registers = new ReplicatedRegisters(node, {
      name: "registers",
      ...(limit !== undefined && { limit }),
    });
    node.on(TxnRwRegister.txn, async ({ txn }) => {
      return { type: "txn_ok", txn: await registers.transact(txn) };
    });
  };
}

const write = (key: number, value: number): RegisterOp => ["w", key, value];

async function value(world: World, node: string, key: number): Promise<number | null> {
  const { txn: [op] } = await world.ask(node, TxnRwRegister.txn, { txn: [["r", key, null]] });
  return op?.[2] ?? null;
}

async function expectEverywhere(world: World, withinMs: number, key: number, expected: number) {
  await world.expectWithin(withinMs, async () => {
    for (const node of world.nodes) assertEquals(await value(world, node, key), expected);
  });
}

function story(options: ScenarioOptions, tell: (world: World) => Promise<void>, limit?: number) {
  return scenario(replica(limit), options, tell);
}

Deno.test("a write reaches every node once every peer has had its turn", () =>
  story({ nodes: 4 }, async (world) => {
    await world.ask("n1", TxnRwRegister.txn, { txn: [write(1, 7)] });
    await expectEverywhere(world, 3 * TURN_MS + 10, 1, 7);
  }));

Deno.test("a node sends one message a turn, to each peer in turn, and none once all is acknowledged", () =>
  story({ nodes: 4 }, async (world) => {
    for (let i = 0; i < 400; i++) {
      await world.ask("n0", TxnRwRegister.txn, { txn: [write(i % 10, i)] });
      await world.pass(2.5);
    }
    const sent = world.sightings.filter(({ fate, src, type }) =>
      fate === "send" && src === "n0" && type === "replicate"
    );
    const turns = 1000 / TURN_MS;
    assert(
      sent.length > 0.9 * turns && sent.length <= turns,
      `${sent.length} messages in a second`,
    );
    for (const peer of ["n1", "n2", "n3"]) {
      const share = sent.filter(({ dest }) => dest === peer).length / sent.length;
      assert(Math.abs(share - 1 / 3) < 0.05, `${peer} got ${share}`);
    }
    await world.pass(1_000);
    const settled = world.serverMessages;
    await world.pass(60_000);
    assertEquals(world.serverMessages, settled);
  }));

Deno.test("writes held up by a partition arrive once it heals, and both sides agree", () =>
  story({ nodes: 3, latencyMs: 20 }, async (world) => {
    world.partition(["n0"], ["n1", "n2"]);
    for (let i = 1; i <= 50; i++) {
      await world.ask("n0", TxnRwRegister.txn, { txn: [write(i, 1000 + i), write(0, 1000 + i)] });
      await world.ask("n1", TxnRwRegister.txn, { txn: [write(-i, i), write(0, i)] });
      await world.pass(40);
    }
    assertEquals(await value(world, "n2", 50), null);
    assertEquals(await value(world, "n2", -50), 50);
    world.heal();
    await expectEverywhere(world, 1_500, 50, 1050);
    await expectEverywhere(world, 1_500, -1, 1);
    const ends = await Promise.all(world.nodes.map((node) => value(world, node, 0)));
    assertEquals(new Set(ends).size, 1);
  }));

Deno.test("loss, repetition and reordering do not change the final state", () => {
  const latency = { meanMs: 30, distribution: "exponential" } as const;
  return story({ nodes: 3, latency, loss: 0.3, duplication: 0.3 }, async (world) => {
    for (let i = 0; i < 60; i++) {
      const node = world.nodes[i % 3] ?? "";
      await world.ask(node, TxnRwRegister.txn, { txn: [write(i % 7, i)] });
      await world.pass(5);
    }
    await world.pass(10_000);
    for (let key = 0; key < 7; key++) {
      const values = await Promise.all(world.nodes.map((node) => value(world, node, key)));
      assertEquals(new Set(values).size, 1, `key ${key}: ${values}`);
    }
  });
});

/** Whether a node ever sees half of a transaction whose other half has been replaced since. */
async function showsHalf(limit?: number): Promise<boolean> {
  let half = false;
  await story({ nodes: 2 }, async (world) => {
    world.partition(["n0"], ["n1"]);
    await world.ask("n0", TxnRwRegister.txn, { txn: [write(100, 1), write(200, 1)] });
    for (let i = 1; i <= 20; i++) {
      await world.ask("n0", TxnRwRegister.txn, { txn: [write(i, i)] });
    }
    await world.ask("n0", TxnRwRegister.txn, { txn: [write(200, 2)] });
    await world.pass(1_000);
    world.heal();
    for (let i = 0; i < 1_000; i++) {
      await world.pass(1);
      const txn: RegisterOp[] = [["r", 100, null], ["r", 200, null]];
      const { txn: [a, b] } = await world.ask("n1", TxnRwRegister.txn, { txn });
      half ||= a?.[2] === 1 && b?.[2] === null;
    }
    assertEquals(await value(world, "n1", 100), 1);
    assertEquals(await value(world, "n1", 200), 2);
  }, limit);
  return half;
}

Deno.test("no one sees half a transaction where messages have no bound", async () => {
  assertEquals(await showsHalf(), false);
  assertEquals(await showsHalf(8), true); // the price of a bound, and proof that this test can fail
});

Deno.test("messages keep to their bound, and everything arrives", () =>
  story({ nodes: 2 }, async (world) => {
    for (let i = 1; i <= 40; i++) {
      await world.ask("n0", TxnRwRegister.txn, { txn: [write(i, i)] });
    }
    await world.pass(2 * TURN_MS);
    assertEquals(await value(world, "n1", 8), 8);
    assertEquals(await value(world, "n1", 9), null);
    await expectEverywhere(world, 1_000, 40, 40);
  }, 8));

/** What no peer can truthfully say. */
const IMPOSSIBLE: readonly { writes: unknown[]; through: number; ack: number }[] = [
  { writes: [], through: 2 ** 53 - 1, ack: 0 },
  { writes: [], through: 0, ack: 2 ** 53 - 1 },
  { writes: [], through: 0, ack: 1_000 },
  { writes: [[1, 666, 2 ** 53 - 1]], through: 2 ** 53 - 1, ack: 0 },
  { writes: [[1, 666, 2 ** 52]], through: 2 ** 52, ack: 0 },
  { writes: [[1, 666, 3]], through: 1_000, ack: 0 },
  { writes: [[1, 666, 2 ** 53 - 1], [1, 666, 3]], through: 3, ack: 0 },
  { writes: [[1, 666, -1]], through: -1, ack: -1 },
];

for (const said of IMPOSSIBLE) {
  Deno.test(`${JSON.stringify(said)} stops no replication`, async () => {
    using time = new FakeTime();
    const n0 = new TestNode(replica(), "n0", ["n0", "n1"]);
    const hear = (body: object, src = "n1") => n0.receive(src, { type: "replicate", ...body });
    const write1 = (value: number) => n0.ask(TxnRwRegister.txn, { txn: [write(1, value)] });
    hear({ writes: [[2, 7, 1]], through: 1, ack: 0 });
    hear(said);
    await write1(5);
    await time.advance(TURN_MS);
    assertEquals(n0.sent.splice(0).map(({ body: { type: _, ...body } }) => body), [
      { writes: [[1, 5, 2]], through: 2, ack: 1 },
    ]);
    hear({ writes: [[3, 8, 3]], through: 3, ack: 2 });
    await write1(6);
    await time.advance(TURN_MS);
    assertEquals(n0.sent.splice(0).map(({ body: { type: _, ...body } }) => body), [
      { writes: [[1, 6, 4]], through: 4, ack: 3 },
    ]);
    hear({ writes: [], through: 3, ack: 4 });
    await time.advance(10_000);
    assertEquals([n0.sent, time.pending], [[], 0], "there is silence once all is acknowledged");
  });
}

Deno.test("a peer that errs about how far it has written is heard again", async () => {
  using time = new FakeTime();
  const n0 = new TestNode(replica(), "n0", ["n0", "n1"]);
  const acks: unknown[] = [];
  for (const at of [1_000, 3]) {
    n0.receive("n1", { type: "replicate", writes: [[2, at, at]], through: at, ack: 0 });
    await time.advance(2 * TURN_MS);
    acks.push(n0.sent.splice(0).at(-1)?.body.ack);
  }
  assertEquals(acks, [1_000, 3]);
});

Deno.test("a stranger's writes are ignored", async () => {
  const n0 = new TestNode(replica(), "n0", ["n0"]);
  n0.receive("c9", { type: "replicate", writes: [[1, 666, 5]], through: 5, ack: 0 });
  const { txn } = await n0.ask(TxnRwRegister.txn, { txn: [["r", 1, null]] });
  assertEquals(txn, [["r", 1, null]]);
});

Deno.test("a transaction whose timestamp peers would refuse is refused, and changes nothing", async () => {
  using time = new FakeTime();
  const n0 = new TestNode(replica(), "n0", ["n0", "n1"]);
  const at = 1_000 * Date.now();
  n0.receive("n1", { type: "replicate", writes: [[1, 5, at]], through: at, ack: 0 });
  const txn = (op: RegisterOp) => n0.ask(TxnRwRegister.txn, { txn: [op] });
  const error = await assertRejects(() => txn(write(1, 6)), RpcError);
  assertEquals([error.definite, (await txn(["r", 1, null])).txn], [true, [["r", 1, 5]]]);
  await time.advance(1);
  assertEquals((await txn(write(1, 6))).txn, [write(1, 6)]);
});

/** Kills some nodes and starts them again at once. */
function bounce(world: World, ...nodes: string[]): void {
  for (const node of nodes) world.kill(node);
  for (const node of nodes) world.restart(node);
}

Deno.test("what was acknowledged outlasts the kill of all nodes, and reaches every node", () =>
  story({ nodes: 3, disk: { syncMs: 5, torn: true } }, async (world) => {
    for (let i = 0; i < 30; i++) {
      await world.ask(`n${i % 3}`, TxnRwRegister.txn, { txn: [write(i, i), write(100, i)] });
      if (i % 10 === 9) bounce(world, "n0", "n1", "n2");
    }
    for (let i = 0; i < 30; i++) await expectEverywhere(world, 1_000, i, i);
    const ends = await Promise.all(world.nodes.map((node) => value(world, node, 100)));
    assertEquals(new Set(ends).size, 1);
  }));

Deno.test("a node that restarts writes over what it had seen before", () =>
  story({ nodes: 2 }, async (world) => {
    for (let i = 1; i <= 9; i++) {
      await world.ask("n0", TxnRwRegister.txn, { txn: [write(1, i)] });
    }
    await expectEverywhere(world, 100, 1, 9);
    bounce(world, "n0", "n1");
    await world.ask("n1", TxnRwRegister.txn, { txn: [write(1, 10)] });
    await expectEverywhere(world, 1_000, 1, 10);
  }));

Deno.test("a node that restarts is told at once what it has missed, and nothing else", async () => {
  const said: string[] = [];
  const transcript = (line: string) => void said.push(line);
  await story({ nodes: 2, transcript }, async (world) => {
    for (let i = 1; i <= 20; i++) {
      await world.ask(`n${i % 2}`, TxnRwRegister.txn, { txn: [write(i, i)] });
    }
    await world.pass(1_000);
    world.kill("n1");
    await world.ask("n0", TxnRwRegister.txn, { txn: [write(77, 7)] });
    await world.pass(700);
    said.length = 0;
    world.restart("n1");
    await expectEverywhere(world, 3 * TURN_MS, 77, 7);
    await world.pass(2_000);
  });
  const writes = said.flatMap((line) =>
    / replicate writes (\[.*?\]), through/.exec(line)?.[1] ?? []
  );
  assertEquals(new Set(writes), new Set(["[]", "[[77,7,11]]"]));
});
