import { assertEquals, assertMatch } from "@std/assert";
import { planOf } from "../workbench/plan.ts";
import { renderAnnotations, renderStepSummary } from "./github.ts";
import { renderJUnit } from "./junit.ts";
import type { RunReport } from "./report.ts";

const FAILED: RunReport = {
  title: "3a  Broadcast, <single> node: 100%",
  challenge: "3a",
  engine: "workbench",
  plan: planOf({ workload: "broadcast" }),
  options: ["-w", "broadcast"],
  seed: "7",
  again: "glomers again results/runs/x",
  verdict: "fail",
  headline: 'Invalid: "lost" & gone.',
  warnings: [],
  limits: [{
    name: "messages per op",
    metric: "serverMessagesPerOp",
    below: 3,
    value: 4,
    ok: false,
  }],
  figures: [],
  metrics: {},
  findings: ["1 value | of 3\nwas lost \x1b[2J", "more"],
  places: [],
  problems: [],
};
const PASSED: RunReport = {
  ...FAILED,
  title: "1  Echo",
  verdict: "pass",
  headline: "Correct.",
  findings: [],
};
const WARNED: RunReport = { ...PASSED, warnings: ["n1 was no longer read."] };
const CRASHED: RunReport = { ...FAILED, verdict: "crash" };

Deno.test("JUnit has a case for each run, with its failure and how to repeat it", () => {
  const xml = renderJUnit([PASSED, FAILED, CRASHED]);
  assertMatch(xml, /<testsuite name="glomers" tests="3" failures="1" errors="1">/);
  assertMatch(xml, /<testcase name="1 {2}Echo \(seed 7\)" classname="broadcast.workbench"\/>/);
  assertMatch(xml, /name="3a {2}Broadcast, &lt;single&gt; node: 100% \(seed 7\)"/);
  assertMatch(
    xml,
    /<failure type="fail" message="Invalid: &quot;lost&quot; &amp; gone\.">1 value \| of 3\n/,
  );
  assertMatch(xml, /lost \\x1b\[2J\nmore\nagain: glomers again results\/runs\/x<\/failure>/);
});

Deno.test("GitHub's annotations are one line each, for what failed and what passed with a warning", () => {
  assertEquals(renderAnnotations([PASSED]), []);
  assertEquals(renderAnnotations([FAILED, WARNED]), [
    '::error title=3a  Broadcast%2C <single> node%3A 100%25::Invalid: "lost" & gone.%0A' +
    "1 value | of 3%0Awas lost \\x1b[2J%0Amore%0Aagain: glomers again results/runs/x",
    "::warning title=1  Echo::Correct.%0An1 was no longer read.%0Aagain: glomers again results/runs/x",
  ]);
  const threw = { ...PASSED, headline: "Correct, but 3 handlers threw on n0, the first: Error: x" };
  const [line = ""] = renderAnnotations([threw]);
  assertMatch(line, /^::warning title=1 {2}Echo::Correct, but 3 handlers threw/);
});

Deno.test("GitHub's summary is a table, with the first finding of what failed", () => {
  const markdown = renderStepSummary([PASSED, FAILED]);
  assertMatch(markdown, /^\| ✅ \| 1 {2}Echo \| 7 \| Correct\. \| ✗ messages per op 4 \|$/m);
  assertMatch(markdown, /\*\*3a.*\*\*: 1 value \\\| of 3 was lost .*\n\n {4}glomers again results/);
});
