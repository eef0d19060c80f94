import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { type Edn, Float, keyword, List, parseEdn } from "./edn.ts";
import { compareEdn, entriesOf, itemsOf, keyOf, numberOf, sameEdn } from "./values.ts";

Deno.test("values are equal whatever the order of maps and sets and the kind of sequence", () => {
  assert(sameEdn(parseEdn('{:a 1, "b" [2 3]}'), parseEdn('{"b" (2 3), :a 1}')));
  assert(sameEdn(parseEdn("#{1 2 3}"), parseEdn("#{3 1 2}")));
  assert(sameEdn(new Float(2), 2));
  assertFalse(sameEdn("1", 1));
  assertFalse(sameEdn(parseEdn("a.Class"), parseEdn("b.Class")));
  assertFalse(sameEdn([1, 2], [2, 1]));
  assertFalse(sameEdn({ a: null }, {}));
  assertFalse(sameEdn(parseEdn("#a.B{:x 1}"), parseEdn("{:x 1}")));
});

Deno.test("a key tells a string from the array that prints like it", () => {
  assertFalse(keyOf("[1 2]") === keyOf([1, 2]));
  assert(keyOf([1, 2]) === keyOf(new List([1, 2])));
});

Deno.test("integers beyond 2^53 that differ in their last digit stay two", () => {
  const [a = null, b = null] = itemsOf(parseEdn("[818638448817602601 818638448817602602]"));
  assertFalse(sameEdn(a, b));
  assertEquals(compareEdn(a, b), -1);
});

Deno.test("compare orders numbers by worth, strings by code units, vectors by length first", () => {
  const ordered: [Edn, Edn][] = [
    [1, 2],
    [1, 1.5],
    [2n ** 60n, 2n ** 60n + 1n],
    [new Float(3), 4],
    ["B", "a"],
    [[9], [1, 1]],
    [[1, 2], [1, 3]],
    [null, 0],
    [false, true],
    [keyword("a"), keyword("b")],
  ];
  for (const [low, high] of ordered) {
    assertEquals([Math.sign(compareEdn(low, high)), Math.sign(compareEdn(high, low))], [-1, 1]);
    assertEquals(compareEdn(low, low), 0);
  }
});

Deno.test("compare refuses kinds that have no order between them", () => {
  assertThrows(
    () => compareEdn(1, "1"),
    TypeError,
    'a number and a string have no order: 1 beside "1"',
  );
  assertThrows(() => compareEdn({}, {}), TypeError, "an object and an object have no order");
  assertThrows(() => compareEdn([1], ["a"]), TypeError);
  assert(compareEdn([1], ["a", "b"]) < 0);
});

Deno.test("entries, items and numbers are found in every form that holds them", () => {
  assertEquals(entriesOf({ a: 1, b: undefined }), [[keyword("a"), 1]]);
  assertEquals(entriesOf(new Map([[0.5, 3]])), [[0.5, 3]]);
  assertEquals(entriesOf(null), []);
  assertEquals([...itemsOf(new Set([1])), ...itemsOf(new List([2])), ...itemsOf(null)], [1, 2]);
  assertEquals([numberOf(new Float(1)), numberOf(2n), numberOf("3")], [1, 2, undefined]);
});
