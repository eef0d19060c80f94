import { assertEquals } from "@std/assert";
import { keyword, List } from "../history/edn.ts";
import type { EdnObject } from "../history/edn.ts";
import { waysOfFailing } from "./failure.ts";

const ways = (results: EdnObject) => waysOfFailing({ history: [], problems: [], results });

Deno.test("a valid run fails in no way", () => {
  assertEquals(ways({ "valid?": true, stats: { "valid?": true } }), []);
});

Deno.test("anomaly types are ways of failing, each once and sorted", () => {
  const types = new List([keyword("lost-write"), keyword("G1a")]);
  const results = {
    "valid?": false,
    workload: { "valid?": false, "anomaly-types": types },
    other: { "valid?": false, "bad-error-types": [keyword("G1a")] },
  };
  assertEquals(ways(results), ["G1a", "lost-write"]);
});

Deno.test("what a checker counted is a way, if it counted any", () => {
  const workload = { "valid?": false, "lost-count": 2, "duplicated-count": 0 };
  assertEquals(ways({ "valid?": false, workload }), ["lost"]);
});

Deno.test("a checker that says no more is named with its verdict", () => {
  assertEquals(
    ways({ stats: { "valid?": false }, workload: { "valid?": keyword("unknown") } }),
    ["stats invalid", "workload unknown"],
  );
});

Deno.test("crashes of the same kind are the same, whatever the numbers in them", () => {
  const crash = (text: string) =>
    waysOfFailing({ history: [], problems: [], crash: { node: "n0", timeNs: 0, text } });
  assertEquals(crash("n3 ended: exit status 1"), crash("n4 ended: exit status 2"));
  assertEquals(crash("n3 ended"), ["crash: n# ended"]);
});
