import { assertEquals, assertRejects } from "@std/assert";
import { waitUntilIdle } from "./idle.ts";

const { signal } = new AbortController();

Deno.test("who measures waits until the machine is idle", async () => {
  const loads = [1.2, 1.2, 0.6, 0.6, 0.4];
  const slept: number[] = [];
  await waitUntilIdle(signal, {
    load: () => loads[Math.floor(slept.length)] ?? 0,
    sleep: (seconds) => Promise.resolve(void slept.push(seconds)),
  });
  assertEquals(slept, [10, 10, 10, 10]);
});

Deno.test("who has waited for long enough is told how to measure all the same", async () => {
  let sleptS = 0;
  const sleep = (seconds: number) => Promise.resolve(void (sleptS += seconds));
  await assertRejects(
    () => waitUntilIdle(signal, { load: () => 2, sleep }),
    Error,
    "the machine is busy: a load of 2.0, idle is 0.5; --no-wait measures all the same",
  );
  assertEquals(sleptS, 900);
});
