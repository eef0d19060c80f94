import { assert, assertEquals, assertThrows } from "@std/assert";
import { compareEdn } from "./compare.ts";
import { Char, type Edn, Float, keyword, Sym } from "./edn.ts";
import { BigInteger, Decimal, Ratio } from "./numbers.ts";

Deno.test("numbers go by magnitude, strings by code units, vectors by length first", () => {
  const ordered: [Edn, Edn][] = [
    [1, 2],
    [1, 1.5],
    [2n ** 60n, 2n ** 60n + 1n],
    [new Float(3), 4],
    [new Ratio(1n, 3n), new Decimal(34n, 2)],
    [new Decimal(5n, 1), new BigInteger(1n)],
    [2n ** 70n, Infinity],
    [new Char("a"), new Char("b")],
    [new Sym("b"), new Sym("a/a")],
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

Deno.test("numbers of any category compare by magnitude, as doubles if one is a double", () => {
  const same: [Edn, Edn][] = [
    [1, new Float(1)],
    [2n ** 53n + 1n, new Float(2 ** 53)],
    [new Decimal(10n, 1), 1],
    [NaN, 1],
  ];
  for (const [a, b] of same) assertEquals([compareEdn(a, b), compareEdn(b, a)], [0, 0]);
});

Deno.test("values of kinds without an order between them are refused", () => {
  assertThrows(
    () => compareEdn(1, "1"),
    TypeError,
    'a number and a string have no order: 1 beside "1"',
  );
  assertThrows(() => compareEdn({}, {}), TypeError, "an object and an object have no order");
  assertThrows(() => compareEdn([1], ["a"]), TypeError);
  assert(compareEdn([1], ["a", "b"]) < 0);
});
