import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { reachableFrom } from "./causality.ts";
import { at, EdgeList, PROCESS, REALTIME } from "./graph.ts";
import { isOrderedByTime, linkMoments, linkProcesses, linkRealtime } from "./temporal_order.ts";
import { transactions } from "./transaction.ts";
import { historyOf, ok, type Span } from "./transaction_fixture.ts";

/** The edges between some transactions, each end as its process and operation. */
function edgesBy(link: typeof linkRealtime, spans: Span[], relation: number): string[] {
  const all = transactions(historyOf(...spans), "w");
  const edges = new EdgeList();
  link(all, edges);
  const { offsets, targets, relations } = edges.toGraph(all.length);
  return all.flatMap(({ id, op }) =>
    [...targets.slice(at(offsets, id), at(offsets, id + 1))].map((to, i) => {
      assertEquals(relations[at(offsets, id) + i], relation);
      return `${op.process}@${op.index} ${all[to]?.op.process}@${all[to]?.op.index}`;
    })
  );
}

Deno.test("real time orders only transactions of which one completed before the other began", () => {
  const edges = edgesBy(linkRealtime, [
    ok(0, [0, 1], ""),
    ok(1, [0, 3], ""),
    ok(2, [2, 4], ""),
    ok(3, [5, 6], ""),
  ], REALTIME);
  assertEquals(edges, ["0@2 2@5", "1@4 3@7", "2@5 3@7"]);
});

Deno.test("real time adds no edge that others imply, so that the graph of a long history stays linear", () => {
  const spans = Array.from({ length: 1000 }, (_, i) => ok(i, [2 * i, 2 * i + 1], ""));
  assertEquals(edgesBy(linkRealtime, spans, REALTIME).length, 999);
});

Deno.test("moments lead from each transaction to just those that real time puts after it", () => {
  const span = fc.record({
    from: fc.nat(30),
    length: fc.integer({ min: 1, max: 12 }),
    type: fc.constantFrom<"ok" | "info">("ok", "ok", "info"),
  });
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
      const all = transactions(
        historyOf(...spans.map(({ from, length, type }, process) => ({
          ...ok(process, [from, from + length], ""),
          type,
        }))),
        "w",
      );
      const [direct, moments] = [new EdgeList(), new EdgeList()];
      linkRealtime(all, direct);
      const size = linkMoments(all, moments);
      assert(moments.length <= 3 * all.length);
      const [a, b] = [direct.toGraph(all.length), moments.toGraph(size)];
      for (const { id } of all) {
        const reached = [...reachableFrom(b, id, () => true)].filter((v) => v < all.length);
        assertEquals(new Set(reached), reachableFrom(a, id, () => true));
      }
      assertEquals(isOrderedByTime(all), direct.length > 0);
    }),
    { seed: 1 },
  );
});

Deno.test("nothing follows a transaction that may not have committed", () => {
  const spans = [
    { ...ok(0, [0, 1], ""), type: "info" as const },
    { ...ok(1, [0, 1], ""), type: "fail" as const },
    ok(2, [2, 3], ""),
    ok(0, [2, 3], ""),
    ok(1, [2, 3], ""),
  ];
  assertEquals(edgesBy(linkRealtime, spans, REALTIME), []);
  assertEquals(edgesBy(linkProcesses, spans, PROCESS), []);
});

Deno.test("a process orders its own transactions", () => {
  const spans = [ok(0, [0, 1], ""), ok(1, [0, 1], ""), ok(0, [2, 3], ""), ok(0, [4, 5], "")];
  assertEquals(edgesBy(linkProcesses, spans, PROCESS), ["0@2 0@5", "0@5 0@7"]);
});
