import { assertEquals } from "@std/assert";
import { Rounds } from "./rounds.ts";
import { FakeTime, settled } from "../testing/mod.ts";

/** Rounds of 100 ms; `begun` holds when each began. */
function recorded(work: () => void | Promise<void> = () => {}) {
  const begun: number[] = [];
  const rounds = new Rounds(() => {
    begun.push(performance.now());
    return work();
  }, 100);
  return { rounds, begun };
}

Deno.test("the first round begins at once", async () => {
  using _time = new FakeTime();
  const { rounds, begun } = recorded();
  rounds.request();
  await settled();
  assertEquals(begun, [0]);
});

Deno.test("requests within an interval share one round at its end", async () => {
  using time = new FakeTime();
  const { rounds, begun } = recorded();
  rounds.request();
  await time.advance(10);
  for (let i = 0; i < 5; i++) {
    rounds.request();
    await time.advance(10);
  }
  assertEquals(begun, [0]);
  await time.advance(1000);
  assertEquals(begun, [0, 100]);
});

Deno.test("nothing happens without a request, and after a pause a round begins at once", async () => {
  using time = new FakeTime();
  const { rounds, begun } = recorded();
  rounds.request();
  await time.advance(350);
  assertEquals([begun, time.pending], [[0], 0]);
  rounds.request();
  await time.advance(0);
  assertEquals(begun, [0, 350]);
});

Deno.test("a request during a round is for the next one", async () => {
  using time = new FakeTime();
  const { rounds, begun } = recorded(() => {
    if (begun.length < 3) rounds.request();
  });
  rounds.request();
  await time.advance(1000);
  assertEquals(begun, [0, 100, 200]);
});

Deno.test("rounds never overlap, however long they take", async () => {
  using time = new FakeTime();
  let running = 0;
  const { rounds, begun } = recorded(async () => {
    assertEquals(++running, 1);
    if (begun.length < 3) rounds.request();
    await new Promise((resolve) => setTimeout(resolve, 250));
    running--;
  });
  rounds.request();
  await time.advance(1000);
  assertEquals(begun, [0, 250, 500]);
});

Deno.test("a request resolves when its round has ended", async () => {
  using time = new FakeTime();
  const ended: string[] = [];
  const { rounds } = recorded(() => new Promise((resolve) => setTimeout(resolve, 30)));
  rounds.request().then(() => ended.push("first"));
  await time.advance(20);
  rounds.request().then(() => ended.push("second"));
  await time.advance(9);
  assertEquals(ended, []);
  await time.advance(1);
  assertEquals(ended, ["first"]);
  await time.advance(99);
  assertEquals(ended, ["first"]);
  await time.advance(1);
  assertEquals(ended, ["first", "second"]);
});
