import { assertEquals, assertThrows } from "@std/assert";
import { chooseSchedule, type Schedule } from "./schedule.ts";

/** A schedule that differs from others in its least patience alone. */
function schedule(patienceMs: number): Schedule {
  const at = (sinceMs: number) => sinceMs;
  return { report: at, scatter: at, ackUpMs: 0, ackDownMs: 0, patienceMs, probeMs: 0 };
}

const NAMED = { balanced: schedule(1), lean: schedule(2) };

function chosen(...args: string[]): number {
  return chooseSchedule(args, NAMED, schedule).patienceMs;
}

Deno.test("an argument names a schedule or states its time, and without one it is the first", () => {
  assertEquals([chosen(), chosen("lean"), chosen("balanced"), chosen("250")], [1, 2, 1, 250]);
});

Deno.test("any other argument is refused with what there is", () => {
  for (const args of [["fast"], ["-1"], ["1.5"], ["lean", "lean"], ["toString"], ["1234567"]]) {
    const words = `balanced, lean, or a number of milliseconds; got ${args.join(" ")}`;
    assertThrows(() => chosen(...args), RangeError, words);
  }
});
