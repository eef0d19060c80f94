import { assertEquals, assertMatch } from "@std/assert";
import { refuseSlow } from "./allowance.ts";

const FEW = { rate: 10, timeLimitS: 20 };
const MANY = { rate: 1_000, timeLimitS: 20 };

Deno.test("a run that gets on may take its time, the longer the more is asked of it", () => {
  assertEquals(refuseSlow({ realMs: 2_900, timeS: 0 }, FEW), undefined);
  assertEquals(refuseSlow({ realMs: 3_200, timeS: 10 }, FEW), undefined);
  assertEquals(refuseSlow({ realMs: 6_300, timeS: 31 }, FEW), undefined);
  assertEquals(refuseSlow({ realMs: 40_000, timeS: 18 }, MANY), undefined);
});

Deno.test("a run that will take too long is refused once its pace shows that", () => {
  assertMatch(refuseSlow({ realMs: 3_100, timeS: 9 }, FEW) ?? "", /after 3 s it is at second 9 of/);
  assertMatch(refuseSlow({ realMs: 3_100, timeS: -0.2 }, FEW) ?? "", /at second 0 of 20\./);
  assertMatch(refuseSlow({ realMs: 6_500, timeS: 25 }, FEW) ?? "", /takes too long/);
  assertMatch(refuseSlow({ realMs: 40_000, timeS: 15 }, MANY) ?? "", /takes too long/);
  assertMatch(
    refuseSlow({ realMs: 6_500, timeS: 5 }, { ...MANY, operations: [] }) ?? "",
    /second 5/,
  );
});
