import { assertEquals } from "@std/assert";
import * as realImports from "../../simulator/imports.ts";
import * as realPlatform from "../../simulator/platform.ts";
import * as imports from "./imports.ts";
import * as platform from "./platform.ts";
import { stripVTControlCharacters } from "./text.ts";

Deno.test("what stands in for a module has all that others import from it", () => {
  // Types hold as well: the compiler refuses a stand-in that fits less than the real one.
  const standIns: Partial<typeof realPlatform> = platform;
  const missing = Object.keys(realPlatform).filter((name) => !(name in standIns));
  assertEquals(missing, ["importProblem", "resolveImports"], "of these, only imports.ts has need");
  const own: typeof realImports = imports;
  assertEquals(Object.keys(own), Object.keys(realImports));
});

Deno.test("what controls a terminal is left out of texts", () => {
  assertEquals(
    stripVTControlCharacters("\x1b[1;31mred\x1b[0m \x1b]8;;a\x07link\x1b]8;;\x07"),
    "red link",
  );
});

Deno.test("what programs write to the console reads as on a terminal, objects as JSON", () => {
  const { formatLog } = platform;
  assertEquals(formatLog("asked %d times", 2, "by", "n0"), "asked 2 times by n0");
  assertEquals(formatLog("100 %", { a: [1] }, new Set([1])), '100 % {"a":[1]} Set(1) [1]');
  assertEquals(formatLog("%s and %s", 1), "1 and %s");
  assertEquals(formatLog({ of: "n0" }, 1n), '{"of":"n0"} 1n');
});

Deno.test("what holds others is written to the console with all that it holds", () => {
  const { formatLog } = platform;
  const values = new Set([1, 2]);
  assertEquals(formatLog("now", { values }), 'now {"values":Set(2) [1,2]}');
  assertEquals(formatLog(new Map([["k", values]])), 'Map(1) [["k",Set(2) [1,2]]]');
  assertEquals(formatLog([undefined, null, NaN, 1n]), "[undefined,null,NaN,1n]");
  assertEquals(formatLog({ why: new TypeError("no") }), '{"why":TypeError: no}');
  const self: { own?: unknown } = {};
  self.own = [self, values, values];
  assertEquals(formatLog(self), '{"own":[[circular],Set(2) [1,2],Set(2) [1,2]]}');
  let deep: unknown = 1;
  for (let i = 0; i < 9; i++) deep = [deep];
  assertEquals(formatLog(deep), "[[[[[[…]]]]]]");
});
