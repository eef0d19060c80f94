import { assert, assertEquals, assertFalse } from "@std/assert";
import { Float, itemsOf, keyword, List, parseEdn } from "./edn.ts";
import { keyOf, sameEdn } from "./equality.ts";

Deno.test("equality ignores the order of maps and sets and the kind of sequence", () => {
  assert(sameEdn(parseEdn('{:a 1, "b" [2 3]}'), parseEdn('{"b" (2 3), :a 1}')));
  assert(sameEdn(parseEdn("#{1 2 3}"), parseEdn("#{3 1 2}")));
  assertFalse(sameEdn(new Float(2), 2));
  assertFalse(sameEdn("1", 1));
  assertFalse(sameEdn(parseEdn("a.Class"), parseEdn("b.Class")));
  assertFalse(sameEdn([1, 2], [2, 1]));
  assertFalse(sameEdn({ a: null }, {}));
  assertFalse(sameEdn(parseEdn("#a.B{:x 1}"), parseEdn("{:x 1}")));
});

Deno.test("numbers are equal within their category only, also inside collections", () => {
  const CATEGORIES = [["1", "1N"], ["1.0", "1e0"], ["1M", "1.0M"], ["1/2", "2/4"], ["0.5"], [
    "0.5M",
  ]];
  for (const wrap of ["%", "[%]", "(%)", "#{%}", "{:a %}", "{% :a}", "#t [%]"]) {
    for (const [i, texts] of CATEGORIES.entries()) {
      for (const [j, others] of CATEGORIES.entries()) {
        for (const [a, b] of texts.flatMap((text) => others.map((other) => [text, other]))) {
          const [x, y] = [a, b].map((text) => parseEdn(wrap.replace("%", text ?? "")));
          assertEquals(sameEdn(x ?? null, y ?? null), i === j, `${wrap}: ${a} and ${b}`);
        }
      }
    }
  }
  assert(sameEdn(parseEdn("0.0"), parseEdn("-0.0")));
  assert(sameEdn(1e300, new Float(1e300)));
  assertFalse(sameEdn(NaN, NaN));
});

Deno.test("scalars are their own keys, equal compound values share one", () => {
  for (const scalar of [null, true, 1, 2n ** 60n, "a", keyword("a")]) {
    assertEquals(keyOf(scalar), scalar);
  }
  assertEquals(keyOf(new Float(2.5)), 2.5);
  assertEquals(keyOf([1, 2]), keyOf(new List([1, 2])));
});

Deno.test("no string has the key of a compound value", () => {
  assertFalse(keyOf("[1 2]") === keyOf([1, 2]));
  const forged = String(keyOf([1, 2]));
  assertFalse(keyOf(forged) === keyOf([1, 2]));
  assert(sameEdn(forged, `${forged}`));
});

Deno.test("integers beyond 2^53 that differ in their last digit are not equal", () => {
  const [a = null, b = null] = itemsOf(parseEdn("[818638448817602601 818638448817602602]"));
  assertFalse(sameEdn(a, b));
});
