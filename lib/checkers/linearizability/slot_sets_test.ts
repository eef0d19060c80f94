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
