import { assertEquals } from "@std/assert";
import { keyword } from "../history/edn.ts";
import { NS_PER_S } from "../history/operations.ts";
import { grudgeOf } from "./faults/partitions.ts";
import type { TimedFault } from "./faults/schedule.ts";
import { plannedFault, plannedOperation, timedFault, timedOperation } from "./planned.ts";
import { Random } from "./random.ts";

const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

Deno.test("faults are written down and read again, to the nanosecond", () => {
  const grudge = grudgeOf("majorities-ring", ["n0", "n1", "n2", "n3", "n4"], new Random(1));
  const faults: TimedFault[] = [
    { timeNs: 1, fault: { f: "start-partition", shape: "majorities-ring", grudge } },
    { timeNs: 12_345_678_901, fault: { f: "kill", nodes: ["n1", "n2"] } },
    { timeNs: 86_399_999_999_999, fault: { f: "skew", node: "n0", skewMs: -7 } },
  ];
  assertEquals(faults.map((fault) => timedFault(asJson(plannedFault(fault)))), faults);
  assertEquals(plannedFault({ timeNs: 1.5 * NS_PER_S, fault: { f: "stop-partition" } }), {
    timeS: 1.5,
    f: "stop-partition",
  });
});

Deno.test("operations are written down and read again, whatever their values", () => {
  const [timeNs, thread] = [1_234_567_891, 3];
  const operations = [
    { timeNs, thread, f: "read", value: null, extra: { "final?": true } },
    { timeNs, thread, f: "echo", value: 'says "nothing"' },
    { timeNs, thread, f: "txn", value: [[keyword("r"), 1, null], [keyword("append"), 2, 3]] },
  ];
  const read = operations.map((one) => timedOperation(asJson(plannedOperation(one))));
  assertEquals(read, operations);
});
