import { assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../../message.ts";
import { Waiting } from "./waiting.ts";

function tick(waiting: Waiting<string, number>, times: number): void {
  for (let i = 0; i < times; i++) waiting.tick();
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
    waiting.tick();
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

Deno.test("no more wait than the bound says", async () => {
  const waiting = new Waiting<string, number>(0);
  for (let i = 0; i < 10_000; i++) waiting.add("a");
  assertEquals((await assertRejects(() => waiting.add("b"), RpcError)).code, 11);
});
