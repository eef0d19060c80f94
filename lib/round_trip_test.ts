import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RoundTrip } from "./round_trip.ts";

Deno.test("nothing is known before the first measurement, which is trusted with caution", () => {
  const roundTrip = new RoundTrip();
  assertEquals(roundTrip.timeoutMs, 0);
  roundTrip.measured(100);
  assertEquals(roundTrip.timeoutMs, 300);
});

Deno.test("steady round trips bring the time-out down to them", () => {
  const roundTrip = new RoundTrip();
  for (let i = 0; i < 100; i++) roundTrip.measured(100);
  assertAlmostEquals(roundTrip.timeoutMs, 100, 0.01);
});

Deno.test("scattered round trips keep the time-out above the longest of them", () => {
  const roundTrip = new RoundTrip();
  for (let i = 0; i < 100; i++) roundTrip.measured(i % 2 === 0 ? 50 : 150);
  assertAlmostEquals(roundTrip.timeoutMs, 300, 20);
});
