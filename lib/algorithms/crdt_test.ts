import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  change,
  differenceOf,
  type GCounter,
  gCounter,
  gSet,
  increment,
  type Lattice,
  pnCounter,
  valueOf,
} from "./crdt.ts";

const replica = fc.constantFrom("n0", "n1", "n2");
const counters: fc.Arbitrary<GCounter> = fc.dictionary(replica, fc.integer({ min: 1, max: 4 }));
const sets = fc.uniqueArray(fc.integer({ min: 0, max: 5 }));

/** Sorts sets, which are lists in no particular order. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value) && value.every((item) => typeof item === "number")
    ? value.toSorted((a, b) => a - b)
    : Array.isArray(value)
    ? value.map(sorted)
    : value;
const assertSame = (a: unknown, b: unknown) => assertEquals(sorted(a), sorted(b));

function obeysTheLaws<S>(name: string, lattice: Lattice<S>, states: fc.Arbitrary<S>): void {
  const { join, difference, bottom, shape } = lattice;
  const law = (text: string, holds: (a: S, b: S, c: S) => void) =>
    Deno.test(`${name}: ${text}`, () => {
      fc.assert(fc.property(states, states, states, holds), { seed: 1, numRuns: 300 });
    });
  law("the join is commutative", (a, b) => assertSame(join(a, b), join(b, a)));
  law("the join is associative", (a, b, c) => {
    assertSame(join(join(a, b), c), join(a, join(b, c)));
  });
  law("the join is idempotent", (a) => assertSame(join(a, a), a));
  law("the bottom adds nothing", (a) => assertSame(join(a, bottom), a));
  law("a difference does what the whole state would", (a, known) => {
    assertSame(join(known, difference(a, known) ?? bottom), join(known, a));
  });
  law("there is a difference exactly if something is lacking", (a, known) => {
    const lacking = JSON.stringify(sorted(join(known, a))) !== JSON.stringify(sorted(known));
    assertEquals(difference(a, join(known, a)), undefined);
    assertEquals(difference(join(known, a), known) !== undefined, lacking);
  });
  law("a difference holds nothing that is known", (a, known) => {
    const news = difference(a, known);
    if (news !== undefined) assertSame(difference(news, known), news);
  });
  law("joining changes neither state, and both travel as they are", (a, b) => {
    const before = JSON.stringify([a, b]);
    join(a, b);
    difference(a, b);
    assertEquals(JSON.stringify([a, b]), before);
    assertEquals(shape.problem(JSON.parse(JSON.stringify(join(a, b))), "state"), undefined);
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

Deno.test("a set holds every element once", () => {
  assertEquals(gSet.join([1, 2], [2, 3]), [1, 2, 3]);
  assertEquals(gSet.difference([1, 2, 3], [2]), [1, 3]);
});
