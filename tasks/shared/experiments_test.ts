import { assert, assertEquals } from "@std/assert";
import { experimentFigures, EXPERIMENTS, trialsOf } from "./experiments.ts";

Deno.test("an experiment is a table, and says what is missing", () => {
  const figures = {
    store: { none: { "lin-kv": { serverMessagesPerOp: [2.5, 2.4, 2.6] } } },
  } as const;
  const data = { commit: "abc", date: "d", machine: "2 cores", load: 0.1, figures };
  const tables = new Map(experimentFigures(data));
  assertEquals(tables.get("experiment store")?.split("\n").slice(2), [
    "| partitions | – | – |",
    "| none | – | 2.50 (2.40 – 2.60) |",
  ]);
  assertEquals(
    tables.get("experiments origin"),
    "Simulated by `deno task experiments` on d at commit `abc`.",
  );
});

Deno.test("a cell's runs differ in their seeds, and rows in what they ask for", () => {
  const [first, second] = trialsOf({ rounds: EXPERIMENTS.rounds });
  assert(first !== undefined && second !== undefined);
  assertEquals(first.plans.map(({ seed }) => seed), ["1", "2", "3", "4", "5"]);
  assertEquals([first, second].map(({ plans: [plan] }) => plan?.args), [["10"], ["8"]]);
});
