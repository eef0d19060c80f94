import { assertEquals } from "@std/assert";
import {
  entriesOf,
  Float,
  float32,
  itemsOf,
  keyword,
  List,
  numberOf,
  prettyEdn,
  printEdn,
  Tagged,
} from "./edn.ts";

Deno.test("fractions print as Java prints doubles", () => {
  const printed = [1, 0, 2.5, 1e7, 1.5e-4, -3].map((value) => printEdn(new Float(value)));
  assertEquals(printed, ["1.0", "0.0", "2.5", "1.0E7", "1.5E-4", "-3.0"]);
  assertEquals(printEdn(new Float(NaN)), "##NaN");
});

Deno.test("a 32-bit fraction prints as the shortest decimal that identifies it", () => {
  assertEquals(printEdn(float32(41976 / 2022)), "20.759644");
  assertEquals(printEdn(float32(2018 / 2019)), "0.9995047");
  assertEquals(printEdn(float32(1)), "1.0");
  assertEquals(printEdn(float32(0)), "0.0");
});

Deno.test("a key without a value is absent", () => {
  assertEquals(printEdn({ a: 1, b: undefined }), "{:a 1}");
});

Deno.test("a long value is broken into lines at its parts", () => {
  const value = {
    "valid?": true,
    lost: new List([1, 2]),
    "stable-latencies": new Map([[0, 0], [1, 205]]),
  };
  assertEquals(prettyEdn(value), "{:valid? true, :lost (1 2), :stable-latencies {0 0, 1 205}}");
  assertEquals(
    prettyEdn(value, 30),
    "{:valid? true,\n :lost (1 2),\n :stable-latencies {0 0,\n                    1 205}}",
  );
  assertEquals(
    prettyEdn([new Tagged("jepsen.history.Op", { index: 10, time: 1234567 })], 40),
    "[#jepsen.history.Op{:index 10,\n                    :time 1234567}]",
  );
});

Deno.test("entries, items and numbers are read from every form that holds them", () => {
  assertEquals(entriesOf({ a: 1, b: undefined }), [[keyword("a"), 1]]);
  assertEquals(entriesOf(new Map([[0.5, 3]])), [[0.5, 3]]);
  assertEquals(entriesOf(null), []);
  assertEquals([...itemsOf(new Set([1])), ...itemsOf(new List([2])), ...itemsOf(null)], [1, 2]);
  assertEquals([numberOf(new Float(1)), numberOf(2n), numberOf("3")], [1, 2, undefined]);
});
