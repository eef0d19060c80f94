import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkCounter, explainCounter } from "../lib/checkers/counter.ts";
import { checkEcho, explainEcho, projectEcho } from "../lib/checkers/echo.ts";
import { transcript } from "../lib/checkers/history_fixture.ts";
import { checkKafka, explainKafka } from "../lib/checkers/kafka/mod.ts";
import { checkLinKv, explainLinKv } from "../lib/checkers/lin_kv.ts";
import { checkSetFull, explainSetFull } from "../lib/checkers/set_full.ts";
import { projectLinKv } from "../lib/checkers/projections.ts";
import { checkUniqueIds, explainUniqueIds } from "../lib/checkers/unique_ids.ts";
import { printEdn } from "../lib/history/edn.ts";
import { printHistory } from "../lib/history/operations.ts";
import { renderJudgement } from "../lib/report/judgement.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { type Judge, judgeRun } from "../lib/workbench/store/judge.ts";
import { main } from "./check.ts";
import { readRun, UnreadableRun } from "../lib/workbench/store/reader.ts";

const RECORDED = new URL("../lib/checkers/testdata/", import.meta.url).pathname;

const sets: Judge = { check: checkSetFull, explain: explainSetFull };
const counters: Judge = { check: checkCounter, explain: explainCounter };
const JUDGES: ReadonlyMap<string, Judge> = new Map([
  ["broadcast", sets],
  ["g-set", sets],
  ["g-counter", counters],
  ["pn-counter", counters],
  ["unique-ids", { check: checkUniqueIds, explain: explainUniqueIds }],
  ["echo", { check: checkEcho, explain: explainEcho, project: projectEcho }],
  ["lin-kv", { check: checkLinKv, explain: explainLinKv, project: projectLinKv }],
]);

/** Runs the command; standard error is gathered with the output. */
function run(...args: string[]): { status: number; output: string } {
  const lines: string[] = [];
  const { error } = console;
  console.error = (text: string) => lines.push(text);
  try {
    const status = main(args, JUDGES, (text) => lines.push(text));
    return { status, output: lines.join("\n") };
  } finally {
    console.error = error;
  }
}

Deno.test("every recorded run is judged as Maelstrom judged it", () => {
  const dirs = [...JUDGES.keys()].flatMap((workload) =>
    [...Deno.readDirSync(`${RECORDED}${workload}`)].map(({ name }) =>
      `${RECORDED}${workload}/${name}`
    )
  );
  const { status, output } = run(...dirs);
  assertEquals(status, 0, output);
  assertEquals(output.match(/^✓/gm)?.length, dirs.length);
});

/** Calls with a copy of a recorded run in which some text of a file was replaced. */
function withChange(
  source: string,
  [file, from, to]: readonly [string, string | RegExp, string],
  body: (dir: string) => void,
): void {
  const dir = Deno.makeTempDirSync();
  try {
    for (const name of ["history.edn", "results.edn", "cmd.txt"]) {
      const text = Deno.readTextFileSync(`${RECORDED}${source}/${name}`);
      const changed = name === file ? text.replace(from, to) : text;
      if (name === file) assert(changed !== text, "nothing was replaced");
      Deno.writeTextFileSync(`${dir}/${name}`, changed);
    }
    body(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("a run that was cut off has no verdict, unless what there is of it is wrong already", () => {
  const dir = Deno.makeTempDirSync();
  const event = (index: number, type: string, value: string) =>
    `{:index ${index}, :time ${index}, :type :${type}, :process 0, :f :echo, :value ${value}}\n`;
  const whole = event(0, "invoke", '"a"') + event(1, "ok", '{:echo "a"}');
  const judged = (history: string) => {
    Deno.writeTextFileSync(`${dir}/history.edn`, history);
    return run(dir, "-w", "echo").output;
  };
  try {
    assertStringIncludes(judged(whole), "verdict true; there is no results.edn");
    const late = event(2, "invoke", '"b"') + event(3, "info", '"b"');
    assertStringIncludes(judged(whole + late), "verdict true");
    const open = judged(whole + event(2, "invoke", '"b"'));
    assertStringIncludes(open, "verdict unknown");
    assertStringIncludes(open, "cut off: it left no results, and 1 operation never completed.");
    Deno.writeTextFileSync(`${dir}/plan.json`, "{}");
    assertStringIncludes(judged(whole), "verdict unknown");
    assertStringIncludes(judged(whole), "cut off: it left no results.");
    assertStringIncludes(judged(whole.replace('{:echo "a"}', '{:echo "b"}')), "verdict false");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("a figure that differs is shown with both values, and the exit status is 1", () => {
  withChange("g-set/late", ["results.edn", ":attempt-count 48", ":attempt-count 47"], (dir) => {
    const { status, output } = run(dir);
    assertEquals(status, 1);
    assertStringIncludes(output, "different in 1 of");
    assert(/:workload :attempt-count +47 +48/.test(output), output);
  });
});

Deno.test("a history that was tampered with no longer gives the stored verdict", () => {
  const last = /:value \[([0-9 ]*)\]\}\n$/;
  withChange("g-set/late", ["history.edn", last, ":value []}\n"], (dir) => {
    const { differences = [], verdict } = judgeRun(readRun(dir), JUDGES);
    assertEquals(verdict, false);
    assertEquals(differences[0], { path: ["valid?"], stored: true, recomputed: false });
  });
});

Deno.test("stats, availability and exceptions are compared too", () => {
  const changes = [
    ["broadcast/flaky", ":info-count 16", ":info-count 15", "stats"],
    ["broadcast/flaky", ":ok-fraction 0.79096043", ":ok-fraction 0.7", "availability"],
    ["g-counter/final-reads-fail", "{:count 2,", "{:count 3,", "exceptions"],
  ] as const;
  for (const [source, from, to, section] of changes) {
    withChange(source, ["results.edn", from, to], (dir) => {
      const { differences = [] } = judgeRun(readRun(dir), JUDGES);
      assertEquals(differences.map(({ path }) => path[0]), [section]);
    });
  }
});

Deno.test("availability is judged by what the command line asked for, or by what is given", () => {
  const dir = `${RECORDED}broadcast/flaky`;
  assertEquals(run(dir, "--availability", "0.79").status, 0);
  const { status, output } = run(dir, "--availability", "total");
  assertEquals(status, 1);
  assertStringIncludes(output, ":availability :valid?");
});

Deno.test("where nothing tells the required availability, its stored verdict stands", () => {
  const verdicts = /:availability \{:valid\? true|:valid\? true\}\s*$/g;
  const source = "broadcast/flaky";
  const dir = Deno.makeTempDirSync();
  try {
    const results = Deno.readTextFileSync(`${RECORDED}${source}/results.edn`)
      .replaceAll(verdicts, (text) => text.replace("true", "false"));
    Deno.writeTextFileSync(`${dir}/results.edn`, results);
    Deno.copyFileSync(`${RECORDED}${source}/history.edn`, `${dir}/history.edn`);
    assertEquals(judgeRun(readRun(dir), JUDGES).differences, []);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("verdicts that no history gives, such as that of missing plots, are taken over", () => {
  const dir = Deno.makeTempDirSync();
  try {
    const results = Deno.readTextFileSync(`${RECORDED}g-set/late/results.edn`)
      .replace(/:valid\? true\},\n :timeline/, ":valid? :unknown},\n :timeline")
      .replace(/:valid\? true\}\s*$/, ":valid? :unknown}");
    Deno.writeTextFileSync(`${dir}/results.edn`, results);
    Deno.copyFileSync(`${RECORDED}g-set/late/history.edn`, `${dir}/history.edn`);
    assertEquals(judgeRun(readRun(dir), JUDGES).differences, []);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("the order in which a hash map yields echo's errors is no difference", () => {
  const swap = /(\["Expected[^\]]*\])(\s+)(\["Expected[^\]]*\])/;
  withChange("echo/definite-errors", ["results.edn", swap, "$3$2$1"], (dir) => {
    assertEquals(judgeRun(readRun(dir), JUDGES).differences, []);
  });
});

Deno.test("of one key of lin-kv, that key is judged, and nothing else", () => {
  const root = Deno.makeTempDirSync();
  const dir = `${root}/independent/0`;
  const judges = new Map([["lin-kv", { check: checkLinKv, explain: explainLinKv }]]);
  const store = (name: string, text: string) => Deno.writeTextFileSync(`${dir}/${name}`, text);
  try {
    Deno.mkdirSync(dir, { recursive: true });
    store("history.edn", printHistory(transcript("0 0 invoke read\n1 0 fail read")));
    const key = checkLinKv(transcript("0 0 invoke read [0 nil]\n1 0 fail read [0 nil]"))["results"];
    store("results.edn", printEdn(key instanceof Map ? key.get(0) : null));
    const { workload, verdict, differences } = judgeRun(readRun(dir), judges);
    assertEquals([workload, verdict, differences], ["lin-kv", true, []]);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("a result of an older version without :unseen is called that", () => {
  const history = transcript(`
    0 0 invoke send [[:send "a" 1]]
    1 0 ok     send [[:send "a" [0 1]]]
    2 1 invoke poll [[:poll]]
    3 1 ok     poll [[:poll {}]]`);
  const { unseen, ...workload } = checkKafka(history);
  assert(unseen !== undefined);
  const results = { workload, "valid?": workload["valid?"] };
  const facts = { workload: "kafka" };
  const judges = new Map([["kafka", { check: checkKafka, explain: explainKafka }]]);
  const { explanation } = judgeRun({ dir: "", history, results, facts }, judges);
  assertStringIncludes(explanation[0] ?? "", "it is an older version's");
});

Deno.test("a checker that threw is equal to one that threw, whatever its stack trace", () => {
  const { verdict, differences } = judgeRun(readRun(`${RECORDED}unique-ids/object-ids`), JUDGES);
  assertEquals([String(verdict), differences], [":unknown", []]);
});

Deno.test("a failed run is explained in words", () => {
  const run = readRun(`${RECORDED}g-set/one-node-only`);
  const text = renderJudgement("run", judgeRun(run, JUDGES));
  assertStringIncludes(text, "✓ run\n  g-set: verdict false, equal in every figure");
  assertStringIncludes(text, "13 values of 43 were lost");
});

Deno.test("a run that crashed has no results to compare with; its history is judged", () => {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.copyFileSync(`${RECORDED}g-set/late/history.edn`, `${dir}/history.edn`);
    const { status, output } = run(dir);
    assertEquals(status, 2);
    assertStringIncludes(output, "g-set: verdict true; there is no results.edn");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("a search that has no time left says so", () => {
  const dir = Deno.makeTempDirSync();
  try {
    const events = ["invoke", "ok", "invoke", "ok"].map((type, index) =>
      `{:index ${index}, :time ${index}, :type :${type}, :process 0, :f :write, :value [1 2]}\n`
    );
    Deno.writeTextFileSync(`${dir}/history.edn`, events.join(""));
    const { output } = run(dir, "-w", "lin-kv", "--time-limit", "0");
    assertStringIncludes(output, "lin-kv: verdict unknown");
    assertStringIncludes(
      output.replaceAll(/\s+/g, " "),
      "the search ran out of time after no configurations",
    );
    assertStringIncludes(run(dir, "-w", "lin-kv").output, "lin-kv: verdict true");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("several runs: the worst status counts, and each is reported", () => {
  const { status, output } = run(`${RECORDED}g-set/late`, "/no/such/run");
  assertEquals(status, 254);
  assertStringIncludes(output, "✓");
  assertStringIncludes(output, "There is no /no/such/run.");
});

Deno.test("bad arguments are refused with a sentence", () => {
  const cases: [string[], string][] = [
    [[], "which run? Name the folder that holds its history.edn"],
    [["x", "--fast"], "unknown option --fast"],
    [
      ["x", "--availability", "most"],
      '--availability must be total, or a number from 0 to 1, got "most"',
    ],
    [["x", "--consistency-models", "strictest"], "--consistency-models must be some of "],
  ];
  for (const [args, sentence] of cases) assertThrows(() => run(...args), UsageError, sentence);
  assertThrows(
    () => judgeRun(readRun(`${RECORDED}g-set/late`), JUDGES, { workload: "set" }),
    UnreadableRun,
    "There is no workload set; known are broadcast, echo",
  );
});

Deno.test("-w overrides what the folder tells, and --help says what is compared", () => {
  assertEquals(run(`${RECORDED}g-set/late`, "-w", "broadcast").status, 0);
  assertEquals(run(`${RECORDED}g-set/late`, "-w", "echo").status, 1);
  const { status, output } = run("--help");
  assertEquals(status, 0);
  assertStringIncludes(output, "Compared: the verdict and every figure");
});
