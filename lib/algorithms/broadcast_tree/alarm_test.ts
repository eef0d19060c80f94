import { assertEquals } from "@std/assert";
import { FakeTime } from "../../testing/mod.ts";
import { Alarm } from "./alarm.ts";

/** An alarm that keeps a log of what it tells, in whole milliseconds since it was made. */
function logged() {
  const startMs = performance.now();
  const log: string[] = [];
  const at = (nowMs: number) => Math.round(nowMs - startMs);
  const alarm = new Alarm({
    woken: (nowMs) => log.push(`woken at ${at(nowMs)}`),
    late: (lateMs, nowMs) => log.push(`late by ${Math.round(lateMs)} at ${at(nowMs)}`),
  });
  return {
    log,
    set: (ms: number) => alarm.set(startMs + ms, performance.now()),
    check: (lateMs: number) => alarm.check(performance.now() + lateMs),
  };
}

Deno.test("an alarm wakes its owner in time, and says that it was not late", async () => {
  using time = new FakeTime();
  const { log, set } = logged();
  set(30);
  await time.advance(29);
  assertEquals(log, []);
  await time.advance(1_000);
  assertEquals(log, ["late by 0 at 30", "woken at 30"]);
});

Deno.test("an alarm for a far time wakes its owner before, to look at the clock", async () => {
  using time = new FakeTime();
  const { log, set } = logged();
  set(1_000);
  await time.advance(60);
  assertEquals(log, ["late by 0 at 60", "woken at 60"]);
});

Deno.test("an earlier time replaces a later one, and a later one does not", async () => {
  using time = new FakeTime();
  const { log, set } = logged();
  set(50);
  set(20);
  set(40);
  await time.advance(1_000);
  assertEquals(log, ["late by 0 at 20", "woken at 20"]);
});

Deno.test("an alarm that is for nothing any more does not ring", async () => {
  using time = new FakeTime();
  const { log, set } = logged();
  set(Infinity);
  await time.advance(1_000);
  assertEquals([log, time.pending], [[], 0]);
});

Deno.test("an overdue alarm is seen when something else wakes its owner", () => {
  using _time = new FakeTime();
  const { log, set, check } = logged();
  set(20);
  check(20);
  assertEquals(log, []);
  check(500);
  check(600);
  assertEquals(log, ["late by 480 at 500"]);
});
