import { assertEquals, assertRejects } from "@std/assert";
import { type Bench, compare, type Contender, table } from "./compare.ts";

/** A contender with given figures, which writes down what happens to it. */
function contender(name: string, figures: readonly number[], events: string[] = []): Contender {
  let round = 0;
  return {
    name,
    measure() {
      events.push(name);
      const figure = figures[round++];
      return figure === undefined ? Promise.reject(new Error(name)) : Promise.resolve(figure);
    },
    end: () => Promise.resolve(void events.push(`${name} ends`)),
  };
}

function bench(contenders: Contender[], rounds: number, options: Partial<Bench> = {}): Bench {
  const start = () => Promise.resolve(contenders);
  return { name: "b", title: "Title", unit: "ms", rounds, start, ...options };
}

Deno.test("contenders are measured in turn and end afterwards; the warm-up does not count", async () => {
  const events: string[] = [];
  const two = [contender("a", [999, 2, 4], events), contender("b", [999, 1, 1], events)];
  const standings = await compare(bench(two, 2));
  assertEquals(events, ["a", "b", "a", "b", "a", "b", "b ends", "a ends"]);
  assertEquals(standings, [
    { contender: "a", median: 3, min: 2, max: 4, ratio: 1 },
    { contender: "b", median: 1, min: 1, max: 1, ratio: 0.375 },
  ]);
});

Deno.test("a ratio compares within a round: a slow minute does not tell", async () => {
  const pair = [contender("a", [0, 10, 1000, 10]), contender("b", [0, 5, 500, 5])];
  assertEquals((await compare(bench(pair, 3))).map(({ ratio }) => ratio), [1, 0.5]);
});

Deno.test("a target is met at its limits, and not beyond them", async () => {
  const met = async (target: { atLeast?: number; atMost?: number }) => {
    const pair = [contender("a", [1, 10]), contender("b", [1, 5])];
    const standings = await compare(bench(pair, 1, { target: { contender: "b", ...target } }));
    return standings.map(({ met }) => met);
  };
  assertEquals(await met({ atLeast: 0.5 }), [undefined, true]);
  assertEquals(await met({ atLeast: 0.51 }), [undefined, false]);
  assertEquals(await met({ atMost: 0.5 }), [undefined, true]);
  assertEquals(await met({ atMost: 0.49 }), [undefined, false]);
});

Deno.test("contenders end also when one of them fails", async () => {
  const events: string[] = [];
  const failing = [contender("a", [1, 1], events), contender("b", [1], events)];
  await assertRejects(() => compare(bench(failing, 1)), Error, "b");
  assertEquals(events.slice(-2), ["b ends", "a ends"]);
});

Deno.test("a table has a line for each contender", async () => {
  const target = { contender: "longer name", atLeast: 0.5 };
  const two = [contender("a", [0, 1000]), contender("longer name", [0, 25.25])];
  const b = bench(two, 1, { target });
  assertEquals(
    table(b, await compare(b)).split("\n"),
    [
      "Title",
      "                 ms        spread  ratio",
      "  a            1000  1000 to 1000   1.00",
      "  longer name  25.3  25.3 to 25.3   0.03  ✗ at least 0.5",
    ],
  );
});
