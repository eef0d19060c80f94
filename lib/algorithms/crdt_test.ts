import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  change,
  differenceOf,
  type GCounter,
  gCounter,
  GSet,
  gSet,
  increment,
  type Lattice,
  pnCounter,
  valueOf,
} from "./crdt.ts";

const replica = fc.constantFrom("n0", "n1", "n2");
const counters: fc.Arbitrary<GCounter> = fc.dictionary(replica, fc.integer({ min: 1, max: 4 }));
const sets = fc.uniqueArray(fc.integer({ min: 0, max: 5 }));

/** Sorts sets, which have no particular order. */
const sorted = (value: unknown): unknown =>
  value instanceof GSet
    ? sorted([...value])
    : Array.isArray(value) && value.every((item) => typeof item === "number")
    ? value.toSorted((a, b) => a - b)
    : Array.isArray(value)
    ? value.map(sorted)
    : value;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const assertSame = (a: unknown, b: unknown) => assertEquals(sorted(a), sorted(b));

function obeysTheLaws<S, C>(
  name: string,
  lattice: Lattice<S, C>,
  changes: fc.Arbitrary<C>,
): void {
  const { join, whole, difference, shape } = lattice;
  const bottom = () => lattice.bottom;
  const states = changes.map((change) => join(bottom(), change));
  const law = (text: string, holds: (a: S, b: S, c: S) => void) =>
    Deno.test(`${name}: ${text}`, () => {
      fc.assert(fc.property(states, states, states, holds), { seed: 1, numRuns: 300 });
    });
  const both = (a: S, b: S) => join(a, whole(b));
  law("the join is commutative", (a, b) => assertSame(both(a, b), both(b, a)));
  law("the join is associative", (a, b, c) => {
    assertSame(both(both(a, b), c), both(a, both(b, c)));
  });
  law("the join is idempotent", (a) => assertSame(both(a, a), a));
  law("the bottom adds nothing", (a) => assertSame(both(a, bottom()), a));
  law("a state is the bottom with all of it", (a) => assertSame(join(bottom(), whole(a)), a));
  law("a difference does what the whole state would", (a, known) => {
    assertSame(join(known, difference(a, known) ?? whole(bottom())), both(known, a));
  });
  law("there is a difference exactly if something is lacking", (a, known) => {
    const lacking = JSON.stringify(sorted(both(known, a))) !== JSON.stringify(sorted(known));
    assertEquals(difference(a, both(known, a)), undefined);
    assertEquals(difference(both(known, a), known) !== undefined, lacking);
  });
  law("a difference holds nothing that is known", (a, known) => {
    const news = difference(a, known);
    if (news !== undefined) assertSame(difference(join(bottom(), news), known), news);
  });
  law("joining changes neither state, and both travel as they are", (a, b) => {
    const wholes = () => JSON.stringify([whole(a), whole(b)]);
    const before = wholes();
    both(a, b);
    difference(a, b);
    assertEquals(wholes(), before);
    assertEquals(shape.problem(JSON.parse(JSON.stringify(whole(both(a, b)))), "state"), undefined);
  });
}

obeysTheLaws("g-counter", gCounter, counters);
obeysTheLaws("pn-counter", pnCounter, fc.tuple(counters, counters));
obeysTheLaws("g-set", gSet, sets);

Deno.test("a counter's value is the sum of all adds, at any replicas and however joined", () => {
  const step = fc.oneof(
    fc.record({ at: replica, by: fc.integer({ min: -5, max: 4 }) }),
    fc.record({ at: replica, from: replica }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const states = new Map(["n0", "n1", "n2"].map((id) => [id, pnCounter.bottom]));
      const at = (id: string) => states.get(id) ?? pnCounter.bottom;
      let sum = 0;
      for (const step of steps) {
        const other = "by" in step ? change(at(step.at), step.at, step.by) : at(step.from);
        if ("by" in step) sum += step.by;
        states.set(step.at, pnCounter.join(at(step.at), other));
      }
      assertEquals(differenceOf([...states.values()].reduce(pnCounter.join)), sum);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("a grow-only counter refuses to shrink, and 0 changes nothing", () => {
  assertThrows(() => increment({ n0: 5 }, "n0", -1), RangeError, "-1");
  assertEquals(increment({ n0: 5 }, "n0", 0), {});
  assertEquals(valueOf(gCounter.join({ n0: 5 }, increment({ n0: 5 }, "n1", 2))), 7);
});

Deno.test("a set holds every element once, in the order in which they came", () => {
  const set = new GSet().with([3, 1]);
  assertEquals([...gSet.join(set, [1, 2, 2])], [3, 1, 2]);
  assertEquals(gSet.difference(new GSet().with([1, 2, 3]), new GSet().with([2])), [1, 3]);
});

Deno.test("every version of a set stays what it was, whichever the others grow from", () => {
  const step = fc.record({ from: fc.nat(), elements: fc.array(fc.nat({ max: 9 })) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const versions = [new GSet()];
      const lists: number[][] = [[]];
      for (const { from, elements } of steps) {
        const at = from % versions.length;
        versions.push((versions[at] ?? new GSet()).with(elements));
        lists.push([...new Set([...lists[at] ?? [], ...elements])]);
      }
      assertEquals(versions.map((set) => [...set]), lists);
      assertEquals(versions.map(({ size }) => size), lists.map(({ length }) => length));
      const has = (list: { has(element: number): boolean }) => upTo(10).map((one) => list.has(one));
      assertEquals(versions.map(has), lists.map((list) => has(new Set(list))));
    }),
    { seed: 1, numRuns: 500 },
  );
});
