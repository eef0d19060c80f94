import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Histogram } from "./histogram.ts";
import { spreadOf } from "./metrics.ts";

function histogramOf(values: Iterable<number>): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** Numbers that all differ, and do not come in order. */
const scattered = (count: number) =>
  Array.from({ length: count }, (_, i) => 10 + (i * 7_919 % count) / count);

Deno.test("of few values, median and spread are exact", () => {
  const value = fc.double({ noNaN: true, min: -1e300, max: 1e300 });
  fc.assert(
    fc.property(fc.array(value), (values) => {
      assertEquals(histogramOf(values).spread(), spreadOf(values));
    }),
  );
});

Deno.test("parts merged in any order give the histogram of the whole, byte for byte", () => {
  const values = scattered(20_000);
  const whole = JSON.stringify(histogramOf(values));
  const parts = [values.slice(0, 30), values.slice(30, 9_000), values.slice(9_000)];
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2]]) {
    const sum = new Histogram();
    for (const i of order) {
      const part = histogramOf(parts[i] ?? []);
      sum.merge(Histogram.from(JSON.parse(JSON.stringify(part))));
    }
    assertEquals(JSON.stringify(sum), whole);
  }
});

Deno.test("of many values, the median is off by less than 0.1 %, and the spread is exact", () => {
  const values = scattered(50_000);
  const histogram = histogramOf(values);
  const { median, min, max } = histogram.spread() ?? { median: 0, min: 0, max: 0 };
  assertEquals([min, max], [10, Math.max(...values)]);
  assert(Math.abs(median / 10.5 - 1) < 0.001, `${median}`);
  assert(histogram.toJSON().values.length <= 4_096);
});
