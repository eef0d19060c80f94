import { assert, assertEquals } from "@std/assert";
import { NS_PER_MS, NS_PER_S } from "../../history/operations.ts";
import { VirtualClock } from "../../workbench/clock/virtual_clock.ts";
import { sleep } from "../../workbench/clock/clock.ts";
import { Pace } from "./pace.ts";

Deno.test("virtual time passes in slices, stands still, and is let go", async () => {
  const clock = new VirtualClock();
  const pace = new Pace();
  pace.speed = 0;
  const slicesMs: number[] = [];
  const run = clock.run(async () => {
    pace.drive(clock, () => void slicesMs.push(clock.nowNs() / NS_PER_MS));
    await sleep(clock, 10 * NS_PER_S);
  });
  // The first slice is simulated, and then time stands still for as long as it is told to.
  await new Promise((resolve) => setTimeout(resolve, 60));
  assertEquals(slicesMs.length, 1);
  pace.speed = Infinity;
  await run;
  assert(slicesMs.every((ms, i) => i === 0 || ms > (slicesMs[i - 1] ?? 0)));
  assert((slicesMs.at(-1) ?? 0) > 5_000, `${slicesMs}`);
});
