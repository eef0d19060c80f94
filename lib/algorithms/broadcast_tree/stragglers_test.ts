import { assertEquals } from "@std/assert";
import { Stragglers } from "./stragglers.ts";

Deno.test("a late report is passed on at once if no other is missing", () => {
  const stragglers = new Stragglers();
  stragglers.begin(["n1"]);
  assertEquals(stragglers.dueMs(50), Infinity);
  stragglers.reported("n1", 100);
  assertEquals(stragglers.dueMs(50), 100);
});

Deno.test("the first late report waits a little for others", () => {
  const stragglers = new Stragglers();
  stragglers.begin(["n1", "n2", "n3"]);
  stragglers.reported("n1", 100);
  stragglers.reported("n2", 120);
  assertEquals(stragglers.dueMs(50), 150);
  stragglers.reported("n3", 130);
  assertEquals(stragglers.dueMs(50), 100, "all are there, and nothing is waited for");
});

Deno.test("a report that was in the scatter, or one that comes after the extra one, is not late", () => {
  const stragglers = new Stragglers();
  stragglers.begin(["n1", "n2"]);
  stragglers.reported("n3", 100);
  assertEquals(stragglers.dueMs(50), Infinity);
  stragglers.reported("n1", 110);
  stragglers.clear();
  stragglers.reported("n2", 200);
  assertEquals(stragglers.dueMs(50), Infinity);
});
