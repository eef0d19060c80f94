import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { join } from "node:path";
import { REPORT_SCHEMA } from "../lib/report/report.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { main } from "./run.ts";
import { type Finished, runDeno, spawnDeno, withFolder } from "../lib/testing/process.ts";
import { fromRoot, nodeScript } from "./testing/scripts.ts";

const ECHO = `reply '"type":"echo_ok","echo":"'"$echo"'"'`;
const WRONG = `reply '"type":"echo_ok","echo":"something else"'`;
const DIES = "exit 3";

/** Runs challenge 1 as a process, in a folder whose node for it answers so. */
async function challenge1(answer: string, ...argv: string[]): Promise<Finished> {
  let ran: Finished = { code: -1, out: "", err: "" };
  await withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "nodes"));
    await Deno.writeTextFile(join(folder, "nodes/1_echo.ts"), nodeScript(answer), { mode: 0o755 });
    ran = await runDeno([
      ...["run", "--quiet", "--config", fromRoot("deno.json")],
      ...[
        "--allow-read",
        "--allow-write=results",
        "--allow-run",
        "--allow-env=PATH,TMPDIR,MAELSTROM",
      ],
      ...[fromRoot("tasks/cli.ts"), "test", "1", "--time-limit", "1", ...argv, "--", folder],
    ], folder);
  });
  return ran;
}

const follows = new Ajv2020().compile(REPORT_SCHEMA);

/** Checks that a document is as the schema says. */
function assertFollows(document: unknown): void {
  assert(follows(document), JSON.stringify(follows.errors));
}

const WORKBENCH = ["--engine", "workbench"];

Deno.test("a challenge that is met ends with status 0; engine, run and files are named", async () => {
  const { code, out } = await challenge1(ECHO, ...WORKBENCH);
  assertEquals(code, 0, out);
  assertMatch(out, /^Engine: the embedded workbench/);
  assertMatch(out, /1 {2}Echo: -w echo --node-count 1 --time-limit 1 -- /);
  assertMatch(out, /✓ pass {2}1 {2}Echo/);
  const [, seed = ""] = /\n +files: results\/runs\/echo\/.*\n +seed: (\d+)\n/.exec(out) ?? [];
  assert(seed !== "", out);
  assertMatch(out, /\n +again: glomers again results\/runs\/echo\//);
});

Deno.test("one that is not ends with status 1; one whose node ends by itself with 255", async () => {
  assertEquals((await challenge1(WRONG, ...WORKBENCH)).code, 1);
  const { code, out, err } = await challenge1(DIES, ...WORKBENCH);
  assertEquals(code, 255, out);
  assertMatch(err, /n0 ended: exit status 3/);
});

Deno.test("in another folder than the project's, a challenge asks for a node", () =>
  withFolder(async (folder) => {
    const argv = ["run", "--quiet", "-A", "--config", fromRoot("deno.json")];
    const challenge1 = [...argv, fromRoot("tasks/cli.ts"), "test", "1"];
    const help = await runDeno([...challenge1, "--help"], folder);
    assertMatch(help.out, /^ +--bin FILE +the node's executable$/m);
    const { code, err } = await runDeno([...challenge1, ...WORKBENCH], folder);
    assertEquals(code, 254);
    assertMatch(
      err,
      /^glomers test 1: --bin is missing: the node that is to pass 1\.\n$/,
    );
  }));

Deno.test("as JSON, runs are one document, and nothing else is printed", async () => {
  const { code, out } = await challenge1(WRONG, "--engine=workbench", "--reporter", "json");
  assertFollows(JSON.parse(out));
  const { version, verdict, runs: [run] } = JSON.parse(out);
  assertEquals([code, version, verdict], [1, 1, "fail"]);
  const { challenge, engine, options, seed, folder } = run;
  assertEquals([run.verdict, challenge, engine], ["fail", "1", "workbench"]);
  assertMatch(`${options}`, /^-w,echo,--node-count,1,--time-limit,1,--,/);
  assertMatch(`${seed} ${folder}`, /^\d+ results\/runs\/echo\//);
});

Deno.test("--quiet prints only the result; several runs have a median, and the worst one counts", async () => {
  const quiet = await challenge1(ECHO, ...WORKBENCH, "--quiet");
  assertEquals([quiet.code, quiet.err], [0, ""]);
  assert(!/Engine|files/.test(quiet.out), quiet.out);
  assertMatch(quiet.out, /✓ {2}1 {2}Echo/);
  const failing = await challenge1(WRONG, ...WORKBENCH, "--quiet");
  assertMatch(failing.out, /✗ fail[^]*echo checker rejects/, "a failure is told with its reason");
  const several = await challenge1(ECHO, ...WORKBENCH, "--runs", "2");
  assertEquals(several.code, 0);
  assertEquals(several.out.match(/✓ pass {2}1 {2}Echo/g)?.length, 2);
  assertMatch(several.out, /2 runs/);
});

Deno.test("wrong arguments are one document, too", async () => {
  const { code, out, err } = await challenge1(ECHO, "--json", "--rate", "fast");
  assertFollows(JSON.parse(out));
  const { verdict, error, runs } = JSON.parse(out);
  assertEquals([code, verdict, runs], [254, "usage", []]);
  assertMatch(error, /^--rate must be a number/);
  assertMatch(err, /--rate must be a number/);
});

Deno.test("a program that cannot be loaded is one document, without colours", () =>
  withFolder(async (folder) => {
    const file = join(folder, "broken.ts");
    await Deno.writeTextFile(file, `import "nothing-there";`);
    const command = ["run", "--quiet", "-A", "tasks/cli.ts", "test", "1", "--bin", file];
    const { code, out } = await runDeno(
      [...command, "--engine", "simulator", "--json"],
      fromRoot("."),
    );
    const { verdict, error } = JSON.parse(out);
    assertEquals([code, verdict], [254, "usage"]);
    const why = `cannot load ${file}: Import "nothing-there" not a dependency`;
    assert(error.startsWith(why) && error.endsWith(`at ${file}:1:8`), error);
  }));

Deno.test("a file that a reporter may not write is named before anything runs", async () => {
  const { code, out, err } = await challenge1(ECHO, "--reporter", "pretty,json=/nowhere/out.json");
  assertEquals([code, out], [254, ""]);
  const why = "--reporter json, file /nowhere/out.json: no permission to write there";
  assertEquals(err, `glomers test 1: ${why}.\n`);
});

Deno.test("several reporters write at once: to a person, to files, and on GitHub by themselves", () =>
  withFolder(async (folder) => {
    const [summary, junit, json] = ["step.md", "junit.xml", "out.json"].map((file) =>
      join(folder, file)
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "-A", "tasks/cli.ts", "test", "3d", "--engine", "simulator"],
        ...["--time-limit", "2", "--rate", "20", "--latency", "400", "--seed", "7"],
        ...["--reporter", `pretty,junit=${junit}`, "--reporter", `json=${json}`],
      ],
      cwd: fromRoot("."),
      env: { NO_COLOR: "1", GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary ?? "" },
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(code, 1, out);
    assertMatch(out ?? "", /✗ fail {2}3d/);
    assertMatch(
      err ?? "",
      /^::error title=3d {2}Efficient broadcast%2C part 1::Correct, but beyond .*%0Aagain: deno task sim /,
    );
    assertMatch(
      Deno.readTextFileSync(summary ?? ""),
      /\| ❌ \| 3d {2}Efficient broadcast, part 1 \| 7 \|/,
    );
    assertMatch(
      Deno.readTextFileSync(junit ?? ""),
      /<testcase name="3d[^"]*\(seed 7\)"[^]*<failure type="fail" message="Correct, but/,
    );
    const report = JSON.parse(Deno.readTextFileSync(json ?? ""));
    assertFollows(report);
    const limits = "serverMessagesPerOp.below=30,stableMedianMs.below=400,stableMaxMs.below=600";
    assertStringIncludes(report.runs[0].again, `_1.ts --limits ${limits} -w broadcast`);
  }));

Deno.test("all challenges, when interrupted, have a scoreboard and a report of those that ended", () =>
  withFolder(async (folder) => {
    const json = join(folder, "out.json");
    const argv = ["run", "--quiet", "--allow-read", `--allow-write=${folder}`, "--allow-env=TERM"];
    const options = ["--engine", "simulator", "--reporter", `pretty,json=${json}`];
    const running = spawnDeno([...argv, "tasks/cli.ts", "test", "all", ...options], fromRoot("."));
    let [out, interrupted] = ["", false];
    for await (const text of running.stdout.pipeThrough(new TextDecoderStream())) {
      out += text;
      if (interrupted || !/✓ pass {2}1 {2}/.test(out)) continue;
      interrupted = true;
      running.kill("SIGINT"); // others are under way
    }
    await running.stderr.cancel();
    assertEquals((await running.status).code, 130);
    assertMatch(out, /\n +operations +ok .*\n +✓ {2}1 .*\n/);
    assert(!/pass {2}lin-kv/.test(out), "it ended early");
    const report = JSON.parse(Deno.readTextFileSync(json));
    assertFollows(report);
    assertEquals([report.verdict, report.runs[0].challenge], ["interrupted", "1"]);
  }));

Deno.test("an option that is wrong ends with status 254, or is named at once", async () => {
  const { code, err } = await challenge1(ECHO, ...WORKBENCH, "--rate", "fast");
  assertEquals(code, 254);
  assertMatch(err, /^glomers test 1: --rate must be a number of at least 0, got "fast"/);
  for (
    const [argv, why] of [
      [["1", "--engine", "jepsen"], "--engine must be one of maelstrom, workbench, simulator"],
      [["1", "--reporter", "xml"], "--reporter must be some of pretty, json, junit, github"],
      [["1", "--reporter", "pretty=x"], "--reporter must be some of"],
      [["1", "--reporter", "json,junit"], "json and junit both go to standard output"],
      [["1", "--runs", "0"], "--runs must be a whole number of at least 1"],
      [["1", "--runs"], "--runs needs a value"],
      [["1", "--test-count", "2"], "--test-count: here it is --runs N"],
      [["9z"], "9z"],
      [["brodcast"], "did you mean -w broadcast?"],
      [["1", "--engine", "simulater"], 'got "simulater"; did you mean simulator?'],
      [["3c", "--nemesis", "partition,kil"], 'got "partition,kil"; did you mean kill?'],
    ] as const
  ) await assertRejects(() => main(argv), UsageError, why);
});
