import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { join } from "node:path";
import { finish, spawnDeno, withFolder } from "../../lib/testing/process.ts";
import { UsageError } from "../../lib/workbench/option.ts";
import { planOf } from "../../lib/workbench/plan.ts";
import { fromRoot, nodeScript } from "../testing/scripts.ts";
import { configSchema, readConfig } from "./config.ts";

/** Reads a file with this in it. */
function read(config: unknown) {
  const folder = Deno.makeTempDirSync();
  try {
    const file = join(folder, "glomers.json");
    Deno.writeTextFileSync(file, JSON.stringify(config));
    return readConfig(file);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const ASSIGNMENT = {
  bin: "./node",
  build: "make",
  engine: "workbench",
  out: "kept",
  seeds: [1, "two"],
  tests: [
    "3a",
    {
      challenge: "3d",
      title: "Fast",
      latencyMs: 50,
      seeds: [7],
      limits: { stableMaxMs: { max: 9 } },
    },
    { workload: "broadcast", nodeCount: 3, faults: ["partition"], concurrency: "2n", runs: 2 },
  ],
};

Deno.test("a file names a node, and tests that are challenges or plans with limits and seeds", () => {
  const { bin = "", out = "", folder = "", build, engine, assigned = [] } = read(ASSIGNMENT) ?? {};
  assertEquals([bin, out], [join(folder, "node"), join(folder, "kept")]);
  assertEquals([build, engine], ["make", "workbench"]);
  const [first, second, third] = assigned;
  assertEquals([first?.challenge.id, first?.seeds], ["3a", [1, "two"]]);
  assertEquals([second?.challenge.id, second?.challenge.title, second?.seeds], ["3d", "Fast", [7]]);
  assertEquals(second?.challenge.limits, [
    { name: "stable, maximum", metric: "stableMaxMs", max: 9 },
  ]);
  const plans = assigned.map(({ challenge }) => challenge.runs.map((run) => planOf(run)));
  assertEquals(plans[1]?.map(({ latencyMs, rate, nodes }) => [latencyMs, rate, nodes.length]), [
    [50, 100, 25],
  ]);
  assertEquals(plans[2]?.map(({ workload, concurrency }) => [workload, concurrency]), [
    ["broadcast", 6],
  ]);
  assertEquals(third?.runs, 2);
});

const WRONG: readonly [config: unknown, why: string][] = [
  [[], "expected an object, got []"],
  [{ test: ["1"] }, "there is no field test; did you mean tests?"],
  [{ tests: "1" }, "tests must be a list of challenges' ids and of objects"],
  [{ tests: ["9z"] }, "tests[0].challenge must be one of 1, 2, 3a,"],
  [{ tests: ["1", { workload: "ecko" }] }, "tests[1].workload must be one of broadcast, echo"],
  [
    { tests: [{ workload: "echo", rate: "fast" }] },
    'tests[0].rate must be a number of at least 0, got "fast"',
  ],
  [
    { tests: [{ workload: "echo", nodes: 3 }] },
    "tests[0].nodes must be names with commas between them, got 3",
  ],
  [
    { tests: [{ workload: "echo", timelimitS: 3 }] },
    "there is no field tests[0].timelimitS; did you mean timeLimitS?",
  ],
  [
    { tests: [{ challenge: "1", limits: { speed: { below: 1 } } }] },
    "tests[0].limits must be an object of metrics",
  ],
  [{ runs: 0 }, "runs must be a whole number of at least 1, got 0"],
  [{ bin: 7 }, "bin must be a text, got 7"],
];

Deno.test("what is wrong in a file is named, with its value and what was expected", () => {
  for (const [config, why] of WRONG) assertThrows(() => read(config), UsageError, why);
  assertThrows(
    () => read({ tests: [{ rate: 1 }] }),
    UsageError,
    "has neither a challenge nor a workload",
  );
  const both = { challenge: "1", workload: "echo" };
  assertThrows(() => read({ tests: [both] }), UsageError, "exclude each other");
  assertThrows(() => readConfig("/no/such/file"), UsageError, "/no/such/file: ");
});

Deno.test("the schema accepts what is read, and refuses what is not", () => {
  const ajv = new Ajv2020({ strictRequired: false, allowUnionTypes: true });
  const validate = ajv.compile(configSchema());
  assert(validate(ASSIGNMENT), ajv.errorsText(validate.errors));
  for (const [config, why] of WRONG) assert(!validate(config), why);
});

Deno.test("a test from a file is built, run, and judged under the file's limits", () =>
  withFolder(async (folder) => {
    const answer = `reply '"type":"echo_ok","echo":"'"$echo"'"'`;
    await Deno.writeTextFile(join(folder, "node.sh"), nodeScript(answer));
    const limits = { operations: { max: 1 } };
    await Deno.writeTextFile(
      join(folder, "glomers.json"),
      JSON.stringify({
        bin: "node",
        build: "echo building; install -m 755 node.sh node",
        engine: "workbench",
        out: "kept",
        seeds: [3],
        tests: [
          { workload: "echo", nodeCount: 1, timeLimitS: 1, rate: 20, args: [folder], limits },
        ],
      }),
    );
    const glomers = (...words: string[]) =>
      finish(
        spawnDeno(["run", "--quiet", "-A", fromRoot("tasks/cli.ts"), "test", ...words], folder),
      );
    const { code, out, err } = await glomers();
    assertEquals([code, err], [1, "building\n"], out);
    assertMatch(out, /Correct, but beyond its limit: operations\.[^]*seed: 3\n/);
    const again = await finish(
      spawnDeno(["run", "--quiet", "-A", fromRoot("tasks/cli.ts"), "again"], folder),
    );
    assertEquals(again.code, 1, again.out);
    assertMatch(again.out, /Correct, but beyond its limit: operations\.[^]*files: kept\/echo\//);
    const missing = await glomers("--config", "other.json");
    assertEquals(missing.code, 254);
    assertMatch(missing.err, /^glomers test: other\.json: .*\n$/);
  }));
