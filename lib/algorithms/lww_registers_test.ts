import { assertEquals } from "@std/assert";
import { LwwRegisters } from "./lww_registers.ts";

/** Tells one replica all that another has written since a time. */
function tell(to: LwwRegisters, from: LwwRegisters, writer: string, after = 0): void {
  to.merge(writer, from.writesAfter(after).writes);
}

Deno.test("a transaction sees its own writes, and null where nobody has written", () => {
  const a = new LwwRegisters();
  const done = a.transact("a", [["r", 1, null], ["w", 1, 5], ["r", 1, null], ["r", 2, null]]);
  assertEquals(done, [["r", 1, null], ["w", 1, 5], ["r", 1, 5], ["r", 2, null]]);
});

Deno.test("only the last of a transaction's writes to a key leaves it", () => {
  const a = new LwwRegisters();
  a.transact("a", [["w", 1, 5], ["w", 1, 6]]);
  assertEquals(a.writesAfter(0), { writes: [[1, 6, 1]], through: 1 });
});

Deno.test("of two writes that know nothing of each other, all replicas keep the same", () => {
  const [a, b] = [new LwwRegisters(), new LwwRegisters()];
  a.transact("a", [["w", 1, 10], ["w", 2, 10]]);
  b.transact("b", [["w", 1, 20], ["w", 2, 20]]);
  tell(a, b, "b");
  tell(b, a, "a");
  for (const key of [1, 2]) assertEquals([a.read(key), b.read(key)], [20, 20]);
});

Deno.test("a write that has seen another replaces it, whatever its writer's id", () => {
  const [a, b] = [new LwwRegisters(), new LwwRegisters()];
  for (const value of [1, 2, 3]) b.transact("b", [["w", 7, value]]);
  tell(a, b, "b");
  a.transact("a", [["r", 7, null], ["w", 7, 4]]);
  tell(b, a, "a");
  assertEquals([a.read(7), b.read(7)], [4, 4]);
});

Deno.test("repeated and reordered writes change nothing", () => {
  const [a, b] = [new LwwRegisters(), new LwwRegisters()];
  a.transact("a", [["w", 1, 1]]);
  const old = a.writesAfter(0).writes;
  a.transact("a", [["w", 1, 2]]);
  tell(b, a, "a");
  b.merge("a", old);
  tell(b, a, "a");
  assertEquals(b.read(1), 2);
});

Deno.test("what is told is what was written since, the newest of each key, by time", () => {
  const a = new LwwRegisters();
  a.transact("a", [["w", 1, 10]]);
  a.transact("a", [["w", 2, 20]]);
  a.transact("a", [["w", 1, 11]]);
  assertEquals(a.writesAfter(0), { writes: [[2, 20, 2], [1, 11, 3]], through: 3 });
  assertEquals(a.writesAfter(2), { writes: [[1, 11, 3]], through: 3 });
  assertEquals(a.writesAfter(3), { writes: [], through: 3 });
  a.forget(2);
  assertEquals(a.writesAfter(0), { writes: [[1, 11, 3]], through: 3 });
});

Deno.test("a bound tears no transaction apart", () => {
  const a = new LwwRegisters();
  a.transact("a", [["w", 1, 1]]);
  a.transact("a", [["w", 2, 1], ["w", 3, 1], ["w", 4, 1]]);
  a.transact("a", [["w", 5, 1]]);
  assertEquals(a.writesAfter(0, 1), { writes: [[1, 1, 1]], through: 1 });
  const { writes, through } = a.writesAfter(0, 2);
  assertEquals([writes.map(([key]) => key), through], [[1, 2, 3, 4], 2]);
});

Deno.test("a transaction that only reads has nothing to tell", () => {
  const a = new LwwRegisters();
  a.transact("a", [["r", 1, null]]);
  assertEquals(a.writesAfter(0), { writes: [], through: 0 });
});
