import { assert, assertEquals } from "@std/assert";
import { isEdnObject, parseEdn, printEdn } from "../history/edn.ts";
import type { Projection } from "./checker.ts";
import { projectElle, projectLinKv } from "./projections.ts";

function project(projection: Projection, text: string): string {
  const result = parseEdn(text);
  assert(isEdnObject(result));
  return printEdn(projection(result));
}

Deno.test("the projection of a transactional result keeps types and counts, not the cycles found", () => {
  assertEquals(
    project(
      projectElle,
      "{:valid? false, :anomaly-types (:G1c), :anomalies {:G1c [{:cycle [1]} {:cycle [2]}]}, " +
        ":not #{:read-committed}, :also-not #{:serializable}}",
    ),
    "{:valid? false, :anomaly-types (:G1c), :anomalies {:G1c 2}, :not #{:read-committed}, " +
      ":also-not #{:serializable}}",
  );
  assertEquals(
    project(projectElle, "{:valid? true, :anomaly-types (), :anomalies nil}"),
    "{:valid? true, :anomaly-types (), :anomalies {}}",
  );
});

Deno.test("the projection of a lin-kv result keeps each key's verdict, not the states of the search", () => {
  assertEquals(
    project(
      projectLinKv,
      "{:valid? false, :results {0 {:linearizable {:valid? false, :configs (1)}, :valid? false}, " +
        "1 {:linearizable {:valid? true, :model 3}, :valid? true}}, :failures [0]}",
    ),
    "{:valid? false, :results {0 false, 1 true}, :failures [0]}",
  );
});
