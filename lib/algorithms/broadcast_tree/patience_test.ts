import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Patience } from "./patience.ts";

Deno.test("answers get the least time, and the first acknowledgement more", () => {
  const patience = new Patience(50, 400);
  assertEquals([patience.answerMs, patience.timeoutMs], [50, 400]);
  for (let i = 0; i < 100; i++) patience.measured(10);
  assertEquals([patience.answerMs, patience.timeoutMs], [50, 50]);
});

Deno.test("long round trips are given time", () => {
  const patience = new Patience(50, 400);
  for (let i = 0; i < 100; i++) patience.measured(100);
  assertAlmostEquals(patience.timeoutMs, 110, 0.01);
  assertAlmostEquals(patience.answerMs, 110, 0.01);
});

Deno.test("each time-out that passes doubles the next, to a bound, until something is measured", () => {
  const patience = new Patience(50, 100);
  patience.timedOut();
  assertEquals(patience.timeoutMs, 200);
  for (let i = 0; i < 10; i++) patience.timedOut();
  assertEquals(patience.timeoutMs, 1600);
  patience.measured(0);
  assertEquals(patience.timeoutMs, 50);
});

Deno.test("a false alarm doubles the time-out, and that outlasts measurements", () => {
  const patience = new Patience(50, 100);
  patience.measured(0);
  patience.wasFalseAlarm(0);
  patience.measured(0);
  assertEquals([patience.answerMs, patience.timeoutMs], [100, 100]);
  for (let i = 0; i < 10; i++) patience.wasFalseAlarm(0);
  assertEquals(patience.timeoutMs, 800);
  patience.timerWasLate(0, 10_000);
  assertEquals(patience.timeoutMs, 200, "half of the doublings are forgotten");
  patience.timerWasLate(0, 100_000);
  assertAlmostEquals(patience.timeoutMs, 50, 0.2);
});

Deno.test("lateness here and at the peer is granted on top, the worst of late, and fades", () => {
  const patience = new Patience(50, 100);
  assertEquals(patience.graceMs(30), 60);
  patience.timerWasLate(100, 0);
  patience.timerWasLate(20, 0);
  assertEquals([patience.lateMs, patience.graceMs(30)], [100, 260]);
  patience.timerWasLate(0, 4_000);
  assertEquals(patience.lateMs, 50);
  patience.timerWasLate(70, 4_000);
  assertEquals(patience.lateMs, 70);
});

Deno.test("whatever the lateness, the false alarms before a node is patient enough are few", () => {
  for (const lateMs of [200, 500, 1_600]) {
    const patience = new Patience(100, 100);
    let alarms = 0;
    for (; patience.timeoutMs < lateMs && alarms < 100; alarms++) patience.wasFalseAlarm(0);
    assert(alarms <= Math.ceil(Math.log2(lateMs / 100)), `${alarms} at ${lateMs} ms`);
  }
});
