import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parseTestOptions, UsageError } from "./command_line.ts";

const parse = (line: string, simulated = false) => parseTestOptions(line.split(" "), { simulated });

const refusal = (line: string, simulated = false): string =>
  assertThrows(() => parse(line, simulated), UsageError).message;

Deno.test("without options, a run is what Maelstrom makes of none", () => {
  const { run, testCount, args } = parse("-w echo");
  assertEquals(run.nodes, ["n1", "n2", "n3", "n4", "n5"]);
  assertEquals([run.concurrency, run.rate, run.timeLimitS, run.topology], [5, 5, 60, "grid"]);
  assertEquals(run.latency, { meanMs: 0, distribution: "constant" });
  assertEquals([run.faults, run.availability, run.consistencyModels], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals([testCount, args], [1, []]);
});

Deno.test("a challenge's own command line is read", () => {
  const { run, bin, args } = parse(
    "--bin x.ts -w broadcast --node-count 25 --time-limit 20 --rate 100.5 --latency 100 " +
      "--latency-dist=exponential --concurrency 4n --nemesis partition --availability total " +
      "--topology tree4 --seed 7 -- --flag value",
  );
  assertEquals([bin, args], ["x.ts", ["--flag", "value"]]);
  assertEquals([run.nodes.length, run.nodes[24], run.concurrency], [25, "n24", 100]);
  assertEquals([run.rate, run.topology, run.seed, run.availability], [100.5, "tree4", "7", 1]);
  assertEquals(run.latency, { meanMs: 100, distribution: "exponential" });
  assertEquals(typeof run.faults, "function");
});

Deno.test("an option given twice counts as given last; nodes add up", () => {
  assertEquals(parse("-w echo --rate 1 --rate 2").run.rate, 2);
  assertEquals(parse("-w echo --nodes a,b -n d --node e").run.nodes, ["a", "b", "d", "e"]);
});

Deno.test("what is wrong is named, with what was expected", () => {
  assertMatch(refusal("--rate 1"), /--workload is missing/);
  assertMatch(refusal("-w ecko"), /unknown workload "ecko": expected .*echo/);
  assertMatch(refusal("-w echo --rate fast"), /--rate must be a number of at least 0, got "fast"/);
  assertMatch(
    refusal("-w echo --time-limit 1.5"),
    /--time-limit must be a whole number of at least 1, got "1.5"/,
  );
  assertMatch(refusal("-w echo --node-count 0"), /--node-count .* got "0"/);
  assertMatch(refusal("-w echo --concurrency n"), /--concurrency .* got "n"/);
  assertMatch(refusal("-w echo --latency-dist normal"), /one of constant, uniform, exponential/);
  assertMatch(refusal("-w broadcast --topology star"), /--topology must be one of line/);
  assertMatch(refusal("-w echo --availability 2"), /total, or a number from 0 to 1, got "2"/);
  assertMatch(refusal("-w echo --nodes cat,dog"), /no node can be named "cat"/);
  assertMatch(refusal("-w echo --nodes a,lin-kv"), /no node can be named "lin-kv"/);
  assertMatch(refusal("-w echo --nodes a,b -n a"), /there can not be two nodes named "a"/);
  assertMatch(refusal("-w echo --nodes a,b --node-count 1"), /-count and --nodes exclude each/);
  assertMatch(refusal("-w echo --node-count 1 -n a"), /--node-count and --node exclude each/);
  assertMatch(refusal("-w echo --nemesis-interval 3"), /no use without --nemesis/);
  assertMatch(refusal("-w echo --nodes-file /nowhere"), /--nodes-file/);
});

Deno.test("a value that is negative or empty is its option's, and refused as that", () => {
  const whole = (min: number) => `must be a whole number of at least ${min}, got`;
  for (
    const [option, value, expected] of [
      ["node-count", "-1", whole(1)],
      ["time-limit", "-5", whole(1)],
      ["latency", "-10", whole(0)],
      ["rate", "-1", "must be a number of at least 0, got"],
      ["loss", "-.1", "must be a number of at least 0, got"],
      ["availability", "-1", "must be total, or a number from 0 to 1, got"],
    ] as const
  ) {
    const message = `--${option} ${expected} "${value}"`;
    assertEquals(refusal(`-w echo --${option} ${value}`), message);
    assertEquals(refusal(`-w echo --${option}=${value}`), message);
  }
  assertEquals(refusal("-w echo --nemesis "), "--nemesis needs a value");
  assertEquals(refusal("-w echo --rate -w echo"), "--rate needs a value");
  assertEquals(parse("-w echo --seed -7").run.seed, "-7");
  assertEquals(parse("-w echo -- --rate -1").args, ["--rate", "-1"]);
});

Deno.test("faults need time between them", () => {
  const interval = (text: string) => `-w echo --nemesis partition --nemesis-interval ${text}`;
  const message = "--nemesis-interval must be a number of at least 0.001, got";
  for (const text of ["0", "-1", "1e-9"]) {
    assertEquals(refusal(interval(text)), `${message} "${text}"`);
  }
  assertEquals(typeof parse(interval("0.001")).run.faults, "function");
});

Deno.test("an option that does not apply is refused, not ignored", () => {
  assertMatch(refusal("-w echo --topology line"), /--topology does not apply to echo/);
  assertMatch(refusal("-w echo --key-count 3"), /--key-count does not apply to echo, only to/);
  assertMatch(refusal("-w echo --leave-db-running"), /Maelstrom's, but has no use/);
  assertMatch(refusal("-w echo --frobnicate"), /unknown option --frobnicate/);
  assertMatch(refusal("-w echo -- --slow", true), /"-- --slow".* need real processes/);
  assertMatch(refusal("-w echo stray"), /stray argument "stray"/);
  assertMatch(refusal("-w echo –-nemesis partition"), /a dash that is no hyphen/);
});

Deno.test("faults are combined; those that need the simulator say so", () => {
  const { run } = parse("-w echo --nemesis partition,pause --nemesis-interval 2 --loss 0.1");
  assertEquals(run.imperfections?.loss, 0.1);
  assertMatch(refusal("-w echo --nemesis fire"), /some of partition, .*got "fire"/);
  assertMatch(refusal("-w echo --nemesis skew"), /needs the simulator/);
  assertMatch(refusal("-w echo --delivery 1"), /needs the simulator/);
  assertMatch(refusal("-w echo --loss 1"), /a probability below 1, got "1"/);
  assertEquals(typeof parse("-w echo --nemesis skew", true).run.faults, "function");
  assertEquals(parse("-w echo --delivery 0", true).run.imperfections?.deliveryMs, 0);
});
