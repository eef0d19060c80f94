import { assertEquals } from "@std/assert";
import { parseHistory } from "../../history/operations.ts";
import { recogniseWorkload, workloads } from "./mod.ts";

const RECORDED = new URL("../../checkers/testdata/", import.meta.url);

Deno.test("recorded histories are recognised by their operations; the counters look alike", () => {
  for (const { name: workload } of Deno.readDirSync(RECORDED)) {
    for (const { name: run } of Deno.readDirSync(new URL(workload, RECORDED))) {
      const text = Deno.readTextFileSync(new URL(`${workload}/${run}/history.edn`, RECORDED));
      if (run === "rate-zero") continue; // it has nothing but reads
      const expected = workload === "g-counter" ? "pn-counter" : workload;
      assertEquals(recogniseWorkload(parseHistory(text))?.name, expected, `${workload}/${run}`);
    }
  }
});

Deno.test("the two kinds of transactions differ in their writes", () => {
  const history = (write: string) =>
    parseHistory(
      `{:index 0, :time 1, :type :invoke, :process 0, :f :txn, :value [[${write} 1 2]]}\n`,
    );
  assertEquals(recogniseWorkload(history(":append"))?.name, "txn-list-append");
  assertEquals(recogniseWorkload(history(":w"))?.name, "txn-rw-register");
});

Deno.test("a history without operations belongs to no workload", () => {
  assertEquals(recogniseWorkload([]), undefined);
});

Deno.test("metrics of different workloads have different keys", () => {
  const metrics = new Set([...workloads.values()].flatMap(({ metrics = [] }) => metrics));
  assertEquals(new Set([...metrics].map(({ key }) => key)).size, metrics.size);
});
