import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Body, type Json, RpcError } from "../message.ts";
import type { Node } from "../node.ts";
import { array, integer } from "../rpc.ts";
import { FakeTime, scenario, settled, TestNode, type World } from "../testing/mod.ts";
import { type DataType, type Step, Transactor } from "./transactor.ts";
import { type ListOp, TxnListAppend } from "../workloads.ts";

/** How many changes the root holds. */
const MAX_RECENT = 256;

const list: DataType<number[]> = {
  shape: array(integer),
  written: (before = [], by) => [...before, ...by],
  size: (elements) => elements.length,
};

function lists(node: Node): void {
  const transactor = new Transactor(node, list);
  node.on(TxnListAppend.txn, async ({ txn }) => {
    const steps = txn.map(([f, key, value]): Step<number[]> =>
      f === "append" ? { key, by: [value] } : { key }
    );
    const seen = await transactor.transact(steps);
    const done = txn.map((op, i): ListOp => op[0] === "r" ? ["r", op[1], seen[i] ?? null] : op);
    return { type: "txn_ok", txn: done };
  });
}

const append = (key: number, value: number): ListOp => ["append", key, value];
const read = (key: number): ListOp => ["r", key, null];

async function ask(world: World, node: string, ...txn: ListOp[]): Promise<ListOp[]> {
  return (await world.ask(node, TxnListAppend.txn, { txn })).txn;
}

Deno.test("a transaction sees its own appends and all that was acknowledged before", () =>
  scenario(lists, { nodes: 3, latencyMs: 5 }, async (world) => {
    const done = await ask(world, "n0", read(1), append(1, 10), read(1), append(2, 20));
    assertEquals(done, [read(1), append(1, 10), ["r", 1, [10]], append(2, 20)]);
    assertEquals(await ask(world, "n1", append(1, 11), read(1)), [
      append(1, 11),
      ["r", 1, [10, 11]],
    ]);
    assertEquals(await ask(world, "n2", read(1), read(2), read(3)), [
      ["r", 1, [10, 11]],
      ["r", 2, [20]],
      ["r", 3, null],
    ]);
    assertEquals(await ask(world, "n0", read(1)), [["r", 1, [10, 11]]]);
  }));

Deno.test("nodes that write one key at once lose nothing and repeat nothing", () =>
  scenario(
    lists,
    { nodes: 4, latency: { meanMs: 3, distribution: "exponential" } },
    async (world) => {
      const values = Array.from({ length: 40 }, (_, i) => i);
      await Promise.all(values.map((i) => ask(world, `n${i % 4}`, append(7, i))));
      const [op] = await ask(world, "n0", read(7));
      const seen = Array.isArray(op?.[2]) ? op[2] : [];
      assertEquals(seen.toSorted((a, b) => a - b), values);
    },
  ));

Deno.test("transactions that wait together share a compare-and-set", () =>
  scenario(lists, { nodes: 1, latencyMs: 10 }, async (world) => {
    const thirty = () => Array.from({ length: 30 }, (_, i) => ask(world, "n0", append(i, 1)));
    await Promise.all(thirty()); // one alone, then the others: two reads and two compare-and-sets
    assertEquals(world.serverMessages, 8);
    await Promise.all(thirty()); // nobody else changes the root: two compare-and-sets
    assertEquals(world.serverMessages, 12);
  }));

Deno.test("changes moved into the map are found by nodes that never saw them in the root", () =>
  scenario(lists, { nodes: 2 }, async (world) => {
    const keys = 3 * MAX_RECENT;
    for (let key = 0; key < keys; key += 16) {
      await ask(world, "n0", ...Array.from({ length: 16 }, (_, i) => append(key + i, key)));
    }
    await ask(world, "n0", append(5, 1), append(keys - 1, 1));
    assertEquals(await ask(world, "n1", read(5), read(300), read(keys - 1), read(keys)), [
      ["r", 5, [0, 1]],
      ["r", 300, [288]],
      ["r", keys - 1, [keys - 16, 1]],
      ["r", keys, null],
    ]);
  }));

Deno.test("the cost of a transaction does not grow with the age of the database", () =>
  scenario(lists, { nodes: 2 }, async (world) => {
    const costs: number[] = [];
    for (let era = 0; era < 3; era++) {
      const before = world.serverMessages;
      for (let i = 0; i < 2 * MAX_RECENT; i++) {
        const key = (era * 2 * MAX_RECENT + i) >> 3;
        await ask(world, `n${i % 2}`, append(key, i), read(key), read(Math.max(0, key - 10)));
      }
      costs.push((world.serverMessages - before) / (2 * MAX_RECENT));
    }
    const [first = 0] = costs;
    const last = costs.at(-1) ?? Infinity;
    assert(last < 1.1 * first + 0.2 && last < 5.5, costs.join(" "));
  }));

/** A node whose requests to the services the test answers. */
function nodeByHand() {
  const n0 = new TestNode(lists);
  const next = (): { dest: string; body: Body } => {
    const request = n0.sent.shift();
    if (request === undefined) throw new Error("nothing was asked");
    return request;
  };
  const answer = async (reply: Body): Promise<Body> => {
    await settled();
    const { dest, body } = next();
    n0.receive(dest, { ...reply, in_reply_to: body.msg_id ?? null });
    await settled();
    return body;
  };
  /** Leaves the next request unanswered. */
  const ignore = async (): Promise<Body> => {
    await settled();
    return next().body;
  };
  const txn = (...txn: ListOp[]) => n0.ask(TxnListAppend.txn, { txn });
  return { n0, answer, ignore, txn };
}

const noRoot: Body = { type: "error", code: 20 };
const mismatch: Body = { type: "error", code: 22 };
const rootIs = (value: Json | undefined): Body => ({ type: "read_ok", value: value ?? null });
const otherRoot: Json = ["other/1", [[9, [1]]], null, { other: "other/1" }];

Deno.test("a compare-and-set without an answer has won if its version is in the root", async () => {
  using time = new FakeTime();
  const { answer, ignore, txn, n0 } = nodeByHand();
  const done = txn(append(1, 5));
  await answer(noRoot);
  const { to } = await ignore();
  await time.advance(1_500);
  const { type } = await answer(rootIs(Array.isArray(to) ? to : []));
  assertEquals(type, "read");
  assertEquals((await done).txn, [append(1, 5)]);
  assertEquals(n0.sent, []);
});

Deno.test("one that was built upon since has won, too", async () => {
  using time = new FakeTime();
  const { answer, ignore, txn, n0 } = nodeByHand();
  const done = txn(append(1, 5));
  await answer(noRoot);
  const { to } = await ignore();
  const versions = Array.isArray(to) ? to[3] : {};
  await time.advance(1_500);
  const later = { ...(versions instanceof Object ? versions : {}), other: "other/1" };
  await answer(rootIs(["other/1", [[1, [5, 6]]], null, later]));
  assertEquals((await done).txn, [append(1, 5)]);
  assertEquals(n0.sent, []);
});

Deno.test("one whose version is not in a new root has lost, and is repeated on that root", async () => {
  using time = new FakeTime();
  const { answer, ignore, txn } = nodeByHand();
  const done = txn(append(1, 5), read(9));
  await answer(noRoot);
  await ignore();
  await time.advance(1_500);
  await answer(rootIs(otherRoot));
  const { from } = await answer({ type: "cas_ok" });
  assertEquals(from, otherRoot);
  assertEquals((await done).txn, [append(1, 5), ["r", 9, [1]]]);
});

Deno.test("one that may still arrive is repeated unchanged", async () => {
  using time = new FakeTime();
  const { answer, ignore, txn } = nodeByHand();
  const done = txn(append(1, 5));
  await answer(noRoot);
  const first = await ignore();
  await time.advance(1_500);
  await answer(noRoot);
  // The late one arrives in between, so that the repetition finds a changed root.
  const second = await answer(mismatch);
  assertEquals([second.type, second.from, second.to], ["cas", first.from, first.to]);
  await answer(rootIs(Array.isArray(first.to) ? first.to : []));
  assertEquals((await done).txn, [append(1, 5)]);
});

Deno.test("a refusal of the network's duplicate is not taken for a loss", async () => {
  const { n0, answer, txn } = nodeByHand();
  const done = txn(append(1, 5));
  await answer(noRoot);
  const { to } = await answer(mismatch);
  await answer(rootIs(Array.isArray(to) ? to : []));
  assertEquals((await done).txn, [append(1, 5)]);
  assertEquals(n0.sent, []);
});

Deno.test("a transaction that loses every race fails, and has certainly not happened", async () => {
  using time = new FakeTime();
  const { answer, txn } = nodeByHand();
  const lost = assertRejects(() => txn(append(1, 5)), RpcError);
  await answer(noRoot);
  for (let second = 1; second <= 4; second++) {
    await time.advance(1_001);
    await answer(mismatch);
    await answer(rootIs([`other/${second}`, [], null, {}]));
  }
  assertEquals((await lost).code, 30);
});

Deno.test("a full root moves into pieces, and names them only once they are stored", async () => {
  const { n0, answer, txn } = nodeByHand();
  const full = Array.from({ length: MAX_RECENT }, (_, key): Json => [key, [key]]);
  const done = txn(append(0, 5));
  await answer(rootIs(["other/1", full, null, {}]));
  assertEquals(new Set(n0.sent.map(({ dest, body }) => `${dest} ${body.type}`)).size, 1);
  let pieces = 0;
  while (n0.sent[0]?.dest === "lww-kv") {
    assertEquals((await answer({ type: "write_ok" })).type, "write");
    pieces++;
  }
  assert(pieces > MAX_RECENT / 32 && pieces < MAX_RECENT / 16, `${pieces} pieces`);
  const { type, to } = await answer({ type: "cas_ok" });
  const [, recent, top] = Array.isArray(to) ? to : [];
  assertEquals([type, recent, typeof top], ["cas", [], "string"]);
  await done;
});

Deno.test("a transaction that only reads reads the root anew, and writes nothing", async () => {
  const { n0, answer, txn } = nodeByHand();
  for (const root of [noRoot, rootIs(otherRoot), rootIs(otherRoot)]) {
    const done = txn(read(9));
    const { type } = await answer(root);
    assertEquals(type, "read");
    assertEquals((await done).txn, [["r", 9, root === noRoot ? null : [1]]]);
    assertEquals(n0.sent, []);
  }
});
