import { assert, assertEquals } from "@std/assert";
import { EMPTY, SlotSets } from "./slot_sets.ts";

Deno.test("sets of slots have one number each, whatever led to them, beyond a word's bits too", () => {
  const sets = new SlotSets(100);
  const of = (...slots: number[]) => slots.reduce((set, slot) => sets.toggle(set, slot), EMPTY);
  assertEquals(of(0, 31, 32, 99), of(99, 32, 0, 31));
  assertEquals(of(5, 64, 5, 64), EMPTY);
  const members = Array.from({ length: 100 }, (_, slot) => slot)
    .filter((slot) => sets.has(of(0, 31, 32, 99), slot));
  assertEquals(members, [0, 31, 32, 99]);
  assert(sets.isSubset(of(31, 99), of(0, 31, 99)));
  assert(!sets.isSubset(of(0, 31, 99), of(31, 99)));
  assert(sets.isSubset(EMPTY, of(63)));
});

Deno.test("few slots are the bits of a set's number", () => {
  const sets = new SlotSets(31);
  const set = [0, 7, 30].reduce((set, slot) => sets.toggle(set, slot), EMPTY);
  assertEquals(set, 1 + 2 ** 7 + 2 ** 30);
  assertEquals([0, 1, 7, 30].map((slot) => sets.has(set, slot)), [true, false, true, true]);
  assertEquals(sets.toggle(sets.toggle(set, 30), 7), 1);
  assert(sets.isSubset(1, set) && !sets.isSubset(set, 1) && sets.isSubset(EMPTY, EMPTY));
});
