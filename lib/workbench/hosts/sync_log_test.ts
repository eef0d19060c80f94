import { assertEquals } from "@std/assert";
import { SyncLog } from "./sync_log.ts";

Deno.test("the syncs of all nodes are those of each one's latest line", () => {
  const log = new SyncLog();
  log.take("n0", "ready");
  assertEquals(log.syncs, undefined);
  log.take("n0", "journal: 10 syncs took 9.00 ms each, 20.50 ms at most");
  log.take("n0", "journal: 20 syncs took 5.00 ms each, 20.50 ms at most");
  log.take("n1", "journal: 80 syncs took 2.50 ms each, 7.25 ms at most");
  assertEquals(log.syncs, { count: 100, meanMs: 3, maxMs: 20.5 });
});
