import { assert, assertEquals, assertRejects } from "@std/assert";
import { RealInputOutput } from "../simulator/virtual_globals.ts";
import { FakeTime, settled } from "./fake_time.ts";

Deno.test("time passes only when it is advanced, and timers fire in order", async () => {
  using time = new FakeTime();
  const fired: string[] = [];
  const note = (what: string) => fired.push(`${what} at ${performance.now()}`);
  setTimeout(() => note("second"), 20);
  setTimeout(() => note("first"), 10);
  const ticks = setInterval(() => note("tick"), 15);
  await settled();
  assertEquals([fired, time.pending], [[], 3]);
  await time.advance(20);
  assertEquals(fired, ["first at 10", "tick at 15", "second at 20"]);
  clearInterval(ticks);
  assertEquals(time.pending, 0);
});

Deno.test("promises settle after each timer, and what they schedule until the end fires too", async () => {
  using time = new FakeTime();
  const times: number[] = [];
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  void (async () => {
    for (const ms of [10, 20, 30]) {
      await wait(ms);
      times.push(performance.now());
    }
  })();
  await time.advance(30);
  assertEquals(times, [10, 30]);
  await time.advance(30);
  assertEquals(times, [10, 30, 60]);
});

Deno.test("random values are the same under every fake time", () => {
  const draw = () => {
    using _time = new FakeTime();
    return [Math.random(), crypto.randomUUID()];
  };
  assertEquals(draw(), draw());
});

Deno.test("real input is refused, and the real globals come back at the end", async () => {
  {
    using time = new FakeTime();
    setTimeout(() => void Deno.readTextFile("deno.json").catch(() => {}), 1);
    await assertRejects(() => time.advance(2), RealInputOutput, "called Deno.readTextFile");
  }
  assert(Date.now() > Date.UTC(2020));
});
