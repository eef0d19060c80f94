import { assertEquals } from "@std/assert";
import { LwwRegisters } from "./lww_registers.ts";

/** Sends one replica what another has written after a timestamp. */
function send(to: LwwRegisters, from: LwwRegisters, writer: string, after = 0): void {
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

Deno.test("all replicas keep the same one of two concurrent writes", () => {
  const [a, b] = [new LwwRegisters(), new LwwRegisters()];
  a.transact("a", [["w", 1, 10], ["w", 2, 10]]);
  b.transact("b", [["w", 1, 20], ["w", 2, 20]]);
  send(a, b, "b");
  send(b, a, "a");
  for (const key of [1, 2]) assertEquals([a.read(key), b.read(key)], [20, 20]);
});

Deno.test("a write replaces any that its writer had seen, whatever the writers' ids", () => {
  const [a, b] = [new LwwRegisters(), new LwwRegisters()];
  for (const value of [1, 2, 3]) b.transact("b", [["w", 7, value]]);
  send(a, b, "b");
  a.transact("a", [["r", 7, null], ["w", 7, 4]]);
  send(b, a, "a");
  assertEquals([a.read(7), b.read(7)], [4, 4]);
});

Deno.test("repeated and reordered writes change nothing", () => {
  const [a, b] = [new LwwRegisters(), new LwwRegisters()];
  a.transact("a", [["w", 1, 1]]);
  const old = a.writesAfter(0).writes;
  a.transact("a", [["w", 1, 2]]);
  send(b, a, "a");
  b.merge("a", old);
  send(b, a, "a");
  assertEquals(b.read(1), 2);
});

Deno.test("writesAfter returns the newest write of each key, in the order of timestamps", () => {
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

Deno.test("a limit does not split a transaction", () => {
  const a = new LwwRegisters();
  a.transact("a", [["w", 1, 1]]);
  a.transact("a", [["w", 2, 1], ["w", 3, 1], ["w", 4, 1]]);
  a.transact("a", [["w", 5, 1]]);
  assertEquals(a.writesAfter(0, 1), { writes: [[1, 1, 1]], through: 1 });
  const { writes, through } = a.writesAfter(0, 2);
  assertEquals([writes.map(([key]) => key), through], [[1, 2, 3, 4], 2]);
});

Deno.test("a transaction that only reads leaves nothing to send", () => {
  const a = new LwwRegisters();
  a.transact("a", [["r", 1, null]]);
  assertEquals(a.writesAfter(0), { writes: [], through: 0 });
});

Deno.test("a replica that is stored and restored goes on as if nothing had happened", () => {
  const [a, b, again] = [new LwwRegisters(), new LwwRegisters(), new LwwRegisters()];
  a.transact("a", [["w", 1, 10]]);
  b.transact("b", [["w", 1, 20], ["w", 2, 20]]);
  a.transact("a", [["w", 3, 30]]);
  send(a, b, "b");
  again.restore("a", a.snapshot());
  assertEquals(again.snapshot(), a.snapshot());
  assertEquals([again.read(1), again.read(2), again.read(3)], [20, 20, 30]);
  assertEquals(again.writesAfter(0), { writes: [[1, 10, 1], [3, 30, 2]], through: 2 });
  again.transact("a", [["w", 1, 11]]);
  assertEquals([again.read(1), again.clock], [11, 3], "its clock has not gone back");
});
