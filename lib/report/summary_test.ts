import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stripVTControlCharacters } from "node:util";
import { explainSetFull } from "../checkers/set_full.ts";
import { type EdnObject, isEdnObject, parseEdn } from "../history/edn.ts";
import { lookUp } from "./figures.ts";
import { renderRuns, renderScoreboard, renderSummary, spreadOf, summaryJson } from "./render.ts";
import { readRun } from "../workbench/store/reader.ts";
import { EXIT_STATUS, type Limit, summarise, summariseCrash, type Summary } from "./summary.ts";

const RECORDED = new URL("../checkers/testdata/", import.meta.url).pathname;

function edn(text: string): EdnObject {
  const value = parseEdn(text);
  assert(isEdnObject(value));
  return value;
}

const LIMITS: readonly Limit[] = [
  { name: "messages per op", path: ["net", "servers", "msgs-per-op"], below: 30 },
  { name: "median latency", path: ["workload", "stable-latencies", 0.5], below: 400, unit: "ms" },
];

/** Results of a broadcast run with these figures. */
function broadcast(perOp: string, medianMs: number, valid = "true"): EdnObject {
  return edn(`{
    :perf {:valid? true}, :timeline {:valid? true}, :exceptions {:valid? true},
    :stats {:valid? true, :count 2026, :ok-count 2026, :fail-count 0, :info-count 0, :by-f {}},
    :availability {:valid? true, :ok-fraction 1.0},
    :net {:all {:msg-count 8232}, :clients {:msg-count 4056},
          :servers {:msg-count 4176, :msgs-per-op ${perOp}}, :valid? true},
    :workload {:valid? ${valid}, :attempt-count 1012, :stable-count 1012, :lost-count 0, :lost (),
               :stable-latencies {0 0, 0.5 ${medianMs}, 0.95 200, 0.99 202, 1 205}},
    :valid? ${valid}}`);
}

Deno.test("a valid run within its limits passes", () => {
  const summary = summarise(broadcast("2.06", 176), LIMITS);
  assertEquals([summary.ending, EXIT_STATUS[summary.ending]], ["pass", 0]);
  assertEquals(summary.limits.map(({ value, ok }) => [value, ok]), [[2.06, true], [176, true]]);
  assertEquals(summary.metrics, {
    operations: 2026,
    serverMessagesPerOp: 2.06,
    okFraction: 1,
    stableMedianMs: 176,
    stableP99Ms: 202,
    stableMaxMs: 205,
  });
  assertEquals([summary.explanation, summary.places], [[], []]);
});

Deno.test("a limit is strict: what equals it fails", () => {
  const summary = summarise(broadcast("30.0", 176), LIMITS);
  assertEquals([summary.ending, EXIT_STATUS[summary.ending]], ["fail", 1]);
  assertEquals(summary.headline, "Correct, but beyond its limit: messages per op.");
  assertEquals(summary.places[0]?.path, "messages.svg");
});

Deno.test("bounds below, max and min are told apart", () => {
  const ok = (limit: Partial<Limit>) =>
    summarise(broadcast("2.5", 400), [{
      name: "x",
      path: ["net", "servers", "msgs-per-op"],
      ...limit,
    }])
      .ending;
  assertEquals([ok({ max: 2.5 }), ok({ min: 2.5 }), ok({ below: 2.5 })], ["pass", "pass", "fail"]);
  assertEquals([ok({ max: 2.4 }), ok({ min: 2.6 })], ["fail", "fail"]);
});

Deno.test("an invalid run fails, an unknown one is unknown, whatever its limits", () => {
  assertEquals(summarise(broadcast("2.0", 1, "false"), LIMITS).ending, "fail");
  const unknown = summarise(broadcast("2.0", 1, ":unknown"), LIMITS);
  assertEquals([unknown.ending, EXIT_STATUS[unknown.ending]], ["unknown", 2]);
});

Deno.test("a figure that the results do not hold leaves a run unknown, and is named", () => {
  const { "workload": _, ...results } = broadcast("2.0", 1);
  const summary = summarise(results, LIMITS);
  assertEquals([summary.ending, summary.explanation], [
    "unknown",
    ["The results do not hold: median latency."],
  ]);
});

Deno.test("figures are found under tags, numeric keys, and the older :stats of :net", () => {
  const old = edn('{:net {:stats {:servers #a.Record{:msgs-per-op 1.5}}}, :w {0.5 7, "k" 8}}');
  assertEquals(lookUp(old, ["net", "servers", "msgs-per-op"]), 1.5);
  assertEquals([lookUp(old, ["w", 0.5]), lookUp(old, ["w", "k"])], [7, 8]);
  assertEquals(lookUp(old, ["net", "clients", "msg-count"]), undefined);
});

function recorded(path: string, nodeCount?: number): Summary {
  const { results = {}, history } = readRun(`${RECORDED}${path}`);
  const context = { explain: explainSetFull, ...(nodeCount !== undefined && { nodeCount }) };
  return summarise(results, [], { history, ...context });
}

Deno.test("every recorded result can be summed up", () => {
  for (const { name: workload } of Deno.readDirSync(RECORDED)) {
    for (const { name } of Deno.readDirSync(`${RECORDED}${workload}`)) {
      const path = `${RECORDED}${workload}/${name}`;
      const results = readRun(path).results ?? {};
      const summary = summarise(results, LIMITS);
      assert(renderSummary(summary).length > 0, path);
      assert(summary.figures.some((figure) => figure.name === "operations"), path);
      assertEquals(JSON.parse(summaryJson(summary)), summary);
    }
  }
});

Deno.test("a failed run says what was lost, who talks to which node, and where to look", () => {
  const summary = recorded("broadcast/read-omits", 3);
  assertEquals(summary.headline, "Found wrong by workload.");
  assertStringIncludes(summary.explanation[0] ?? "", "11 values of 68 were lost");
  assertEquals(summary.explanation.at(-1), "Process p talks to node p modulo 3, counted from 0.");
  assertEquals(summary.places[0], { path: "history.edn", why: ":value 12, and reads after it" });
});

Deno.test("only files that exist are named", () => {
  const { results = {} } = readRun(`${RECORDED}broadcast/read-omits`);
  const { places } = summarise(results, [], { exists: (path) => path === "run.log" });
  assertEquals(places.map(({ path }) => path), ["run.log"]);
});

Deno.test("missing gnuplot and a checker that failed are told apart, in either form of :error", () => {
  const plots = summarise(edn("{:perf {:valid? :unknown}, :valid? :unknown}"));
  assertEquals(plots.explanation, ["The plots were not drawn. Maelstrom needs gnuplot for them."]);
  const map = edn(
    '{:workload {:valid? :unknown, :error {:cause "no such model"}}, :valid? :unknown}',
  );
  assertEquals(summarise(map).explanation, ["The :workload checker failed: no such model"]);
  const trace = edn('{:workload {:valid? :unknown, :error "a.B: why\\n  at c"}, :valid? :unknown}');
  assertEquals(summarise(trace).explanation, ["The :workload checker failed: a.B: why"]);
  const whole = edn('{:valid? :unknown, :error {:via [{:message "deep"}]}}');
  assertEquals(summarise(whole).explanation, ["The analysis failed: deep"]);
});

Deno.test("a passed run still tells of exceptions", () => {
  const summary = summarise(readRun(`${RECORDED}g-counter/final-reads-fail`).results ?? {});
  assertEquals(summary.ending, "pass");
  assertStringIncludes(summary.explanation.join(" "), "2 operations ended in an exception");
});

Deno.test("a crash has the status 255 and names the node's log", () => {
  const summary = summariseCrash(["n1 exited with status 1."], { node: "n1" });
  assertEquals([summary.ending, EXIT_STATUS[summary.ending]], ["crash", 255]);
  assertEquals(summary.places[0]?.path, "node-logs/n1.log");
});

Deno.test("a summary as text is read without colour", () => {
  const text = renderSummary(summarise(broadcast("2.06", 420), LIMITS), { title: "3d  Broadcast" });
  assertEquals(
    text,
    `✗ fail  3d  Broadcast
  Correct, but beyond its limit: median latency.

  ✓  messages per op    2.06  below 30      ━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
  ✗  median latency   420 ms  below 400 ms  ━━━━━━━━━━━━━━━━━━━━

     values           1,012, all stable
     stable after     median 420 ms, 95 % within 200 ms, max 205 ms
     operations       2,026, all ok
     messages         4,176 between servers (2.06 per operation), 4,056 with
                      clients

  Look first at
    timeline.html  operations side by side, process by process
    node-logs      what each node wrote to standard error
    jepsen.log     what happened when: malformed messages, nodes no longer read
    run.log        what happened when: malformed messages, nodes no longer read`,
  );
});

Deno.test("with colour the text is the same once the escape sequences are gone", () => {
  const summary = summarise(broadcast("2.06", 420), LIMITS);
  const plain = stripVTControlCharacters(renderSummary(summary, { color: true }));
  assertEquals(plain, renderSummary(summary));
  assert(renderSummary(summary, { color: true }).includes("\u001b["));
});

Deno.test("a fraction's limit reads as percent, and less than all never as 100 %", () => {
  const results = edn("{:availability {:valid? true, :ok-fraction 0.99999}, :valid? true}");
  const limit = { name: "available", path: ["availability", "ok-fraction"], min: 1, unit: "%" };
  const text = renderSummary(summarise(results, [limit]));
  assertStringIncludes(text, "✗  available  99.99 %  at least 100 %");
});

Deno.test("a scoreboard has a line for each challenge, and says how many passed", () => {
  const pass = summarise(broadcast("2.06", 176), LIMITS);
  const fail = summarise(edn("{:stats {:count 47}, :valid? false}"));
  assertEquals(
    renderScoreboard([
      { id: "1", title: "Echo", summary: fail },
      { id: "3d", title: "Efficient broadcast", summary: pass },
    ]),
    `                              operations     ok  msgs/op  stable, median  stable, max
  ✗  1   Echo                         47      –        –               –            –
  ✓  3d  Efficient broadcast       2,026  100 %     2.06          176 ms       205 ms

  1 of 2 runs pass`,
  );
});

Deno.test("several runs show the median and the spread of each figure", () => {
  const runs = [2.1, 2.0, 2.4].map((perOp) => summarise(broadcast(`${perOp}`, 170), LIMITS));
  const text = renderRuns(runs, { title: "3d  Broadcast" });
  assertStringIncludes(text, "✓ 3d  Broadcast  all of 3 runs pass");
  assert(/msgs\/op +2\.10 +2 +2\.40/.test(text), text);
  assertEquals(spreadOf([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
  assertEquals(spreadOf([]), undefined);
});

Deno.test("runs that left no figures have no table", () => {
  const crashed = summariseCrash(["n1 ended: exit status 3"]);
  assertEquals(renderRuns([crashed, crashed], { title: "1  Echo" }), "✗ 1  Echo  0 of 2 runs pass");
});
