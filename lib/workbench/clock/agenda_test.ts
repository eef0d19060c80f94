import { assertEquals } from "@std/assert";
import { Agenda } from "./agenda.ts";

/** Takes everything that is scheduled, and returns the times. */
function drain(agenda: Agenda): number[] {
  const times: number[] = [];
  for (let next = agenda.nextTimeNs(); next !== undefined; next = agenda.nextTimeNs()) {
    agenda.takeDue(next)?.();
    times.push(next);
  }
  return times;
}

Deno.test("callbacks come in order of time, those of one instant in the order scheduled", () => {
  const agenda = new Agenda();
  const seen: string[] = [];
  for (const [timeNs, name] of [[30, "c"], [10, "a"], [30, "d"], [20, "b"]] as const) {
    agenda.add(timeNs, () => seen.push(name));
  }
  assertEquals(drain(agenda), [10, 20, 30, 30]);
  assertEquals(seen, ["a", "b", "c", "d"]);
});

Deno.test("nothing is taken before it is due", () => {
  const agenda = new Agenda();
  agenda.add(5, () => {});
  assertEquals(agenda.takeDue(4), undefined);
  assertEquals(agenda.nextTimeNs(), 5);
});

Deno.test("hundreds of cancelled timers leave the others in order", () => {
  const agenda = new Agenda();
  const timers = Array.from({ length: 1_000 }, (_, i) => {
    const timeNs = 1 + (i * 7_919) % 1_000;
    return { timeNs, timer: agenda.add(timeNs, () => {}) };
  });
  for (const { timeNs, timer } of timers) if (timeNs % 10 !== 0) timer.cancel();
  for (const { timer } of timers.slice(0, 10)) timer.cancel(); // some of them for the second time
  const cancelled = timers.slice(0, 10).map(({ timeNs }) => timeNs);
  const tens = Array.from({ length: 100 }, (_, i) => 10 * (i + 1));
  assertEquals(drain(agenda), tens.filter((timeNs) => !cancelled.includes(timeNs)));
});
