import { assertEquals, assertRejects } from "@std/assert";
import { Deadlock, MS, RealClock, sleep, VirtualClock } from "./clock.ts";

Deno.test("virtual time passes in leaps, in order of time, then of scheduling", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  await clock.run(async () => {
    clock.at(30 * MS, () => seen.push("c"));
    clock.at(10 * MS, () => seen.push("a"));
    clock.at(30 * MS, () => seen.push("d"));
    clock.at(20 * MS, () => seen.push("b"));
    await sleep(clock, 40 * MS);
  });
  assertEquals(seen, ["a", "b", "c", "d"]);
  assertEquals(clock.now(), 40 * MS);
});

Deno.test("virtual time waits for everything that an event set off", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  await clock.run(async () => {
    clock.at(MS, async () => {
      for (let i = 0; i < 100; i++) await null;
      seen.push("settled");
    });
    clock.at(MS, () => seen.push("next"));
    await sleep(clock, 2 * MS);
  });
  assertEquals(seen, ["settled", "next"]);
});

Deno.test("what is scheduled in the past happens now, and fractions never come early", async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  await clock.run(async () => {
    await sleep(clock, 5 * MS);
    clock.at(MS, () => seen.push(clock.now()));
    clock.at(5 * MS + 0.5, () => seen.push(clock.now()));
    await sleep(clock, MS);
  });
  assertEquals(seen, [5 * MS, 5 * MS + 1]);
});

Deno.test("virtual time stands still while something real goes on", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const real = () => new Promise<string>((resolve) => setTimeout(() => resolve("loaded"), 5));
  await clock.run(async () => {
    clock.at(MS, async () => seen.push(await clock.hold(real()), `${clock.now() / MS} ms`));
    clock.at(2 * MS, () => seen.push("next"));
    await sleep(clock, 3 * MS);
  });
  assertEquals(seen, ["loaded", "1 ms", "next"]);
});

Deno.test("timers that were cancelled by the hundred leave the others in order", async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  await clock.run(async () => {
    const timers = Array.from({ length: 1_000 }, (_, i) => {
      const time = 1 + (i * 7_919) % 1_000;
      return { time, timer: clock.at(time, () => seen.push(time)) };
    });
    for (const { time, timer } of timers) if (time % 10 !== 0) timer.cancel();
    for (const { timer } of timers.slice(0, 10)) timer.cancel(); // again, or for the first time
    await sleep(clock, MS);
  });
  const gone = Array.from({ length: 10 }, (_, i) => 1 + (i * 7_919) % 1_000);
  const expected = Array.from({ length: 100 }, (_, i) => 10 * (i + 1));
  assertEquals(seen, expected.filter((time) => !gone.includes(time)));
});

Deno.test("a cancelled timer does not fire", async () => {
  const clock = new VirtualClock();
  let fired = false;
  await clock.run(async () => {
    clock.at(MS, () => fired = true).cancel();
    await sleep(clock, 2 * MS);
  });
  assertEquals(fired, false);
});

Deno.test("a run that waits for something that can never happen ends in a deadlock", async () => {
  const waiting = new VirtualClock().run(() => new Promise<void>(() => {}));
  await assertRejects(() => waiting, Deadlock, "nothing is scheduled any more at 0 ms");
});

Deno.test("a run in which time never passes ends in a deadlock", async () => {
  const clock = new VirtualClock();
  const again = () => void clock.at(0, again);
  const standing = clock.run(() => {
    again();
    return new Promise<void>(() => {});
  });
  await assertRejects(() => standing, Deadlock, "time did not pass");
});

Deno.test("an error in what is scheduled ends the run with it", async () => {
  const clock = new VirtualClock();
  const failing = clock.run(async () => {
    clock.at(MS, () => {
      throw new RangeError("boom");
    });
    await sleep(clock, 2 * MS);
  });
  await assertRejects(() => failing, RangeError, "boom");
});

Deno.test("the machine's clock calls back in order, and never before returning", async () => {
  const clock = new RealClock();
  const seen: string[] = [];
  clock.at(0, () => seen.push("now"));
  seen.push("returned");
  clock.at(clock.now() + 3 * MS, () => seen.push("later"));
  clock.at(clock.now() + 2 * MS, () => seen.push("never")).cancel();
  await sleep(clock, 5 * MS);
  assertEquals(seen, ["returned", "now", "later"]);
});

Deno.test("the machine's clock lets input in between things that are due at once", async () => {
  const clock = new RealClock();
  let inputCame = false;
  const input = setTimeout(() => inputCame = true);
  let hops = 0;
  await new Promise<void>((resolve) => {
    const hop = () => {
      if (inputCame || ++hops > 100_000) resolve();
      else clock.at(clock.now(), hop);
    };
    hop();
  });
  clearTimeout(input);
  assertEquals(inputCame, true);
});
