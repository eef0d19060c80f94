import { assertEquals, assertRejects } from "@std/assert";
import { NS_PER_MS } from "../../history/operations.ts";
import { sleep } from "./clock.ts";
import { Deadlock, VirtualClock } from "./virtual_clock.ts";

Deno.test("virtual time leaps from event to event, in order of time, then of scheduling", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  await clock.run(async () => {
    clock.at(30 * NS_PER_MS, () => seen.push("c"));
    clock.at(10 * NS_PER_MS, () => seen.push("a"));
    clock.at(30 * NS_PER_MS, () => seen.push("d"));
    clock.at(20 * NS_PER_MS, () => seen.push("b"));
    await sleep(clock, 40 * NS_PER_MS);
  });
  assertEquals(seen, ["a", "b", "c", "d"]);
  assertEquals(clock.nowNs(), 40 * NS_PER_MS);
});

Deno.test("virtual time waits until everything that an event set off has settled", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  await clock.run(async () => {
    clock.at(NS_PER_MS, async () => {
      for (let i = 0; i < 100; i++) await null;
      seen.push("settled");
    });
    clock.at(NS_PER_MS, () => seen.push("next"));
    await sleep(clock, 2 * NS_PER_MS);
  });
  assertEquals(seen, ["settled", "next"]);
});

Deno.test("a rejection that nobody handles is reported before the next event", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const report = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push(String(event.reason));
  };
  globalThis.addEventListener("unhandledrejection", report);
  await clock.run(async () => {
    clock.at(NS_PER_MS, () => void Promise.reject("rejected"));
    clock.at(NS_PER_MS, () => seen.push("next"));
    await sleep(clock, 2 * NS_PER_MS);
  });
  globalThis.removeEventListener("unhandledrejection", report);
  assertEquals(seen, ["rejected", "next"]);
});

Deno.test("a callback scheduled in the past runs now, and a fraction of a nanosecond never early", async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  await clock.run(async () => {
    await sleep(clock, 5 * NS_PER_MS);
    clock.at(NS_PER_MS, () => seen.push(clock.nowNs()));
    clock.at(5 * NS_PER_MS + 0.5, () => seen.push(clock.nowNs()));
    await sleep(clock, NS_PER_MS);
  });
  assertEquals(seen, [5 * NS_PER_MS, 5 * NS_PER_MS + 1]);
});

Deno.test("virtual time stops while real work goes on", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const real = () => new Promise<string>((resolve) => setTimeout(() => resolve("loaded"), 5));
  await clock.run(async () => {
    clock.at(
      NS_PER_MS,
      async () => seen.push(await clock.hold(real()), `${clock.nowNs() / NS_PER_MS} ms`),
    );
    clock.at(2 * NS_PER_MS, () => seen.push("next"));
    await sleep(clock, 3 * NS_PER_MS);
  });
  assertEquals(seen, ["loaded", "1 ms", "next"]);
});

Deno.test("a cancelled timer does not fire", async () => {
  const clock = new VirtualClock();
  let fired = false;
  await clock.run(async () => {
    clock.at(NS_PER_MS, () => fired = true).cancel();
    await sleep(clock, 2 * NS_PER_MS);
  });
  assertEquals(fired, false);
});

Deno.test("a run that waits while nothing is scheduled is a deadlock", async () => {
  const waiting = new VirtualClock().run(() => new Promise<void>(() => {}));
  await assertRejects(() => waiting, Deadlock, "nothing is scheduled any more at 0 ms");
});

Deno.test("a run whose events never let time pass is a deadlock", async () => {
  const clock = new VirtualClock();
  const again = () => void clock.at(0, again);
  const standing = clock.run(() => {
    again();
    return new Promise<void>(() => {});
  });
  await assertRejects(() => standing, Deadlock, "time did not pass");
});

Deno.test("an error thrown by a callback rejects the run", async () => {
  const clock = new VirtualClock();
  const failing = clock.run(async () => {
    clock.at(NS_PER_MS, () => {
      throw new RangeError("boom");
    });
    await sleep(clock, 2 * NS_PER_MS);
  });
  await assertRejects(() => failing, RangeError, "boom");
});
