import { assertEquals, assertMatch } from "@std/assert";
import { refuseSlow } from "./allowance.ts";

const FEW = { rate: 10, timeLimitS: 20 };
const MANY = { rate: 1_000, timeLimitS: 20 };

const refuse = (realMs: number, timeS: number, asked: Parameters<typeof refuseSlow>[1]) =>
  refuseSlow({ realMs, timeS, messages: 7 }, asked);

Deno.test("a run that gets on may take its time, the longer the more is asked of it", () => {
  assertEquals(refuse(3_900, 0, FEW), undefined);
  assertEquals(refuse(5_400, 10, FEW), undefined);
  assertEquals(refuse(10_900, 31, FEW), undefined);
  assertEquals(refuse(50_000, 18, MANY), undefined);
});

Deno.test("a run that will take too long is refused once its pace shows that", () => {
  assertMatch(refuse(4_100, 7, FEW) ?? "", /after 4 s it is at second 7 of 20, with 7 messages/);
  assertMatch(refuse(4_100, -0.2, FEW) ?? "", /at second 0 of 20,/);
  assertMatch(refuse(11_100, 25, FEW) ?? "", /takes too long/);
  assertMatch(refuse(50_000, 15, MANY) ?? "", /takes too long/);
  assertMatch(refuse(4_100, 5, { ...MANY, operations: [] }) ?? "", /second 5/);
});
