import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { NS_PER_MS, type Op } from "../../history/operations.ts";
import { withFolder } from "../../testing/process.ts";
import { summariseCrash } from "../summary.ts";
import { readRecord, recordOf, writeRecord } from "./record.ts";
import { RECORD } from "./runs_fixture.ts";

Deno.test("a record is read as it was written, and one that lacks something is refused", () =>
  withFolder((dir) => {
    assertEquals(readRecord(dir), undefined);
    writeRecord(dir, RECORD);
    assertEquals(readRecord(dir), RECORD);
    const wrong: readonly object[] = [
      { ...RECORD, verdict: "toString" },
      { ...RECORD, engine: "steam" },
      { ...RECORD, challenge: 3 },
      { ...RECORD, limits: [{ name: "a", metric: "b", ok: "yes" }] },
      { ...RECORD, figures: [{ name: "a" }] },
      { ...RECORD, metrics: { a: "1" } },
      { ...RECORD, latencyMs: null },
      [RECORD],
    ];
    for (const record of wrong) {
      Deno.writeTextFileSync(join(dir, "summary.json"), JSON.stringify(record));
      assertThrows(() => readRecord(dir), SyntaxError, "holds no record of a run");
    }
  }));

Deno.test("a record has the latencies of the operations that are ok", () => {
  const event = (process: number, type: Op["type"], timeMs: number): Op => ({
    index: 0,
    process,
    type,
    f: "read",
    value: null,
    time: timeMs * NS_PER_MS,
  });
  const history = [
    event(0, "invoke", 0),
    event(1, "invoke", 0),
    event(2, "invoke", 0),
    event(0, "ok", 10),
    event(1, "ok", 40),
    event(2, "fail", 90),
  ];
  const summary = summariseCrash({ text: "It ended.", lastWords: [] });
  const { latencyMs, verdict } = recordOf(RECORD, summary, history);
  assertEquals([latencyMs, verdict], [[10, 40, 40], "crash"]);
});
