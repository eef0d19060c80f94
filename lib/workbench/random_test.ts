import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { Random } from "./random.ts";

const draws = (random: Random, count = 20) => Array.from({ length: count }, () => random.uint32());

Deno.test("the same seed gives the same draws, today and for ever", () => {
  assertEquals(draws(new Random(7)), draws(new Random("7")));
  assertNotEquals(draws(new Random(7)), draws(new Random(8)));
  assertEquals(draws(new Random("gossip"), 3), [3972241020, 3398580096, 1663314008]);
});

Deno.test("a purpose has draws of its own, whatever was drawn before", () => {
  const one = new Random(7);
  const other = new Random(7);
  draws(other);
  assertEquals(draws(one.split("latency")), draws(other.split("latency")));
  assertNotEquals(draws(one.split("latency")), draws(one.split("nemesis")));
});

Deno.test("draws are spread as they should be", () => {
  const random = new Random(1);
  const mean = (draw: () => number) => {
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += draw();
    return sum / 20_000;
  };
  assertAlmostEquals(mean(() => random.fraction()), 0.5, 0.01);
  assertAlmostEquals(mean(() => random.between(10, 20)), 15, 0.1);
  assertAlmostEquals(mean(() => random.int(5)), 2, 0.05);
  assertAlmostEquals(mean(() => random.exponential(100)), 100, 3);
  assertAlmostEquals(mean(() => random.chance(0.25) ? 1 : 0), 0.25, 0.01);
});

Deno.test("shuffling keeps what there is, in any order", () => {
  const random = new Random(3);
  const items = [1, 2, 3, 4];
  const orders = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const shuffled = random.shuffle(items);
    assertEquals(shuffled.toSorted(), items);
    orders.add(shuffled.join());
  }
  assertEquals(orders.size, 24);
  assert(items.join() === "1,2,3,4");
});
