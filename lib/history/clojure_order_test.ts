import { assertEquals } from "@std/assert";
import { clojureHash, entriesInMapOrder, mapOrder, setOrder } from "./clojure_order.ts";
import { keyword } from "./edn.ts";

Deno.test("sets of integers come in the order in which Clojure prints them", () => {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  assertEquals(setOrder(digits), [0, 7, 1, 4, 6, 3, 2, 9, 5, 8]);
  assertEquals(setOrder(digits.toReversed()), [0, 7, 1, 4, 6, 3, 2, 9, 5, 8]);
});

Deno.test("maps of up to eight keys keep the order of insertion, larger ones go by hash", () => {
  const keys = Array.from({ length: 9 }, (_, i) => `${i + 1}`);
  assertEquals(mapOrder(keys.slice(0, 8)), keys.slice(0, 8));
  assertEquals(mapOrder(keys), ["9", "3", "4", "8", "7", "5", "6", "1", "2"]);
  const entries = entriesInMapOrder(new Map(keys.map((key, index) => [key, index])));
  assertEquals(entries.map(([key]) => key), mapOrder(keys));
});

Deno.test("keywords go by the hash of their names", () => {
  const names = ["valid?", "unseen", "poll-skip", "duplicate", "G1a", "error-types", "lost-write"];
  assertEquals(
    setOrder(names.map(keyword)).map(({ name }) => name),
    ["duplicate", "valid?", "G1a", "unseen", "poll-skip", "lost-write", "error-types"],
  );
});

Deno.test("both halves of a long contribute to its hash", () => {
  assertEquals(clojureHash(0), 0);
  assertEquals(clojureHash(1), 1392991556);
  assertEquals(clojureHash(-1), 1651860712);
  assertEquals(new Set([1, 2 ** 32 + 1, 2 ** 40].map(clojureHash)).size, 3);
});
