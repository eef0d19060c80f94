import { assertEquals } from "@std/assert";
import { BEAT_MS, Stalls } from "./stalls.ts";

/** A node that runs until then, and beats. */
function runUntil(stalls: Stalls, fromMs: number, toMs: number): void {
  for (let ms = fromMs; ms <= toMs; ms += BEAT_MS) stalls.beat(ms);
}

Deno.test("what a node reads while it runs has just been sent", () => {
  const stalls = new Stalls(0);
  runUntil(stalls, 0, 10_000);
  assertEquals(stalls.ageMs(10_400), 0);
});

Deno.test("for a second after a stall, what a node reads may be as old as the stall", () => {
  const stalls = new Stalls(0);
  runUntil(stalls, 0, 10_000);
  stalls.beat(16_000);
  assertEquals(stalls.ageMs(16_000), 6_000);
  stalls.beat(16_500);
  assertEquals([stalls.ageMs(16_900), stalls.ageMs(17_000)], [6_900, 0]);
});

Deno.test("a stall right after another one counts from the first", () => {
  const stalls = new Stalls(0);
  stalls.stalled(1_000, 4_000);
  stalls.stalled(4_500, 8_000);
  assertEquals(stalls.ageMs(8_100), 7_100);
  stalls.stalled(9_500, 12_000);
  assertEquals(stalls.ageMs(12_000), 2_500);
});
