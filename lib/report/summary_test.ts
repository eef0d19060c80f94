import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type EdnObject, isEdnObject, parseEdn } from "../history/edn.ts";
import { Echo, type Node, oneWay } from "../mod.ts";
import { simulateOnce } from "../simulator/simulate_once.ts";
import type { RunResult } from "../workbench/result.ts";
import { readRun } from "../workbench/store/reader.ts";
import { workloads } from "../workbench/workloads/mod.ts";
import type { Limit } from "./limits.ts";
import { renderRuns, renderScoreboard, renderSummary } from "./render.ts";
import { EXIT_STATUS, summariseCrash, summariseRun, type Summary } from "./summary.ts";
import { totalsOf } from "./totals.ts";

const RECORDED = new URL("../checkers/testdata/", import.meta.url).pathname;

/** A run of a workload that has ended with such results. */
function ended(
  name: string,
  results: EdnObject | string,
  fields: Partial<RunResult> = {},
): RunResult {
  const workload = workloads.get(name);
  assert(workload !== undefined);
  const parsed = typeof results === "string" ? parseEdn(results) : results;
  assert(isEdnObject(parsed));
  const run = { nodes: ["n0"], concurrency: 1, history: [], problems: [] };
  return { ...run, workload, results: parsed, ...fields };
}

/** A run as it was recorded. */
function recorded(path: string, nodeCount = 1): RunResult {
  const { results = {}, history, facts, dir } = readRun(`${RECORDED}${path}`);
  const nodes = Array.from({ length: nodeCount }, (_, n) => `n${n}`);
  return ended(facts.workload ?? "", results, { history, nodes, concurrency: nodeCount, dir });
}

async function withFiles(files: readonly string[], story: (dir: string) => void): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(dir, "node-logs"));
    for (const file of files) await Deno.writeTextFile(join(dir, file), "");
    story(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const LIMITS: readonly Limit[] = [
  { name: "messages per op", metric: "serverMessagesPerOp", below: 30 },
  { name: "median latency", metric: "stableMedianMs", below: 400 },
];

/** A broadcast run with these figures. */
function broadcast(perOp: string, medianMs: number, valid = "true", dir?: string): RunResult {
  const results = `{
    :perf {:valid? true}, :timeline {:valid? true}, :exceptions {:valid? true},
    :stats {:valid? true, :count 2026, :ok-count 2026, :fail-count 0, :info-count 0, :by-f {}},
    :availability {:valid? true, :ok-fraction 1.0},
    :net {:all {:msg-count 8232}, :clients {:msg-count 4056},
          :servers {:msg-count 4176, :msgs-per-op ${perOp}}, :valid? true},
    :workload {:valid? ${valid}, :attempt-count 1012, :stable-count 1012, :lost-count 0, :lost (),
               :stable-latencies {0 0, 0.5 ${medianMs}, 0.95 200, 0.99 202, 1 205}},
    :valid? ${valid}}`;
  return ended("broadcast", results, dir === undefined ? {} : { dir });
}

Deno.test("a valid run within its limits passes", () => {
  const summary = summariseRun(broadcast("2.06", 176), LIMITS);
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
  const summary = summariseRun(broadcast("30.0", 176), LIMITS);
  assertEquals([summary.ending, EXIT_STATUS[summary.ending]], ["fail", 1]);
  assertEquals(summary.headline, "Correct, but beyond its limit: messages per op.");
});

Deno.test("below excludes its bound; max and min include theirs", () => {
  const ok = (bounds: Partial<Limit>) =>
    summariseRun(broadcast("2.5", 400), [{ name: "x", metric: "serverMessagesPerOp", ...bounds }])
      .ending;
  assertEquals([ok({ max: 2.5 }), ok({ min: 2.5 }), ok({ below: 2.5 })], ["pass", "pass", "fail"]);
  assertEquals([ok({ max: 2.4 }), ok({ min: 2.6 })], ["fail", "fail"]);
});

Deno.test("an invalid run fails, an unknown one is unknown, whatever its limits", () => {
  assertEquals(summariseRun(broadcast("2.0", 1, "false"), LIMITS).ending, "fail");
  const unknown = summariseRun(broadcast("2.0", 1, ":unknown"), LIMITS);
  assertEquals([unknown.ending, EXIT_STATUS[unknown.ending]], ["unknown", 2]);
});

Deno.test("a metric that the results do not hold leaves a run unknown, and its limit is named", () => {
  const { "workload": _, ...results } = broadcast("2.0", 1).results ?? {};
  const summary = summariseRun(ended("broadcast", results), LIMITS);
  assertEquals([summary.ending, summary.explanation], [
    "unknown",
    ["The results do not hold: median latency."],
  ]);
});

Deno.test("messages are found where Maelstrom 0.1 counted them, and in tagged maps", () => {
  const results = "{:net {:stats {:servers #a.Record{:msgs-per-op 1.5}}}, :valid? true}";
  assertEquals(summariseRun(ended("echo", results)).metrics, { serverMessagesPerOp: 1.5 });
});

Deno.test("every recorded result can be summed up", () => {
  for (const { name: workload } of Deno.readDirSync(RECORDED)) {
    for (const { name } of Deno.readDirSync(`${RECORDED}${workload}`)) {
      const path = `${workload}/${name}`;
      const summary = summariseRun(recorded(path), LIMITS);
      assert(renderSummary(summary).length > 0, path);
      assert(summary.figures.some((figure) => figure.name === "operations"), path);
      assertEquals(JSON.parse(JSON.stringify(summary)), summary);
    }
  }
});

Deno.test("a failed run says what was lost, who talks to which node, and where to look", () => {
  const summary = summariseRun(recorded("broadcast/read-omits", 3));
  assertEquals(summary.headline, "Invalid: the broadcast checker rejects what clients saw.");
  assertStringIncludes(summary.explanation[0] ?? "", "11 values of 68 were lost");
  assertStringIncludes(summary.explanation.join("\n"), "process 0 (n0) at ");
  assertEquals(summary.places, [{ path: "history.edn", why: ":value 12, and reads after it" }]);
});

Deno.test("what exceeds its limit says where to look; only files that exist are named", async () => {
  await withFiles(["messages.svg", "run.log"], (dir) => {
    const { places } = summariseRun(broadcast("30.0", 420, "true", dir), LIMITS);
    assertEquals(places.map(({ path }) => path), ["messages.svg", "run.log"]);
  });
});

Deno.test("a run without a folder has no files to look at", () => {
  assertEquals(summariseRun(broadcast("30.0", 420), LIMITS).places, []);
  assertEquals(summariseCrash({ text: "n1 ended", lastWords: [] }).places, []);
});

Deno.test("missing gnuplot is not confused with a failed checker, in either form of :error", () => {
  const plots = summariseRun(ended("echo", "{:perf {:valid? :unknown}, :valid? :unknown}"));
  assertEquals(plots.explanation, ["The plots were not drawn. Maelstrom needs gnuplot for them."]);
  const map = ended(
    "echo",
    '{:workload {:valid? :unknown, :error {:cause "no such model"}}, :valid? :unknown}',
  );
  assertEquals(summariseRun(map).explanation, ["The :workload checker failed: no such model"]);
  const trace = ended(
    "echo",
    '{:workload {:valid? :unknown, :error "a.B: why\\n  at c"}, :valid? :unknown}',
  );
  assertEquals(summariseRun(trace).explanation, ["The :workload checker failed: a.B: why"]);
  const whole = ended("echo", '{:valid? :unknown, :error {:via [{:message "deep"}]}}');
  assertEquals(summariseRun(whole).explanation, ["The analysis failed: deep"]);
});

Deno.test("a run that passed still names exceptions", () => {
  const summary = summariseRun(recorded("g-counter/final-reads-fail"));
  assertEquals(summary.ending, "pass");
  assertStringIncludes(summary.explanation.join(" "), "2 operations ended in an exception");
});

Deno.test("a crash has the status 255 and names the node's log", () => {
  return withFiles(["node-logs/n1.log"], (dir) => {
    const { results: _, ...run } = ended("echo", {});
    const crash = { node: "n1", text: "n1 ended: exit status 3", lastWords: ["disk on fire"] };
    const { ending, explanation, places } = summariseRun({ ...run, crash, dir });
    assertEquals([ending, EXIT_STATUS[ending]], ["crash", 255]);
    assertEquals(explanation, [
      "n1 ended: exit status 3.",
      "Its last words on standard error:",
      "    disk on fire",
    ]);
    assertEquals(places.map(({ path }) => path), ["node-logs/n1.log"]);
  });
});

Deno.test("a summary as text is read without colour", async () => {
  await withFiles(["timeline.html", "run.log", "node-logs/n0.log"], (dir) => {
    const summary = summariseRun(broadcast("2.06", 420, "true", dir), LIMITS);
    assertEquals(renderSummary(summary, { title: "3d  Broadcast" }), AS_TEXT);
  });
});

const AS_TEXT = `✗ fail  3d  Broadcast
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
    run.log        what happened when: malformed messages, nodes no longer read`;

Deno.test("with colour the text is the same once the escape sequences are gone", () => {
  const summary = summariseRun(broadcast("2.06", 420), LIMITS);
  const plain = stripVTControlCharacters(renderSummary(summary, { color: true }));
  assertEquals(plain, renderSummary(summary));
  assert(renderSummary(summary, { color: true }).includes("\u001b["));
});

Deno.test("a fraction's limit reads as percent, and less than all never as 100 %", () => {
  const results = "{:availability {:valid? true, :ok-fraction 0.99999}, :valid? true}";
  const limit = { name: "available", metric: "okFraction", min: 1 };
  const text = renderSummary(summariseRun(ended("echo", results), [limit]));
  assertStringIncludes(text, "✗  available  99.99 %  at least 100 %");
});

Deno.test("a scoreboard has a line for each challenge, and says how many passed", () => {
  const pass = summariseRun(broadcast("2.06", 176), LIMITS);
  const fail = summariseRun(ended("echo", "{:stats {:count 47}, :valid? false}"));
  assertEquals(
    renderScoreboard([
      { id: "1", title: "Echo", summary: fail },
      { id: "3d", title: "Efficient broadcast", summary: pass },
    ]),
    `           operations     ok  msgs/op  stable, median  stable, max
  ✗  1             47      –        –               –            –
  ✓  3d         2,026  100 %     2.06          176 ms       205 ms

  1 of 2 runs pass`,
  );
});

Deno.test("several runs show the median and the spread of each figure", () => {
  const runs = [2.1, 2.0, 2.4].map((perOp) => summariseRun(broadcast(`${perOp}`, 170), LIMITS));
  const text = renderRuns(totalsOf(runs), { title: "3d  Broadcast" });
  assertStringIncludes(text, "✓ 3d  Broadcast  all of 3 runs pass");
  assert(/msgs\/op +2\.10 +2 +2\.40/.test(text), text);
});

Deno.test("runs that left no figures have no table", () => {
  const crashed = summariseCrash({ text: "n1 ended: exit status 3", lastWords: [] });
  assertEquals(
    renderRuns(totalsOf([crashed, crashed]), { title: "1  Echo" }),
    "✗ 1  Echo  0 of 2 runs pass",
  );
});

Deno.test("final states are remarked on, and never change the verdict", () => {
  const summarise = (finalStates: EdnObject): Summary =>
    summariseRun(
      ended("txn-rw-register", "{:workload {:valid? true}, :valid? true}", { finalStates }),
    );
  const good = summarise({ "valid?": true, "key-count": 214 });
  assertEquals(good.ending, "pass");
  assertStringIncludes(good.explanation[0] ?? "", "replicas agree on all 214 keys in the end");
  const bad = summarise({ "valid?": false, "never-replicates": ["n1"] });
  assertEquals([bad.ending, bad.headline], ["pass", "Correct."]);
  assertStringIncludes(bad.explanation[0] ?? "", "no part of the verdict: n1 never replicates");
});

Deno.test("what nodes did wrong is told before all else, those who did the same together", () => {
  const wrote = (node: string) => ({
    timeNs: 0,
    node,
    text: `${node} wrote nonsense`,
    consequence: `${node} is read no more`,
  });
  const said = { timeNs: 2, node: "n2", text: "n2 says: no!" };
  const problems = [wrote("n0"), { timeNs: 1, node: "n1", text: "n1 slept" }, wrote("n12"), said];
  const { explanation } = summariseRun(ended("echo", "{:valid? true}", { problems }));
  assertEquals(explanation, [
    "n0 and n12 wrote nonsense; each of them is read no more.",
    "n1 slept.",
    "n2 says: no!",
  ]);
});

Deno.test("tables, gauges and places stay within the width, whatever it is", () =>
  withFiles(["timeline.html", "run.log"], (dir) => {
    const summary = summariseRun(broadcast("2.06", 420, "true", dir), LIMITS);
    const scores = [{ id: "txn-list-append", title: "Strict serializable lists", summary }];
    for (const width of [60, 72, 80, 100]) {
      const text = `${renderSummary(summary, { width })}\n${renderScoreboard(scores, { width })}`;
      for (const line of text.split("\n")) assert(line.length <= width, `${width}: ${line}`);
    }
    assert(renderSummary(summary, { width: 60 }).includes("━"));
    assert(renderScoreboard(scores, { width: 120 }).includes("Strict serializable lists"));
  }));

Deno.test("after a crash, what is told and where to look are of the node that ended the run", () =>
  withFiles(["node-logs/n0.log", "node-logs/n14.log"], (dir) => {
    const { results: _, ...run } = ended("echo", {});
    const problem = (node: string, text: string) => ({ timeNs: 0, node, text: `${node} ${text}` });
    const problems = [
      { ...problem("n14", "wrote nonsense"), isUnread: true },
      problem("n0", "is not heard: 74 characters wait"),
      problem("n0", "did not start"),
    ];
    const crash = { node: "n0", text: "n0 did not start", lastWords: [] };
    const { explanation, places } = summariseRun({ ...run, problems, crash, dir });
    assertEquals(explanation, [
      "n0 is not heard: 74 characters wait.",
      "n0 did not start.",
      "n14 wrote nonsense.",
    ]);
    assertEquals(places.map(({ path }) => path), ["node-logs/n0.log"]);
  }));

Deno.test("a missed limit is told with how busy the machine was, if it was", () => {
  const slow = broadcast("2.0", 500);
  const warningsOf = (noise?: RunResult["noise"], run = slow) =>
    summariseRun({ ...run, ...(noise && { noise }) }, LIMITS).warnings;
  assertEquals(warningsOf({ cores: 2, maxLateMs: 240.4, load: 5.14 }), [
    "This machine was up to 240 ms late and had a load of 5.1 on 2 cores: the limit may not be the " +
    "node's fault. Run again when less goes on, or in the simulator, if the node is TypeScript or " +
    "JavaScript.",
  ]);
  assertEquals(warningsOf({ cores: 2, maxLateMs: 3, load: 1.9 }), []);
  assertEquals(warningsOf(), []);
  const fast = broadcast("2.0", 100);
  assertEquals(warningsOf({ cores: 2, maxLateMs: 240, load: 5 }, fast), []);
});

Deno.test("operations that were asked for and not made are counted", () => {
  const run = recorded("broadcast/read-omits", 3);
  const operations = (asked: number) =>
    summariseRun({ ...run, asked }).figures.find(({ name }) => name === "operations")?.text;
  const made =
    run.history.filter(({ type, process, extra }) =>
      type === "invoke" && process !== "nemesis" && !extra?.["final?"]
    ).length;
  assertStringIncludes(operations(2 * made) ?? "", `; ${2 * made} were asked for, and clients had`);
  assert(!operations(made + 2)?.includes("asked"));
});

Deno.test("a correct run in which handlers threw says so in its headline, and details the errors", () => {
  const error = (node: string, count: number, name = "n1") => ({
    node,
    text: `tell from ${name} failed: TypeError: node.sent is not a function`,
    place: "node.ts:13",
    count,
  });
  const summed = (loggedErrors: RunResult["loggedErrors"] = []) =>
    summariseRun({ ...broadcast("2.0", 1), loggedErrors }, LIMITS);
  const { ending, headline, warnings } = summed([error("n0", 6_000), error("n1", 674)]);
  assertEquals(ending, "pass");
  assertEquals(
    headline,
    "Correct and within every limit, but 6,674 handlers threw on n0 and n1, the first: " +
      "TypeError: node.sent is not a function (at node.ts:13)",
  );
  assertEquals(warnings, []); // the only kind is in the headline
  assertStringIncludes(summed([error("n0", 1)]).headline, "but 1 handler threw on n0: TypeError");
  const many = Array.from({ length: 8 }, (_, i) => error("n0", 1, `n${i}`));
  assertStringIncludes(summed(many).headline, "but at least 8 handlers threw on n0, the first:");
  const own = { node: "n0", text: "ValueError: no such key", count: 3 };
  assertStringIncludes(
    summed([own]).headline,
    "but n0 logged 3 errors, the first: ValueError: no such key",
  );
  const both = summed([own, error("n1", 1)]);
  assertStringIncludes(both.headline, "but n0 and n1 logged 4 errors, the first: ValueError");
  assertStringIncludes(both.warnings.join(), "n1 logged: tell from n1 failed: TypeError");
  assertEquals(summed().headline, "Correct and within every limit.");
});

Deno.test("handlers that throw are in the headline of a simulated run that is correct", async () => {
  const tell = oneWay("tell", {});
  const run = await simulateOnce((node: Node) => {
    node.on(Echo.echo, ({ echo }) => {
      for (const peer of node.peers) node.send(peer, tell, {});
      return { type: "echo_ok", echo };
    });
    node.on(tell, () => {
      throw new TypeError("nobody knows why");
    });
  }, { workload: "echo", nodeCount: 2, timeLimitS: 2, rate: 10 });
  const { ending, headline } = summariseRun(run);
  assertEquals(ending, "pass");
  assertMatch(
    headline,
    /^Correct, but \d+ handlers threw on n0 and n1, the first: TypeError: nobody knows why /,
  );
});
