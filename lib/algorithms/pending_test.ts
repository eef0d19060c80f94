import { assertEquals, assertRejects } from "@std/assert";
import { Pending } from "./pending.ts";

Deno.test("a batch takes the oldest requests and answers each with its own result", async () => {
  const pending = new Pending<string, number>();
  const answers = ["a", "b", "c"].map((item) => pending.add(item));
  const batch = pending.take(2);
  assertEquals([batch.items, pending.size], [["a", "b"], 1]);
  batch.resolve([1, 2]);
  pending.take(2).resolve([3]);
  assertEquals(await Promise.all(answers), [1, 2, 3]);
});

Deno.test("rejecting what waits leaves a batch that was taken alone", async () => {
  const pending = new Pending<string, number>();
  const taken = pending.add("a");
  const batch = pending.take(1);
  const waiting = pending.add("b");
  pending.rejectAll(new Error("out of reach"));
  await assertRejects(() => waiting, Error, "out of reach");
  assertEquals(pending.size, 0);
  batch.resolve([1]);
  assertEquals(await taken, 1);
});

Deno.test("a batch that fails fails every request in it", async () => {
  const pending = new Pending<string, number>();
  const answers = ["a", "b"].map((item) => pending.add(item));
  pending.take(2).reject(new Error("malformed"));
  for (const answer of answers) await assertRejects(() => answer, Error, "malformed");
});
