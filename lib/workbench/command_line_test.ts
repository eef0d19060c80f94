import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  applyGiven,
  optionsHelp,
  parseArguments,
  parseRunOptions,
  wordsOf,
} from "./command_line.ts";
import { listOf, oneOf, text, UsageError, whole } from "./option.ts";
import { engineProblem, type Plan, planOf } from "./plan.ts";

const optionsOf = (line: string) => applyGiven({}, parseRunOptions(line.split(" ")));
const parse = (line: string): Plan => planOf(optionsOf(line));

const refusal = (line: string): string => assertThrows(() => parse(line), UsageError).message;

Deno.test("without options, a run is what Maelstrom makes of none", () => {
  const plan = parse("-w echo");
  assertEquals(plan.nodes, ["n1", "n2", "n3", "n4", "n5"]);
  assertEquals([plan.concurrency, plan.rate, plan.timeLimitS, plan.topology], [5, 5, 60, "grid"]);
  assertEquals([plan.latencyMs, plan.latencyDistribution], [0, "constant"]);
  assertEquals([plan.faults, plan.loss, plan.duplication, plan.args], [[], 0, 0, []]);
  assert(!("availability" in plan) && !("consistencyModels" in plan));
});

Deno.test("a challenge's own command line is read", () => {
  const plan = parse(
    "--bin x.ts -w broadcast --node-count 25 --time-limit 20 --rate 100.5 --latency 100 " +
      "--latency-dist=exponential --concurrency 4n --nemesis partition --availability total " +
      "--topology tree4 --seed 7 -- --flag value",
  );
  assertEquals([plan.program, plan.args], ["x.ts", ["--flag", "value"]]);
  assertEquals([plan.nodes.length, plan.nodes[24], plan.concurrency], [25, "n24", 100]);
  assertEquals([plan.rate, plan.topology, plan.seed, plan.availability], [100.5, "tree4", "7", 1]);
  assertEquals([plan.latencyMs, plan.latencyDistribution], [100, "exponential"]);
  assertEquals([plan.faults, plan.faultIntervalS], [["partition"], 10]);
});

Deno.test("an option given twice counts as given last; nodes add up", () => {
  assertEquals(parse("-w echo --rate 1 --rate 2").rate, 2);
  assertEquals(parse("-w echo --nodes a,b -n d --node e").nodes, ["a", "b", "d", "e"]);
});

Deno.test("what is wrong is named, with what was expected", () => {
  assertMatch(refusal("--rate 1"), /--workload is missing/);
  assertMatch(refusal("-w ecko"), /--workload must be one of .*echo.*, got "ecko"/);
  assertMatch(refusal("-w echo --rate fast"), /--rate must be a number of at least 0, got "fast"/);
  assertMatch(refusal("-w echo --node-count 0"), /--node-count .* got "0"/);
  assertMatch(refusal("-w echo --concurrency n"), /--concurrency .* got "n"/);
  assertMatch(refusal("-w echo --latency-dist normal"), /one of constant, uniform, exponential/);
  assertMatch(refusal("-w broadcast --topology star"), /--topology must be one of line/);
  assertMatch(refusal("-w echo --availability 2"), /total, or a number from 0 to 1, got "2"/);
  assertMatch(refusal("-w echo --nodes cat,dog"), /no node can be named "cat"/);
  assertMatch(refusal("-w echo --nodes a,lin-kv"), /no node can be named "lin-kv"/);
  assertMatch(refusal("-w echo --nodes a,b -n a"), /there can not be two nodes named "a"/);
  assertMatch(refusal("-w echo --nemesis fire"), /some of partition, .*got "fire"/);
  assertMatch(refusal("-w echo --loss 1"), /a probability of at least 0 and below 1, got "1"/);
});

Deno.test("a name that could be no file's, or would garble a terminal, is no node's", () => {
  const refused = (name: string) => assertThrows(() => planOf({ workload: "echo", nodes: [name] }));
  for (const name of ["..", ".", "a/b", "../x", "/etc/passwd", "a\\b"]) {
    assertMatch(String(refused(name)), /its log could not be named after it$/);
  }
  for (const name of ["a\nb", "a b", "\x1b[2J", "a\x00", "\u202ea", "\x9b31m", "\u2028"]) {
    const message = String(refused(name));
    assertMatch(message, /cannot be printed$/);
    assert(!/[\p{Cc}\u2028\u202e]/u.test(message), "nor does the message hold them");
  }
  assertMatch(String(refused("n".repeat(300))), /…".*has 300 bytes, 200 are the most$/);
  assertMatch(String(refused("ü".repeat(101))), /has 202 bytes/);
  const fine = ["a..b", ".n", "größe", "n-1_x:y@z", "n".repeat(200)];
  assertEquals(planOf({ workload: "echo", nodes: fine }).nodes, fine);
});

Deno.test("a value that is negative or empty is its option's, and refused as that", () => {
  for (
    const [option, value, expected] of [
      ["node-count", "-1", "a whole number of at least 1"],
      ["time-limit", "-5", "a number of at least 0.1"],
      ["latency", "-10", "a whole number of at least 0"],
      ["rate", "-1", "a number of at least 0"],
      ["loss", "-.1", "a probability of at least 0 and below 1"],
      ["availability", "-1", "total, or a number from 0 to 1"],
    ] as const
  ) {
    const message = `--${option} must be ${expected}, got "${value}"`;
    assertEquals(refusal(`-w echo --${option} ${value}`), message);
    assertEquals(refusal(`-w echo --${option}=${value}`), message);
  }
  assertEquals(refusal("-w echo --nemesis "), "--nemesis needs a value");
  assertEquals(refusal("-w echo --rate -w echo"), "--rate needs a value");
  assertEquals(parse("-w echo --seed -7").seed, "-7");
  assertEquals(parse("-w echo -- --rate -1").args, ["--rate", "-1"]);
});

Deno.test("faults need time between them", () => {
  const interval = (text: string) => `-w echo --nemesis partition --nemesis-interval ${text}`;
  const message = "--nemesis-interval must be a number of at least 0.001, got";
  for (const text of ["0", "-1", "1e-9"]) {
    assertEquals(refusal(interval(text)), `${message} "${text}"`);
  }
  assertEquals(parse(interval("0.001")).faultIntervalS, 0.001);
});

/** What Maelstrom accepts and has no effect: the plan, in words, and the notes. */
function noted(line: string): [string, ...string[]] {
  const { run, notes } = parseArguments(line.split(" "), {
    own: {},
    run: true,
    passesWords: true,
  });
  const clauses = [...notes];
  const options = applyGiven({ workload: "lin-kv" }, run, (clause) => clauses.push(clause));
  return [wordsOf(planOf(options)).join(" "), ...clauses];
}

Deno.test("one set of flags serves every workload, as in Maelstrom, and what is idle is noted", () => {
  assertEquals(noted("-w echo --topology line --key-count 3"), [
    "-w echo",
    "--topology has no effect on echo, only on broadcast",
    "--key-count has no effect on echo, only on txn-list-append, txn-rw-register, kafka",
  ]);
  assertEquals(noted("-w echo --nemesis-interval 3"), [
    "-w echo",
    "--nemesis-interval has no effect without --nemesis",
  ]);
  assertEquals(noted("-w echo --nemesis partition --nemesis-interval 3").length, 1);
  const counted = "--nodes has no effect beside --node-count";
  assertEquals(noted("-w echo --nodes a,b --node-count 1"), ["-w echo --node-count 1", counted]);
  assertEquals(noted("-w echo --node-count 1 -n a"), ["-w echo --node-count 1", counted]);
  assertEquals(noted("-w echo --node-count 2 --nodes-file no/such/file"), [
    "-w echo --node-count 2",
    "--nodes-file has no effect beside --node-count",
  ]);
  assertEquals(noted("-w echo --no-ssh --username me --leave-db-running"), [
    "-w echo",
    "--leave-db-running has no effect: nodes never outlive their run here",
    "--no-ssh has no effect: no machine is logged in to",
    "--username has no effect: no machine is logged in to",
  ]);
});

Deno.test("Maelstrom's spellings are read: -wecho, no workload, arguments for the node without --", () => {
  assertEquals(noted("-wecho -nb"), ["-w echo --nodes b"]);
  assertEquals(noted("-w=echo"), ["-w echo"]);
  assertEquals(noted("--concurrency 2n"), ["-w lin-kv --concurrency 2n"]);
  assertEquals(noted("-w echo fast --rate 7 3 -- --slow"), ["-w echo --rate 7 -- fast 3 --slow"]);
});

Deno.test("a word that belongs to nothing is refused", () => {
  assertMatch(refusal("-w echo stray"), /stray argument "stray"/);
  assertMatch(refusal("-w echo –-nemesis partition"), /a dash that is no hyphen/);
});

Deno.test("an option that is misspelt is refused with the one that may be meant", () => {
  assertEquals(
    refusal("-w echo --tine-limit 3"),
    "unknown option --tine-limit; did you mean --time-limit?",
  );
  assertEquals(
    refusal("-w echo --node_count=3"),
    "unknown option --node_count=3; did you mean --node-count?",
  );
  assertEquals(refusal("-w echo --frobnicate"), "unknown option --frobnicate");
  assertEquals(refusal("-w echo -q"), "unknown option -q");
});

Deno.test("what an engine cannot do is refused by name", () => {
  const problem = (line: string, engine: "maelstrom" | "workbench" | "simulator") =>
    engineProblem(optionsOf(line), engine);
  const lossy = "-w echo --nemesis partition,pause --nemesis-interval 2 --loss 0.1";
  assertEquals(problem(lossy, "workbench"), undefined);
  assertEquals(
    problem(lossy, "maelstrom"),
    "--loss means nothing to Maelstrom, only to the workbench and the simulator",
  );
  assertEquals(problem("-w echo --loss 0", "maelstrom"), undefined, "a default asks for nothing");
  assertEquals(problem("-w echo --nemesis kill,pause", "maelstrom"), undefined);
  const partial = problem("-w echo --nemesis partial", "maelstrom");
  assertMatch(partial ?? "", /--nemesis partial means nothing to Maelstrom/);
  const skewed = problem("-w echo --nemesis skew", "workbench");
  assertMatch(skewed ?? "", /--nemesis skew means nothing to the workbench, only to the simulator/);
  assertMatch(problem("-w echo --delivery 1", "workbench") ?? "", /only to the simulator/);
  assertMatch(problem("-w echo --seed 1", "maelstrom") ?? "", /--seed means nothing to Maelstrom/);
  assertEquals(problem("-w echo -- --slow", "simulator"), undefined);
});

const OWN = {
  engine: { kind: oneOf(["fast", "slow"]), value: "NAME", help: "which engine" },
  runs: { kind: whole(1, 2000), value: "N", help: "how often", default: 1 },
  only: { kind: listOf(text, "names"), value: "a,…", help: "what of it", repeats: true },
  json: { help: "as JSON" },
} as const;
const read = (line: string) =>
  parseArguments(line.split(" "), {
    own: OWN,
    run: true,
    words: 1,
    refused: { bin: "it is known" },
  });
const complaint = (line: string) => assertThrows(() => read(line), UsageError).message;

Deno.test("a command's own options are taken apart from those of the run", () => {
  const { own, run, words, help } = read("3c --rate 10 --runs 3 --json --engine=slow -h -- --runs");
  assertEquals(own, { engine: "slow", runs: 3, only: undefined, json: true });
  assertEquals(run, { rate: 10, args: ["--runs"] });
  assertEquals([words, help], [["3c"], true]);
  assertEquals(read("3c").own, { engine: undefined, runs: 1, only: undefined, json: false });
  assertEquals(read("--only a,b --only=c").own.only, ["a", "b", "c"]);
  assertEquals(read("--nodes-file x").nodesFile, "x");
});

Deno.test("a command's own options are checked like any other", () => {
  assertEquals(complaint("--runs"), "--runs needs a value");
  assertEquals(complaint("--runs --json"), "--runs needs a value");
  assertEquals(complaint("--json=false"), '--json takes no value, got "false"');
  for (const text of ["0", "-1", "1.5", "many", "2001"]) {
    const message = `--runs must be a whole number of at least 1 and at most 2,000, got "${text}"`;
    assertEquals(complaint(`--runs ${text}`), message);
  }
  assertEquals(complaint("--bin x"), "--bin: it is known");
  assertMatch(complaint("3c 3d"), /stray argument "3d"/);
});

Deno.test("help lists each option once, with its default and where it applies", () => {
  const help = optionsHelp({ own: OWN, run: true, refused: { bin: "it is known" } });
  assertMatch(help, /^ {2}--runs N +how often; default 1$/m);
  assertMatch(help, /^ {2}-h, --help +this text$/m);
  assertMatch(help, /^ {2}--time-limit S +seconds of operations; default 60$/m);
  assertMatch(help, /^ {2}--max-txn-length N .*; default 4 \(txn-list-append, txn-rw-register\)$/m);
  assert(!help.includes("--bin"));
});

Deno.test("nodes that are named win over a count, and a plan's nodes keep their clients", () => {
  const challenge = { workload: "broadcast", nodeCount: 5, rate: 10 };
  const nodes = (line: string) =>
    planOf(applyGiven(challenge, parseRunOptions(line.split(" ")))).nodes;
  assertEquals(nodes("--nodes a,b"), ["a", "b"]);
  assertEquals(nodes("--nodes=a,b -n d"), ["a", "b", "d"]);
  assertEquals(nodes("--node-count 2"), ["n0", "n1"]);
  const plan = planOf({ ...challenge, concurrency: "2n" });
  assertEquals(planOf(applyGiven(plan, { nodeCount: 3 })).concurrency, 6);
  assertEquals(planOf(applyGiven(plan, { nodeCount: 3, concurrency: 4 })).concurrency, 4);
});

Deno.test("a plan's words make the same plan again", () => {
  for (
    const line of [
      "-w echo",
      "-w lin-kv --concurrency 2n",
      "-w broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100",
      "-w kafka --node-count 2 --concurrency 2n --time-limit 0.5 --rate 0 --key-count 3",
      "-w txn-rw-register --nodes a,b --concurrency 3 --consistency-models " +
      "read-committed,snapshot-isolation --availability total --nemesis partition,kill " +
      "--nemesis-interval 2.5 --loss 0.1 --delivery 0.3 -- --slow",
    ]
  ) {
    assertEquals(wordsOf(parse(line)).join(" "), line);
  }
  const [base, changed] = [parse("-w echo --rate 7 --loss 0.1"), parse("-w echo --rate 7 -n a")];
  assertEquals(wordsOf(changed, { other: base }), ["--nodes", "a", "--loss", "0"]);
});
