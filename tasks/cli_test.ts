import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { runDeno, withFolder } from "../lib/testing/process.ts";
import { isInProgress, PROGRESS_FILE } from "../lib/workbench/store/progress_file.ts";
import { readRecord } from "../lib/report/runs/record.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { main } from "./cli.ts";
import { fromRoot, nodeScript } from "./testing/scripts.ts";

const ECHO = `reply '"type":"echo_ok","echo":"'"$echo"'"'`;
const SANDBOX = [
  "--allow-read",
  "--allow-write=.",
  "--allow-run",
  "--allow-env=PATH,TMPDIR,MAELSTROM,TERM",
];

/** What a command prints. */
async function printed(argv: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => lines.push(text);
  try {
    await main(argv);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test("a node in another folder is tested there, under a challenge and under a workload", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "node"), nodeScript(ECHO), { mode: 0o755 });
    const short = ["--bin", "./node", "--time-limit", "1", "--engine", "workbench"];
    const glomers = (...words: string[]) =>
      runDeno(
        ["run", "--quiet", ...SANDBOX, fromRoot("tasks/cli.ts"), ...words, "--", folder],
        folder,
      );
    const challenge = await glomers("test", "1", ...short, "--out", "kept");
    assertEquals([challenge.code, challenge.err], [0, ""], challenge.out);
    assertMatch(
      challenge.out,
      /✓ pass {2}1 {2}Echo\n.*files: kept\/echo\/.*again: glomers again kept/s,
    );
    const kept = join(folder, "kept/latest");
    const { challenge: id, program, verdict } = readRecord(kept) ?? {};
    assertEquals([id, program, verdict], ["1", "node", "pass"]);
    const readings = (await Deno.readTextFile(join(kept, PROGRESS_FILE))).trim().split("\n");
    const { phase, ok } = JSON.parse(readings.at(-1) ?? "");
    assertEquals([phase, ok > 0, isInProgress(kept)], ["checking", true, false]);
    const workload = await glomers("test", "-w", "echo", ...short, "--node-count", "1");
    assertEquals([workload.code, workload.err], [0, ""], workload.out);
    assertEquals(Deno.statSync(join(folder, "results/runs/latest/plan.json")).isFile, true);
  }));

Deno.test("installed from here, the command runs in another folder", () =>
  withFolder(async (folder) => {
    const installed = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "install"],
      cwd: fromRoot("."),
      env: { DENO_INSTALL_ROOT: folder },
    }).output();
    assertEquals(installed.code, 0, new TextDecoder().decode(installed.stderr));
    const command = new Deno.Command(join(folder, "bin/glomers"), {
      args: ["sim", "3dd"],
      cwd: folder,
    });
    const { code, stderr } = await command.output();
    assertEquals(code, 254);
    assertMatch(
      new TextDecoder().decode(stderr),
      /^glomers sim: unknown challenge "3dd".*did you mean 3d\?\n$/,
    );
  }));

Deno.test("a slip of the finger is answered with the command, challenge or option that was meant", async () => {
  for (
    const [argv, why] of [
      [["tset", "1"], 'unknown command "tset"; did you mean test?'],
      [["frobnicate"], "expected one of test, sim,"],
      [["test", "3dd"], "did you mean 3d?"],
      [["test", "g_set"], "did you mean g-set?"],
      [["sim", "pn-conter"], "did you mean pn-counter?"],
      [["sim", "1", "--sede", "7"], "did you mean --seed?"],
      [["test"], "there is no glomers.json here, which deno task init writes"],
      [["test", "-w", "echo"], "--bin is missing"],
    ] as const
  ) await assertRejects(() => main(argv), UsageError, why);
});

Deno.test("help runs nothing, and that of a challenge has the challenge's own defaults", async () => {
  const all = await printed(["help"]);
  for (const command of ["test", "sim", "check", "again", "report", "init", "doctor", "schema"]) {
    assertMatch(all, new RegExp(`^  ${command} `, "m"));
    assertMatch(await printed([command, "--help"]), /^ +-h, --help +this text$/m);
  }
  assertEquals(
    await printed(["--version"]),
    `glomers ${config.version} on Deno ${Deno.version.deno}`,
  );
  assertMatch(await printed(["test", "all", "--help"]), /^deno task all /);
  const help = await printed(["test", "3d", "--help"]);
  assertMatch(help, /--node-count N .*; default 25$/m);
  assertMatch(help, /--latency MS .*; default 100$/m);
  assertMatch(await printed(["help", "test"]), /--latency MS .*; default 0$/m);
  assertMatch(
    await printed(["sim", "6b", "-h"]),
    /--nemesis a,b.* below; default none, then partition$/m,
  );
});

Deno.test("no task of the project does anything when it is asked for help", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(fromRoot("deno.json")));
  const scripts = new Set(
    Object.values<{ command: string }>(tasks).flatMap(({ command }) =>
      /tasks\/\w+\.ts/.exec(command)?.[0] ?? []
    ),
  );
  scripts.delete("tasks/cli.ts");
  scripts.delete("tasks/run_tests.ts"); // hands its options to deno test, which knows --help
  assert(scripts.size >= 4);
  await Promise.all([...scripts].map(async (script) => {
    const { code, out, err } = await runDeno(
      ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-env=TERM", `${script}`, "--help"],
      fromRoot("."),
    );
    assertEquals([code, err], [0, ""], script);
    assertMatch(out, /^deno task \S+.*--help/s);
  }));
});
