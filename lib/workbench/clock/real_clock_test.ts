import { assert, assertEquals } from "@std/assert";
import { NS_PER_MS } from "../../history/operations.ts";
import { sleep, until } from "./clock.ts";
import { RealClock } from "./real_clock.ts";

Deno.test("the machine's clock calls back in order, and never before returning", async () => {
  const clock = new RealClock();
  const seen: string[] = [];
  clock.at(0, () => seen.push("now"));
  seen.push("returned");
  clock.at(clock.nowNs() + 3 * NS_PER_MS, () => seen.push("later"));
  clock.at(clock.nowNs() + 2 * NS_PER_MS, () => seen.push("never")).cancel();
  await sleep(clock, 5 * NS_PER_MS);
  assertEquals(seen, ["returned", "now", "later"]);
});

Deno.test("the machine's clock lets input in between callbacks that are always due", async () => {
  const clock = new RealClock();
  let inputCame = false;
  const input = setTimeout(() => inputCame = true);
  let hops = 0;
  await new Promise<void>((resolve) => {
    const hop = () => {
      if (inputCame || ++hops > 100_000) resolve();
      else clock.at(clock.nowNs(), hop);
    };
    hop();
  });
  clearTimeout(input);
  assertEquals(inputCame, true);
});

Deno.test("the machine's clock knows how late its timers were", async () => {
  const clock = new RealClock();
  const dueNs = clock.nowNs() + NS_PER_MS;
  const called = until(clock, dueNs);
  while (clock.nowNs() < dueNs + 5 * NS_PER_MS); // nothing else runs meanwhile
  await called;
  assert(clock.maxLateNs >= 5 * NS_PER_MS);
});
