import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { RoundTrip } from "./round_trip.ts";

function measured(...samplesMs: number[]): RoundTrip {
  const roundTrip = new RoundTrip();
  for (const ms of samplesMs) roundTrip.measured(ms);
  return roundTrip;
}

Deno.test("before the first measurement there is no estimate, after it one with a margin", () => {
  assertEquals([measured().estimateMs, measured().lastMs], [undefined, undefined]);
  assertEquals([measured(100).estimateMs, measured(100).lastMs], [300, 100]);
});

Deno.test("steady round trips bring the estimate down to them", () => {
  assertAlmostEquals(measured(...Array(100).fill(100)).estimateMs ?? NaN, 110, 0.01);
});

Deno.test("scattered round trips keep the estimate above the longest of them", () => {
  const samplesMs = Array.from({ length: 100 }, (_, i) => i % 2 === 0 ? 50 : 150);
  assertAlmostEquals(measured(...samplesMs).estimateMs ?? NaN, 300, 20);
});

Deno.test("a long round trip is remembered when many short ones have followed, and fades", () => {
  const after = (count: number) => measured(1_000, ...Array(count).fill(100)).estimateMs ?? NaN;
  assert(after(20) > 500);
  assert(after(100) < 120);
});
