import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { join } from "node:path";
import { UsageError } from "../lib/workbench/option.ts";
import { planOf } from "../lib/workbench/plan.ts";
import { finish, type Finished, runDeno, spawnDeno, withFolder } from "../lib/testing/process.ts";
import { fromRoot, nodeScript } from "./testing/scripts.ts";
import { main } from "./workbench.ts";

/** A run of the task as a process, in a folder of its own. */
interface Ran extends Finished {
  readonly folder: string;
}

const BRIEF = ["--node-count", "2", "--time-limit", "1", "--rate", "20", "--seed", "1"];

/** Starts `workbench test` with a node that answers as the shell function `answer` says. */
function start(folder: string, answer: string, argv: readonly string[]): Deno.ChildProcess {
  Deno.writeTextFileSync(join(folder, "node"), nodeScript(answer), { mode: 0o755 });
  return spawnDeno([
    ...["run", "--quiet", "--config", fromRoot("deno.json")],
    ...[
      "--allow-read",
      "--allow-write=results",
      "--allow-run",
      "--allow-env=PATH,TMPDIR,MAELSTROM",
    ],
    ...[fromRoot("tasks/cli.ts"), "workbench", "test", "--bin", "./node", ...argv, "--", folder],
  ], folder);
}

Deno.test("the package's entry point runs by itself, and says what it takes", async () => {
  const entry = ["run", "--quiet", "--allow-read", "--allow-env=TERM", "tasks/workbench_entry.ts"];
  const help = await finish(spawnDeno([...entry, "--help"], fromRoot(".")));
  assertMatch(help.out, /workbench test -w WORKLOAD --bin FILE/);
  const { code, err } = await finish(spawnDeno([...entry, "tets"], fromRoot(".")));
  assertEquals([code, err], [
    254,
    'workbench: expected the command "test", got "tets"; --help tells more.\n',
  ]);
});

function withRun(
  answer: string,
  argv: readonly string[],
  story: (ran: Ran) => void | Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    await story({ ...await finish(start(folder, answer, argv)), folder });
    assertNoNodeLives(folder);
  });
}

/** Every node has noted its process. */
function assertNoNodeLives(folder: string): void {
  const pids = Deno.readTextFileSync(join(folder, "pids")).trim().split("\n").map(Number);
  assert(pids.length >= 1);
  for (const pid of pids) assertEquals(isAlive(pid), false, `process ${pid} is still there`);
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The page that is written from a run's files is the one that its end wrote. */
async function assertToldAgain(folder: string): Promise<void> {
  const page = latest(folder, "report.html");
  const permissions = ["--allow-read", "--allow-write", "--allow-env=PATH,TERM"];
  const config = ["--config", fromRoot("deno.json")];
  const { code, err } = await runDeno(
    ["run", "--quiet", ...config, ...permissions, fromRoot("tasks/cli.ts"), "report"],
    folder,
  );
  assertEquals([code, err], [0, ""]);
  assert(latest(folder, "report.html") === page, "the pages differ");
}

const latest = (folder: string, file: string) =>
  Deno.readTextFileSync(join(folder, "results/runs/latest", file));

Deno.test("a valid run ends with status 0, Maelstrom's last words and its files", async () => {
  const echo = `reply '"type":"echo_ok","echo":"'"$echo"'"'; echo "in $GLOMERS_RUN_DIR" >&2`;
  await withRun(echo, ["-w", "echo", ...BRIEF], ({ code, out, folder }) => {
    assertEquals(code, 0, out);
    assertEquals(out.trim().split("\n").at(-1), "Everything looks good!");
    assertMatch(out, /seed: 1\b/);
    assertMatch(latest(folder, "results.edn"), /:valid\? true}\n$/);
    assertMatch(
      latest(folder, "history.edn"),
      /^{:index 0, :time \d+, :type :invoke, :process \d, /,
    );
    assertMatch(latest(folder, "node-logs/n1.log"), /^up\n/);
    const dir = Deno.realPathSync(join(folder, "results/runs/latest"));
    assert(latest(folder, "node-logs/n1.log").includes(`\nin ${dir}\n`));
  });
});

Deno.test("a run's folder holds the whole plan, in JSON and in Maelstrom's shape", async () => {
  const echo = `reply '"type":"echo_ok","echo":"'"$echo"'"'`;
  const faults = ["--nemesis", "kill", "--nemesis-interval", "0.7", "--loss", "0.1"];
  await withRun(echo, ["-w", "echo", ...BRIEF, ...faults], ({ folder }) => {
    const plan = planOf({
      workload: "echo",
      program: "./node",
      args: [folder],
      nodeCount: 2,
      timeLimitS: 1,
      rate: 20,
      faults: ["kill"],
      faultIntervalS: 0.7,
      loss: 0.1,
      seed: "1",
    });
    assertEquals(JSON.parse(latest(folder, "plan.json")), plan);
    const test = latest(folder, "test.edn");
    for (const part of [":nemesis [:kill]", ":nemesis-interval 0.7", ":loss 0.1", ':seed "1"']) {
      assert(test.includes(part), `${part} is missing in ${test}`);
    }
  });
});

Deno.test("an invalid run ends with status 1", async () => {
  const wrong = `reply '"type":"echo_ok","echo":"something else"'`;
  await withRun(wrong, ["-w", "echo", ...BRIEF], ({ code, out, folder }) => {
    assertEquals(code, 1, out);
    assertEquals(out.trim().split("\n").at(-1), "Analysis invalid!");
    assertMatch(latest(folder, "results.edn"), /:valid\? false}\n$/);
  });
});

Deno.test("a run whose checker cannot tell ends with status 2", async () => {
  const mixed = `reply '"type":"generate_ok","id":'"$([ $msg_id = 1 ] && echo 1 || echo '"a"')"`;
  await withRun(mixed, ["-w", "unique-ids", ...BRIEF], ({ code, out, folder }) => {
    assertEquals(code, 2, out);
    assertMatch(out.trim().split("\n").at(-1) ?? "", /no anomalies found/);
    assertMatch(latest(folder, "results.edn"), /:valid\? :unknown}\n$/);
  });
});

Deno.test("a node that ends by itself ends the run at once with status 255 and its last words", async () => {
  const dies = "echo disk on fire >&2; exit 3";
  const argv = ["-w", "echo", ...BRIEF, "--time-limit", "60"];
  await withRun(dies, argv, async ({ code, out, err, folder }) => {
    assertEquals(code, 255, out);
    assertMatch(err, /ended: exit status 3/);
    assertMatch(err, /disk on fire/);
    assert(!latest(folder, "history.edn").includes(":ok"));
    let left: string | undefined;
    try {
      left = latest(folder, "results.edn");
    } catch {
      // as it should be
    }
    assertEquals(left, undefined);
    await assertToldAgain(folder);
  });
});

Deno.test("what a node wrote reaches the terminal escaped", async () => {
  const garbles = String.raw`printf '\033]0;T\007\033[2J\rgone\n' | tee /dev/stderr; exit 3`;
  const argv = ["-w", "echo", ...BRIEF, "--log-stderr"];
  await withRun(garbles, argv, ({ code, out, err }) => {
    assertEquals(code, 255, out);
    const raw = /(?!\n)\p{Cc}/u;
    for (const text of [out, err]) {
      assertMatch(text, /\\x1b\]0;T\\x07\\x1b\[2J/);
      assert(!raw.test(text), text);
    }
  });
});

Deno.test("a message that nests too deeply mutes its node, and the run goes on to its end", async () => {
  const deep = "$(printf '[%.0s' $(seq 2000))$(printf ']%.0s' $(seq 2000))";
  const answer = `reply "\\"type\\":\\"echo_ok\\",\\"echo\\":${deep}"`;
  await withRun(answer, ["-w", "echo", ...BRIEF], async ({ code, out, err, folder }) => {
    assertEquals(code, 1, out);
    assertMatch(err, /it nests more than 1000 levels deep/);
    assertMatch(latest(folder, "results.edn"), /:valid\? false/);
    await assertToldAgain(folder);
  });
});

Deno.test("files that cannot be written crash the run, in a sentence, and nobody is left behind", async () => {
  const inTheWay = `rm -rf "$1/results/runs"; : >"$1/results/runs"`;
  const answer = `${inTheWay}; reply '"type":"echo_ok","echo":"'"$echo"'"'`;
  await withRun(answer, ["-w", "echo", ...BRIEF], ({ code, out, err }) => {
    assertEquals(code, 255, out);
    assertMatch(out.replaceAll(/\s+/g, " "), /results\.edn cannot be written: Not a directory\./);
    assertMatch(out, /The run crashed\.\n$/);
    assertEquals(err, "");
  });
});

Deno.test("of a run that is killed, the history so far is left", async () => {
  await withFolder(async (folder) => {
    const answer = `echo asked >&2; reply '"type":"echo_ok","echo":"'"$echo"'"'`;
    const child = start(folder, answer, ["-w", "echo", ...BRIEF, "--time-limit", "60"]);
    const current = join(folder, "results/runs/current/history.edn");
    const history = () => {
      try {
        return Deno.readTextFileSync(current);
      } catch {
        return "";
      }
    };
    for (let tries = 0; !history().includes(":type :ok") && tries < 600; tries++) await delay(50);
    child.kill("SIGKILL");
    await Promise.all([child.status, child.stdout.cancel(), child.stderr.cancel()]);
    assertMatch(history(), /^({:index .*}\n)+$/);
  });
});

Deno.test("Ctrl-C ends the run and its nodes with status 130; the history is kept", async () => {
  await withFolder(async (folder) => {
    const argv = ["-w", "echo", ...BRIEF, "--time-limit", "60", "--log-stderr"];
    const answer = `echo asked >&2; reply '"type":"echo_ok","echo":"'"$echo"'"'`;
    const child = start(folder, answer, argv);
    const [watched, kept] = child.stderr.tee();
    let seen = "";
    for await (const text of watched.pipeThrough(new TextDecoderStream())) {
      seen += text;
      if (seen.includes("asked")) break;
    }
    child.kill("SIGINT");
    const [{ code }, err] = await Promise.all([child.status, new Response(kept).text()]);
    await child.stdout.cancel();
    assertEquals(code, 130, err);
    assertMatch(err, /Interrupted/);
    assertMatch(latest(folder, "history.edn"), /:type :invoke/);
    assertNoNodeLives(folder);
  });
});

Deno.test("wrong arguments end with status 254 and say what is wrong", async () => {
  await withFolder(async (folder) => {
    const { code, err } = await finish(start(folder, "", ["-w", "eco"]));
    assertEquals(code, 254);
    assertMatch(
      err,
      /^glomers workbench: --workload must be one of broadcast, echo.*, got "eco"/,
    );
  });
  for (
    const [argv, why] of [
      [["tset"], 'expected the command "test"'],
      [["demo"], "deno task all"],
      [["analyze", "-t", "1"], "deno task check"],
      [["serve", "--port", "8080"], "deno task serve"],
      [["test", "-w", "echo"], "--bin is missing"],
      [["test", "-w", "echo", "--bin", "/nowhere/node"], "there is no file"],
      [["test", "-w", "echo", "--bin", "/tmp"], "is no file"],
      [["test", "-w", "echo", "--bin", fromRoot("README.md")], "is not executable"],
    ] as const
  ) await assertRejects(() => main(argv), UsageError, why);
});

Deno.test("a failure of the workbench itself is a crash, and no verdict", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "results"), "a file where a folder belongs");
    const { code, err } = await finish(start(folder, "", ["-w", "echo", ...BRIEF]));
    assertEquals(code, 255);
    assertMatch(err, /results/);
  });
});
