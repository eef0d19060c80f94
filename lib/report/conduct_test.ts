import { assertEquals } from "@std/assert";
import { type Edn, type EdnObject, keyword } from "../history/edn.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";
import type { RunResult } from "../workbench/result.ts";
import { workloads } from "../workbench/workloads/mod.ts";
import {
  describePartitions,
  explainLogged,
  explainRefused,
  findWarnings,
  nameNodes,
  showFault,
} from "./conduct.ts";

/** An operation: when and by whom, how it ended and when. */
type Script = readonly [
  startS: number,
  process: number,
  type: Op["type"],
  endS: number,
  more?: { error?: Edn; extra?: EdnObject; f?: string },
];

const TIMEOUT = { error: keyword("net-timeout") };

/** A run of `echo` on three nodes whose history has these operations and faults. */
function runOf(
  operations: readonly Script[],
  faults: readonly (readonly [atS: number, f: string])[] = [],
  fields: Partial<RunResult> = {},
): RunResult {
  const events = operations.flatMap(([startS, process, type, endS, more = {}]) => {
    const { f = "echo", ...keys } = more;
    const op = { process, f, value: null };
    return [
      { ...op, ...(more.extra && { extra: more.extra }), type: "invoke" as const, timeS: startS },
      { ...op, ...keys, type, timeS: endS },
    ];
  });
  const strikes = faults.map(([timeS, f]) =>
    ({ process: "nemesis", f, value: null, type: "info", timeS }) as const
  );
  const history = [...events, ...strikes].sort((a, b) => a.timeS - b.timeS)
    .map(({ timeS, ...op }, index) => ({ index, time: timeS * NS_PER_S, ...op }));
  const workload = workloads.get("echo");
  if (workload === undefined) throw new Error("there is no echo");
  const nodes = ["n0", "n1", "n2"];
  return { workload, nodes, concurrency: 3, history, problems: [], ...fields };
}

const warnings = (run: RunResult) => findWarnings(run, { isGood: true });
const fine = (process: number): Script[] => [1, 2, 3, 4].map((s) => [s, process, "ok", s + 0.1]);

Deno.test("a node that stopped answering is named, and that no final read came from it", () => {
  const final = { ...TIMEOUT, extra: { "final?": true } };
  const hung: Script[] = [
    [1, 1, "ok", 1.5],
    [2, 1, "info", 7, TIMEOUT],
    [8, 4, "info", 13, TIMEOUT],
    [20, 7, "info", 25, final],
  ];
  assertEquals(warnings(runOf([...fine(0), ...hung])), [
    "n1 has not answered since 1.500 s: 3 requests timed out, and no final read came from there.",
  ]);
  assertEquals(warnings(runOf([...fine(0), ...hung], [[9, "start-partition"]])), []);
  assertEquals(warnings(runOf([...fine(0), ...hung, [26, 1, "ok", 27]])), []);
});

Deno.test("nodes that were no longer read are named, whatever the verdict says", () => {
  const problems = ["n2", "n1"].map((node, timeNs) => ({ node, timeNs, text: "", isUnread: true }));
  assertEquals(warnings(runOf(fine(0), [], { problems })), [
    "n1 and n2 were no longer read, the first of them from 0.000 s on. A verdict says nothing " +
    "about such a node.",
  ]);
});

Deno.test("a run of which most timed out, or whose partitions cut nothing, says little", () => {
  const late: Script[] = [[1, 0, "info", 6, TIMEOUT], [1, 1, "info", 6, TIMEOUT], [1, 2, "ok", 2]];
  assertEquals(warnings(runOf(late)), [
    "2 of 3 operations timed out: the others show little.",
  ]);
  const partitioned = runOf(fine(0), [[1, "start-partition"], [3, "stop-partition"]], {
    cut: new Map(),
  });
  assertEquals(warnings(partitioned), [
    "The partitions cut no message: this run says nothing about them.",
  ]);
  assertEquals(warnings({ ...partitioned, cut: new Map([["gossip", 1]]) }), []);
});

Deno.test("a figure says what partitions did: for how long, what they cut, whom they met", () => {
  const faults = [[1.05, "start-partition"], [3.05, "stop-partition"]] as const;
  const cut = new Map([["ack", 2], ["gossip", 1200]]);
  const [figure] = describePartitions(runOf(fine(0), faults, { cut }));
  assertEquals(
    figure?.text,
    "1, 2.0 s in all; 1,202 messages cut (1,200 gossip, 2 ack); 3 operations met one, all ok",
  );
  assertEquals(describePartitions(runOf(fine(0))), []);
});

Deno.test("failures are grouped by their errors, those that differ in numbers together", () => {
  const crash = (n: number): Script => [n, 0, "info", n + 0.1, {
    error: [keyword("crash"), `boom ${n}`],
  }];
  const run = runOf([crash(1), crash(2), [3, 0, "fail", 4, TIMEOUT], [5, 0, "ok", 6]]);
  assertEquals(explainRefused(run), [
    'Of 4 operations, 3 did not succeed: 2 with crash "boom 1"; 1 with net-timeout.',
  ]);
  assertEquals(explainRefused(runOf([[1, 0, "info", 2]])), [], "a crash that is the workload's");
  const refusing = { ...run.workload, refusals: { crash: "by design", "net-timeout": "too" } };
  assertEquals(explainRefused({ ...run, workload: refusing }), []);
});

Deno.test("errors in logs are told once, with who logged them and where they come from", () => {
  const text = "echo from c3 failed: TypeError: boom";
  const place = "nodes/mine.ts:12";
  assertEquals(
    explainLogged([
      { node: "n0", text, place, count: 30 },
      { node: "n1", text: text.replace("c3", "c4"), place, count: 5 },
      { node: "n1", text: "Error: other", count: 1 },
    ]),
    [`n0 and n1 logged 35 times: ${text} (at ${place})`, "n1 logged: Error: other"],
  );
});

Deno.test("a sentence that names a process names its node; lists of processes become nodes", () => {
  const run = { nodes: ["n0", "n1", "n2"], concurrency: 6 };
  const named = (text: string) => nameNodes(text, run);
  assertEquals(named("seen by process 7 at 1.200 s"), "seen by process 7 (n1) at 1.200 s");
  assertEquals(
    named("known through process 1 (3), 4 (4) and 2 (1)."),
    "known through n1 (7) and n2 (1).",
  );
  assertEquals(
    named("all 3 are missing for process 0, 3 and 5."),
    "all 3 are missing for n0 and n2.",
  );
  assertEquals(nameNodes("process 7", { nodes: ["n0"], concurrency: 1 }), "process 7");
});

Deno.test("the part of a line around its fault is shown", () => {
  const at = (index: number) =>
    showFault({ node: "", timeNs: 0, text: "", line: "0123456789", at: index }, 6);
  assertEquals([at(0), at(5), at(9)], ["01234…", "…3456…", "…56789"]);
});
