import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RoundTrip } from "./round_trip.ts";

Deno.test("before the first measurement the initial time-out holds, after it one with a margin", () => {
  assertEquals(new RoundTrip(50).timeoutMs, 1000);
  const roundTrip = new RoundTrip(50, 400);
  assertEquals(roundTrip.timeoutMs, 400);
  roundTrip.measured(100);
  assertEquals(roundTrip.timeoutMs, 300);
});

Deno.test("steady round trips bring the time-out down to them, but not below the least", () => {
  const roundTrip = new RoundTrip(50);
  for (let i = 0; i < 100; i++) roundTrip.measured(100);
  assertAlmostEquals(roundTrip.timeoutMs, 100, 0.01);
  for (let i = 0; i < 100; i++) roundTrip.measured(10);
  assertEquals(roundTrip.timeoutMs, 50);
});

Deno.test("scattered round trips keep the time-out above the longest of them", () => {
  const roundTrip = new RoundTrip(0);
  for (let i = 0; i < 100; i++) roundTrip.measured(i % 2 === 0 ? 50 : 150);
  assertAlmostEquals(roundTrip.timeoutMs, 300, 20);
});

Deno.test("each time-out that passes doubles the next, to a bound, until something is measured", () => {
  const roundTrip = new RoundTrip(50, 100);
  roundTrip.timedOut();
  assertEquals(roundTrip.timeoutMs, 200);
  for (let i = 0; i < 10; i++) roundTrip.timedOut();
  assertEquals(roundTrip.timeoutMs, 1600);
  roundTrip.measured(0);
  assertEquals(roundTrip.timeoutMs, 50);
});
