import { assertEquals, assertMatch } from "@std/assert";
import { refuseSlow } from "./allowance.ts";

const FEW = { rate: 10, timeLimitS: 20 };
const MANY = { rate: 1_000, timeLimitS: 20 };

const refuse = (realMs: number, timeS: number, asked: Parameters<typeof refuseSlow>[1]) =>
  refuseSlow({ realMs, timeS, messages: 7 }, asked);

Deno.test("a run that gets on may take its time, the longer the more is asked of it", () => {
  assertEquals(refuse(2_900, 0, FEW), undefined);
  assertEquals(refuse(3_200, 10, FEW), undefined);
  assertEquals(refuse(6_300, 31, FEW), undefined);
  assertEquals(refuse(40_000, 18, MANY), undefined);
});

Deno.test("a run that will take too long is refused once its pace shows that", () => {
  assertMatch(refuse(3_100, 9, FEW) ?? "", /after 3 s it is at second 9 of 20, with 7 messages/);
  assertMatch(refuse(3_100, -0.2, FEW) ?? "", /at second 0 of 20,/);
  assertMatch(refuse(6_500, 25, FEW) ?? "", /takes too long/);
  assertMatch(refuse(40_000, 15, MANY) ?? "", /takes too long/);
  assertMatch(
    refuse(6_500, 5, { ...MANY, operations: [] }) ?? "",
    /second 5/,
  );
});
