import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../lib/workbench/option.ts";
import { main } from "./simulate.ts";
import { testWithServer } from "../lib/nats/server_fixture.ts";
import { finish, type Finished, spawnDeno, withFolder } from "../lib/testing/process.ts";
import { fromRoot } from "./testing/scripts.ts";

const ECHO = ["-w", "echo", "--node-count", "1", "--time-limit", "5", "--rate", "20"];
const EXITS = "lib/simulator/sweep/testdata/exits.ts";
const ANSWERS_ANOTHER = "nodes/faulty/answers_another.ts";

/** Starts a simulation as a process. */
function simulation(argv: readonly string[]): Deno.ChildProcess {
  const args = ["run", "--quiet", "--allow-read", "--allow-write=results", "--allow-net=127.0.0.1"];
  return spawnDeno([...args, "tasks/cli.ts", "sim", ...argv], fromRoot("."));
}

/** What a simulation prints, and its exit status. */
function sim(...argv: string[]): Promise<Finished> {
  return finish(simulation(argv));
}

Deno.test("a failure names its seed and the one command that replays it, whatever its words", () =>
  withFolder(async (folder) => {
    const file = join(folder, "it's mine.ts");
    await Deno.writeTextFile(file, `export { default } from "${fromRoot(ANSWERS_ANOTHER)}";`);
    const limits = ["--limits", "okFraction.min=0"];
    const { code, out } = await sim(
      file,
      ...limits,
      ...ECHO,
      "--concurrency",
      "5",
      "--seed",
      "a 7",
    );
    assertEquals(code, 1);
    assertMatch(out, /\(seed a 7\)/);
    const [, replay = ""] = /replay: deno task sim (.*) --trace\n/.exec(out) ?? [];
    const shell = new Deno.Command("sh", {
      args: ["-c", `for word in ${replay}; do echo "$word"; done`],
    });
    const words = new TextDecoder().decode((await shell.output()).stdout).trim().split("\n");
    const made = "-w echo --node-count 1 --concurrency 5n --time-limit 5 --rate 20 --seed";
    assertEquals(words, [file, ...limits, ...made.split(" "), "a 7"]);
  }));

Deno.test("a sweep counts failure signatures, and makes the first failure small when asked", async () => {
  const options = [...ECHO, "--concurrency", "5", "--seeds", "3", "--keep-going"];
  const { code, out } = await sim(ANSWERS_ANOTHER, ...options, "--shrink");
  assertEquals(code, 1);
  assertMatch(out, /workload invalid: \d of them, seeds \d/);
  assertMatch(out, /made small: 2 operations, no faults, 1 node,/);
  assertMatch(out, /c\d+ ──▶ n0/);
});

Deno.test("a run that only exceeds a limit is not to be shrunk, and a challenge's runs have titles of their own", async () => {
  const slow = await sim("3d", "--seed", "1", "--time-limit", "3", "--latency", "300");
  assertEquals(slow.code, 1);
  assertMatch(slow.out, /replay: deno task sim 3d --time-limit 3 --latency 300 --seed 1 --trace/);
  assert(!slow.out.includes("shrink:"));
  const hasty = await sim("3d", "--seed", "1", "--time-limit", "3", "--", "600");
  assertMatch(hasty.out, /replay: deno task sim 3d --time-limit 3 --seed 1 --trace -- 600/);
  const both = await sim("6b", "--seed", "1", "--time-limit", "1", "--rate", "0");
  assertEquals(both.code, 1); // nothing was done: 6b's first run is unknown, its second invalid
  assertMatch(
    both.out,
    /replay: deno task sim nodes\/6b_read_uncommitted\.ts -w txn-rw-register .*--nemesis partition .*--seed 1/,
  );
});

Deno.test("where there is nothing to shrink, the run is reported as usual, with the reason", async () => {
  const all = await sim("1", "--time-limit", "2", "--seeds", "2", "--shrink");
  assertEquals(all.code, 0);
  assertMatch(all.out, /2 seeds in .*\n +no seed fails: there is nothing to shrink\n$/);
  const passes = await sim("1", "--time-limit", "2", "--seed", "7", "--shrink");
  assertEquals(passes.code, 0);
  assertMatch(passes.out, /✓ pass +1 +Echo +\(seed 7\)/);
  assertMatch(passes.out, /seed 7 passes: there is nothing to shrink\n$/);
  const slow = await sim("3d", "--seed", "1", "--time-limit", "3", "--latency", "300", "--shrink");
  assertEquals(slow.code, 1);
  assertMatch(slow.out, /✗ fail .*\n +Correct, but beyond its limit:/);
  const options = [...ECHO, "--time-limit", "1", "--seed", "1"];
  const breaks = await sim("lib/simulator/sweep/testdata/reads_files.ts", ...options, "--shrink");
  assertEquals(breaks.code, 255);
  assertMatch(
    breaks.out,
    /seed 1 could not be simulated to its end: there is no run to make small/,
  );
  assertMatch(slow.out, /seed 1 fails by its limits only, which a smaller run would not show\n$/);
});

Deno.test("a crash is reported in its own words, and replayed under the same patience", async () => {
  const options = [...ECHO, "--node-count", "3", "--time-limit", "2", "--patience", "30"];
  const { code, out } = await sim(EXITS, ...options, "--seeds", "3", "--keep-going");
  assertEquals(code, 255);
  assertMatch(out, /0 of 3 runs pass\n\n +3 seeds in/);
  assertMatch(out, /crash: n\d ended: exit status 3(, and the like)?: 3 of them, seeds 1, 2, 3\n/);
  assertMatch(out, /fails by: crash: n\d ended: exit status 3\n/);
  assertMatch(out, /replay: deno task sim \S+ .* --seed 1 --patience 30 --trace\n/);
});

Deno.test("errors that a node does not catch are named once, also where the run passes", async () => {
  const late = await sim("lib/simulator/sweep/testdata/throws_late.ts", ...ECHO, "--seed", "1");
  assertEquals(late.code, 0);
  assertEquals(late.out.match(/Error: too late/g)?.length, 1, late.out);
  assertMatch(
    late.out,
    /Correct, but n0 logged \d+ errors, the first: uncaught: Error:\s+too late \(at\s+\S+throws_late.ts:\d+\)/,
  );
});

Deno.test("as JSON, each run has its seed and its failure signature", async () => {
  const one = await sim("1", "--time-limit", "1", "--seed", "7", "--json");
  const { runs: [{ challenge, seed, verdict, signature }] } = JSON.parse(one.out);
  assertEquals([challenge, seed, verdict, signature], ["1", "7", "pass", []]);
  const swept = await sim(EXITS, ...ECHO, "--seeds", "2", "--first", "3", "--keep-going", "--json");
  const found: { challenge?: string; seed: string; signature: string[] }[] = JSON.parse(swept.out)
    .runs;
  assertEquals(found.map(({ challenge }) => challenge), [undefined, undefined], "it is a program");
  const crash = "crash: n0 ended: exit status 3";
  assertEquals(found.map(({ seed, signature }) => [seed, signature]), [["3", [crash]], ["4", [
    crash,
  ]]]);
  const both = await sim("6b", "--seed", "1", "--time-limit", "1", "--rate", "10", "--json");
  const { runs }: { runs: { options: string[] }[] } = JSON.parse(both.out);
  assertEquals(runs.map(({ options }) => options.includes("--nemesis")), [false, true]);
});

Deno.test("a sweep that is interrupted sums up the runs so far", () =>
  withFolder(async (folder) => {
    const file = join(folder, "tells.ts");
    const answers = fromRoot("nodes/1_echo.ts");
    await Deno.writeTextFile(
      file,
      `export { default } from "${answers}"; console.error("loaded");`,
    );
    const sweeping = simulation([file, ...ECHO, "--seeds", "1000000"]);
    const errors = sweeping.stderr.getReader();
    await errors.read(); // a worker has begun
    sweeping.kill("SIGINT");
    errors.releaseLock();
    const [out, , { code }] = await Promise.all([
      new Response(sweeping.stdout).text(),
      sweeping.stderr.cancel(),
      sweeping.status,
    ]);
    assertEquals(code, 130);
    assertMatch(out, /interrupted: \d+ of 1,000,000 seeds in/);
  }));

/** Does something with a folder for sums, as tasks write below results/ only. */
async function withSums(story: (folder: string) => Promise<void>): Promise<void> {
  const folder = `results/runs/sums-${crypto.randomUUID()}`;
  try {
    await story(folder);
  } finally {
    await Deno.remove(fromRoot(folder), { recursive: true });
  }
}

const SWEEP = [ANSWERS_ANOTHER, ...ECHO, "--concurrency", "3", "--time-limit", "1", "--seeds", "7"];

Deno.test("shards, merged, come to the sum of the whole, to the byte", () =>
  withSums(async (folder) => {
    const sumOf = (file: string) => Deno.readTextFile(fromRoot(`${folder}/${file}`));
    await sim(...SWEEP, "--keep-going", "--sum", `${folder}/whole.json`);
    const files = ["1/3", "2/3", "3/3"].map((shard, i) => [shard, `${folder}/${i}.json`] as const);
    for (const [shard, file] of files) {
      const { code } = await sim(...SWEEP, "--shard", shard, "--sum", file);
      assertEquals(code, 1);
    }
    const paths = files.map(([, path]) => path).toReversed();
    const { code, out } = await sim("merge", ...paths, "--sum", `${folder}/merged.json`);
    assertEquals(code, 1);
    assertMatch(out, /of 7 runs pass[^]*7 seeds, 1 to 7\n[^]*replay: deno task sim .* --seed 1 /);
    assertEquals(await sumOf("merged.json"), await sumOf("whole.json"));
    const missing = await sim("merge", ...paths.slice(1));
    assertEquals([missing.code, missing.err], [254, "deno task sim: shards are missing: 3/3.\n"]);
  }));

testWithServer(
  "a sweep on a server's workers prints the sum of one here",
  ({ address }) =>
    withSums(async (folder) => {
      const granted = ["--allow-read", "--allow-net=127.0.0.1"];
      const worker = spawnDeno(
        ["run", "--quiet", ...granted, "tasks/cli.ts", "worker", "--on", address, "--cores", "1"],
        fromRoot("."),
      );
      const sumOf = (file: string) => Deno.readTextFile(fromRoot(`${folder}/${file}`));
      const there = await sim(
        ...SWEEP,
        "--on",
        address,
        "--range",
        "2",
        "--sum",
        `${folder}/a.json`,
      );
      const here = await sim(...SWEEP, "--keep-going", "--sum", `${folder}/b.json`);
      assertEquals(
        there.out.replace(/ in \S+ s|sum: .*/g, ""),
        here.out.replace(/ in \S+ s|sum: .*/g, ""),
      );
      assertEquals(await sumOf("a.json"), await sumOf("b.json"));
      worker.kill("SIGINT");
      const { code, out, err } = await finish(worker);
      assertEquals(code, 130);
      assertMatch(
        out,
        /^works for .* on 1 core: Deno .*\nsimulates nodes\/faulty\/answers_another.ts, seeds 1 to 7\n$/,
      );
      assertMatch(err, /Interrupted/);
      const gone = await sim(...SWEEP, "--on", address, "--abandon");
      assertMatch(gone.out, /: not on nats:/);
    }),
);

Deno.test("a server that is not there is named in a sentence", async () => {
  const { code, err } = await sim(...SWEEP, "--on", "nats://127.0.0.1:1");
  assertEquals(code, 255);
  assertMatch(err, /^deno task sim: nats:\/\/127\.0\.0\.1:1 is not there: .*\n$/);
});

Deno.test("wrong final states are reported, though Maelstrom's checks pass", async () => {
  const options = "-w txn-rw-register --node-count 2 --consistency-models read-committed";
  const { out } = await sim(
    "nodes/faulty/never_replicates.ts",
    ...`${options} --time-limit 5 --rate 50 --seeds 2`.split(" "),
  );
  assertMatch(out, /beyond Maelstrom's checks, what nodes hold is wrong: 2 of them, seeds 1, 2/);
});

Deno.test("what cannot be loaded as a program is no crash of one", () =>
  withFolder(async (folder) => {
    const broken = join(folder, "broken.ts");
    await Deno.writeTextFile(broken, "export default (");
    const others = ["lib/message.ts", "lib/simulator/testdata/imports_timers.ts"];
    for (const file of [broken, folder, ...others.map(fromRoot)]) {
      for (const seeds of [["--seed", "1"], ["--seeds", "3"]]) {
        const refused = () => main([file, ...ECHO, ...seeds]);
        await assertRejects(refused, UsageError, `cannot load ${file}: `);
      }
    }
    const { code, out, err } = await sim(broken, ...ECHO, "--seed", "1");
    assertEquals([code, out], [254, ""]);
    assert(err.startsWith(`deno task sim: cannot load ${broken}: `), err);
  }));

Deno.test("help names each option once, and every exit status", async () => {
  const { code, out } = await sim("--help");
  assertEquals(code, 0);
  assertEquals(out.match(/^ +--seed /gm)?.length, 1);
  const [, statuses = ""] = /^Exit status: (.*)/ms.exec(out) ?? [];
  assertEquals(statuses.match(/\d+/g), ["0", "1", "2", "255", "130", "254"]);
});

Deno.test("a file that may not be written is named before anything runs", async () => {
  for (const option of ["--sum", "--report"]) {
    const { code, out, err } = await sim("1", "--seeds", "2", option, "/tmp/a");
    assertEquals([code, out], [254, ""]);
    const why = `${option} /tmp/a: no permission to write there; tasks write below results/ only`;
    assertEquals(err, `deno task sim: ${why}.\n`);
  }
});

Deno.test("options that mean nothing in a simulation, or not together, are refused", async () => {
  for (
    const [argv, why] of [
      [["1", "--bin", "nope.ts"], "--bin: there is no file nope.ts"],
      [["1", "--log-stderr"], "--log-stderr: it needs real processes"],
      [["1", "--seed", "1", "--seeds", "2"], "exclude each other"],
      [["1", "--seed", "1", "--first", "2"], "--first has no use without --seeds"],
      [["1", "--keep-going"], "--keep-going has no use without --seeds"],
      [["1", "--json", "--shrink"], "--shrink needs the reporter pretty"],
      [["1", "--json", "--trace"], "--trace needs the reporter pretty"],
      [["1", "--json", "--seeds", "2", "--trace-node", "n0"], "--trace needs the reporter pretty"],
      [["1", "--stop-at-first-failure"], "--stop-at-first-failure has no use without --seeds"],
      [["1", "--on", "nats://host"], "--on has no use without --seeds"],
      [["1", "--seeds", "2", "--range", "2"], "--range has no use without --on"],
      [["1", "--seeds", "2", "--creds", "file"], "--creds has no use without --on"],
      [["1", "--seeds", "2", "--on", "nats://ann:secret@host"], "user and password go to a file"],
      [
        ["1", "--seeds", "2", "--on", "nats://host", "--json"],
        "--sum FILE writes what they come to",
      ],
      [["1", "--seeds", "2", "--shard", "3/2"], "--shard must be a part of a whole, such as 3/16"],
      [
        ["1", "--seeds", "2", "--shard", "1/2", "--stop-at-first-failure"],
        "leaves shards that cannot be merged",
      ],
      [["1", "--seeds", "0"], "--seeds must be a whole number of at least 1"],
      [
        ["1", "--seeds", "5000000000"],
        "--seeds must be a whole number of at least 1 and at most 1,000,000",
      ],
      [
        ["3c", "--trace-node", "n1", "--trace-node", "n9"],
        "--trace-node: there is no n9: nodes are",
      ],
      [["3c", "--nodes", "a,b", "--trace-node", "a,n0"], "there is no n0: nodes are a, b, clients"],
      [["9z"], "unknown challenge"],
      [["./nope.ts", "-w", "echo"], "there is no file ./nope.ts"],
      [[ANSWERS_ANOTHER], "-w is missing"],
      [["1", "--bin", "tasks/templates/main.py"], "main.py is neither TypeScript nor JavaScript"],
    ] as const
  ) await assertRejects(() => main(argv), UsageError, why);
});
