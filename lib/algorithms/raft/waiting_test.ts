import { assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../../message.ts";
import { Waiting } from "./waiting.ts";

function tick(waiting: Waiting<string, number>, times: number, leader?: string): void {
  for (let i = 0; i < times; i++) waiting.tick(leader);
}

Deno.test("a request is due at once, and again and again until it is answered", async () => {
  const waiting = new Waiting<string, number>(0);
  const answer = waiting.add("a");
  const attempts: number[] = [];
  for (let ticks = 0; ticks < 50; ticks++) {
    for (const [number, item] of waiting.due()) {
      assertEquals([number, item], [1, "a"]);
      waiting.attempted(number, 0);
      attempts.push(ticks);
    }
    tick(waiting, 1);
  }
  assertEquals(attempts, [0, 6, 18, 30, 42]);
  waiting.resolve(1, 7);
  assertEquals(await answer, 7);
  assertEquals([waiting.due(), waiting.open], [[], 2]);
});

Deno.test("a request is not repeated before an answer can have come", () => {
  const waiting = new Waiting<string, number>(0);
  waiting.add("a");
  waiting.attempted(1, 30);
  tick(waiting, 29);
  assertEquals(waiting.due(), []);
  tick(waiting, 1);
  assertEquals(waiting.due(), [[1, "a"]]);
});

Deno.test("a new leader is told everything that waits", () => {
  const waiting = new Waiting<string, number>(0);
  waiting.add("a");
  waiting.add("b");
  waiting.attempted(1, 0);
  assertEquals(waiting.due(), [[2, "b"]]);
  waiting.hurry();
  assertEquals(waiting.due().length, 2);
});

Deno.test("what is given up is definite only if nobody was told of it", async () => {
  const waiting = new Waiting<string, number>(0);
  const told = assertRejects(() => waiting.add("a"), RpcError);
  const untold = assertRejects(() => waiting.add("b"), RpcError);
  waiting.attempted(1, 0);
  tick(waiting, 87);
  assertEquals(waiting.open, 1);
  tick(waiting, 1);
  assertEquals([(await told).code, (await untold).code, waiting.open], [0, 11, 3]);
});

Deno.test("what nobody was told of says whether there was a leader", async () => {
  for (
    const [leader, text] of [
      [undefined, "no leader is known"],
      ["n1", "n1 leads, and has had no room for it"],
    ] as const
  ) {
    const waiting = new Waiting<string, number>(0);
    const refused = assertRejects(() => waiting.add("a"), RpcError, text);
    tick(waiting, 88, leader);
    await refused;
  }
});

Deno.test("no more wait than the bounds on their number and their size say", async () => {
  const waiting = new Waiting<string, number>(0);
  for (let i = 0; i < 10_000; i++) void waiting.add("a");
  const full = "10000 requests wait already, of 30000 characters";
  assertEquals((await assertRejects(() => waiting.add("b"), RpcError, full)).code, 11);
  const large = new Waiting<string, number>(0);
  const half = "x".repeat(8 * 1024 * 1024 - 2);
  void large.add(half);
  const second = large.add(half);
  const fuller = `2 requests wait already, of ${16 * 1024 * 1024} characters`;
  assertEquals((await assertRejects(() => large.add("b"), RpcError, fuller)).code, 11);
  large.resolve(2, 7);
  void large.add(half);
  assertEquals([await second, large.numbers], [7, [1, 3]]);
});
