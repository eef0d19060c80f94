// Every expectation holds for the stand-in and for whatever `@std/assert` is here: the stand-in
// once more, or, where JSR answers, the real package.
import * as std from "@std/assert";
import { ok, strictEqual, throws } from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import * as standIn from "./assert/mod.ts";

type Assertions = typeof standIn;

/** A test of both, judged by Node's own assertions, as a broken assertion judges nothing. */
function test(name: string, run: (assertions: Assertions) => void | Promise<void>): void {
  Deno.test(`stand-in: ${name}`, () => run(standIn));
  // The stand-in has some of the real functions, under the same signatures.
  Deno.test(`@std/assert: ${name}`, () => run(std));
}

/** The call passes, or it fails with an assertion's error that says this. */
function verdict(assertions: Assertions, call: () => unknown, expected: string | undefined): void {
  if (expected === undefined) {
    call();
    return;
  }
  throws(call, (error) => {
    if (!(error instanceof assertions.AssertionError)) return false;
    const message = stripVTControlCharacters(error.message);
    if (!message.includes(expected)) throw new Error(`expected "${expected}" in "${message}"`);
    return error.name === "AssertionError";
  });
}

class Point {
  #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get x(): number {
    return this.#x;
  }
}

const cycle = (): unknown[] => {
  const array: unknown[] = [1];
  array.push(array);
  return array;
};

test("values that are equal by structure", (assertions) => {
  const { assertEquals, assertNotEquals } = assertions;
  const pairs: [unknown, unknown][] = [
    [0, -0],
    [NaN, NaN],
    [{ a: 1, b: [2, { c: null }] }, { b: [2, { c: null }], a: 1 }],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      new Map<unknown, unknown>([[{ k: 1 }, 1], ["b", 2]]),
      new Map<unknown, unknown>([["b", 2], [
        { k: 1 },
        1,
      ]]),
    ],
    [new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])],
    [new Date(5), new Date(5)],
    [/a/g, /a/g],
    [new URL("http://a/b"), new URL("http://a/b")],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
    [new Point(1), new Point(1)],
    [cycle(), cycle()],
  ];
  for (const [a, b] of pairs) {
    verdict(assertions, () => assertEquals(a, b), undefined);
    verdict(assertions, () => assertNotEquals(a, b, "why"), "why");
  }
});

test("values that are not equal by structure", (assertions) => {
  const { assertEquals, assertNotEquals } = assertions;
  const pairs: [unknown, unknown][] = [
    [1, 1n],
    [1, "1"],
    [null, undefined],
    [{ a: undefined }, {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: undefined }, { b: undefined }],
    [[1, 2], [2, 1]],
    [[], {}],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Map([["a", 1]]), new Set(["a"])],
    [new Set([1, { a: 1 }]), new Set([1, { a: 2 }])],
    [new Date(5), new Date(6)],
    [/a/g, /a/],
    [new URL("http://a/b"), new URL("http://a/c")],
    [new Uint8Array([1]), new Int8Array([1])],
    [new Uint8Array([1]), new Uint8Array([2])],
    [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    [new Point(1), new Point(2)],
    [new Point(1), { x: 1 }],
    [{ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }],
    [() => 1, () => 1],
  ];
  for (const [a, b] of pairs) {
    verdict(assertions, () => assertEquals(a, b, "why"), "Values are not equal: why");
    verdict(assertions, () => assertNotEquals(a, b), undefined);
  }
});

test("a difference is shown line by line", (assertions) => {
  const { assertEquals, assertStrictEquals } = assertions;
  const shown = "      b: [\n        1,\n-       2,\n+       3,\n      ],\n";
  verdict(assertions, () => assertEquals({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }), shown);
  verdict(assertions, () => assertStrictEquals<unknown>([1, 2], [1, 3]), "-     2,\n+     3,\n");
  verdict(assertions, () => assertEquals("one\ntwo\nthree", "one\nTWO\nthree"), "-   two");
  verdict(assertions, () => assertEquals("one\ntwo\nthree", "one\nTWO\nthree"), "+   TWO");
});

test("identity and truth", (assertions) => {
  const { assert, assertFalse, assertStrictEquals, assertNotStrictEquals, assertExists } =
    assertions;
  const value = {};
  verdict(assertions, () => assert(1), undefined);
  verdict(assertions, () => assert(0, "why"), "why");
  verdict(assertions, () => assertFalse(""), undefined);
  verdict(assertions, () => assertFalse([], "why"), "why");
  verdict(assertions, () => assertStrictEquals(value, value), undefined);
  verdict(assertions, () => assertStrictEquals(NaN, NaN), undefined);
  verdict(assertions, () => assertStrictEquals<unknown>({}, value), "not reference-equal.");
  verdict(assertions, () => assertStrictEquals(0, -0), "not strictly equal.");
  verdict(assertions, () => assertNotStrictEquals({}, value), undefined);
  verdict(assertions, () => assertNotStrictEquals(value, value), "to not be strictly equal to");
  verdict(assertions, () => assertExists(0), undefined);
  verdict(assertions, () => assertExists(null, "why"), '"null" to not be null or undefined: why');
});

test("numbers and order", (assertions) => {
  const { assertAlmostEquals, assertGreater, assertGreaterOrEqual, assertLess, assertLessOrEqual } =
    assertions;
  verdict(assertions, () => assertAlmostEquals(1, 1 + 1e-9), undefined);
  verdict(assertions, () => assertAlmostEquals(1, 1.1, 0.2), undefined);
  verdict(
    assertions,
    () => assertAlmostEquals(1, 1.5),
    '"1" to be close to "1.5e+0": delta "5e-1"',
  );
  verdict(assertions, () => assertAlmostEquals(NaN, 1), "to be close to");
  verdict(assertions, () => assertGreater(2, 1), undefined);
  verdict(assertions, () => assertGreater(1, 1), "Expect 1 > 1");
  verdict(assertions, () => assertGreaterOrEqual(1, 1), undefined);
  verdict(assertions, () => assertGreaterOrEqual(NaN, 1), "Expect NaN >= 1");
  verdict(assertions, () => assertLess("a", "b"), undefined);
  verdict(assertions, () => assertLess(1, 1), "Expect 1 < 1");
  verdict(assertions, () => assertLessOrEqual(1, 1), undefined);
  verdict(assertions, () => assertLessOrEqual(2, 1, "why"), "why");
});

test("strings, arrays and parts of objects", (assertions) => {
  const { assertStringIncludes, assertMatch, assertNotMatch, assertArrayIncludes } = assertions;
  const { assertObjectMatch, assertInstanceOf } = assertions;
  verdict(assertions, () => assertStringIncludes("abc", "b"), undefined);
  verdict(assertions, () => assertStringIncludes("abc", "d"), '"abc" to contain: "d".');
  verdict(assertions, () => assertMatch("abc", /b/), undefined);
  verdict(assertions, () => assertMatch("abc", /d/), '"abc" to match: "/d/".');
  verdict(assertions, () => assertNotMatch("abc", /b/), '"abc" to not match: "/b/".');
  verdict(assertions, () => assertArrayIncludes([{ a: 1 }, 2], [2, { a: 1 }]), undefined);
  verdict(assertions, () => assertArrayIncludes([{ a: 1 }], [{ a: 2 }]), "missing: [");
  const actual = { a: 1, b: [{ c: 2, d: 3 }, 4], e: new Map([["f", { g: 1, h: 2 }]]) };
  verdict(assertions, () => assertObjectMatch(actual, { b: [{ c: 2 }] }), undefined);
  verdict(
    assertions,
    () => assertObjectMatch(actual, { e: new Map([["f", { h: 2 }]]) }),
    undefined,
  );
  verdict(assertions, () => assertObjectMatch(actual, { b: [{ c: 3 }] }), "not equal");
  verdict(assertions, () => assertObjectMatch(actual, { z: 1 }), "not equal");
  verdict(assertions, () => assertInstanceOf(new Point(1), Point), undefined);
  verdict(assertions, () => assertInstanceOf({}, Point), 'instance of "Point" but was "Object".');
});

test("errors that are thrown", (assertions) => {
  const { assertThrows, assertIsError, fail, unreachable } = assertions;
  const error = new RangeError("too far");
  const fn = () => {
    throw error;
  };
  strictEqual(assertThrows(fn), error);
  strictEqual(assertThrows(fn, RangeError, "far"), error);
  strictEqual(assertThrows(fn, Error), error);
  verdict(assertions, () => assertThrows(fn, TypeError), 'of "TypeError", but was "RangeError".');
  verdict(assertions, () => assertThrows(fn, Error, "near"), 'include "near", but got "too far".');
  verdict(assertions, () => assertThrows(() => {}, Error, "x", "why"), "to throw: why");
  verdict(assertions, () => assertThrows(() => {}, "why"), "to throw: why");
  const text = () => {
    throw "text";
  };
  strictEqual(assertThrows(text), "text");
  verdict(assertions, () => assertThrows(text, Error), "A non-Error object was thrown.");
  verdict(assertions, () => assertIsError(error, RangeError, /^too/), undefined);
  verdict(assertions, () => assertIsError("error"), "to be an Error object.");
  verdict(assertions, () => fail("why"), "Failed assertion: why");
  verdict(assertions, () => unreachable(), "Unreachable.");
});

test("promises that reject", async (assertions) => {
  const { assertRejects, AssertionError } = assertions;
  const error = new RangeError("too far");
  strictEqual(await assertRejects(() => Promise.reject(error)), error);
  strictEqual(await assertRejects(() => Promise.reject(error), RangeError, "far"), error);
  const failures: [Promise<unknown>, string][] = [
    [assertRejects(() => Promise.reject(error), TypeError), 'but was "RangeError".'],
    [assertRejects(() => Promise.reject(error), Error, "near"), 'to include "near"'],
    [assertRejects(() => Promise.reject(1), Error), "A non-Error object was rejected."],
    [assertRejects(() => Promise.resolve(), "why"), "Expected function to reject: why"],
    [
      assertRejects(() => {
        throw error;
      }),
      "Function throws when expected to reject.",
    ],
  ];
  for (const [failure, expected] of failures) {
    const reason: unknown = await failure.then(() => undefined, (reason) => reason);
    ok(reason instanceof AssertionError);
    ok(String(reason).includes(expected), `expected "${expected}" in "${reason}"`);
  }
});
