import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { planOf } from "../../lib/workbench/plan.ts";
import { readPlan } from "../../lib/workbench/store/plan_file.ts";
import { findMaelstrom, runMaelstrom } from "./maelstrom.ts";

/** A folder with a launcher that behaves as the script says. */
async function withLauncher(
  script: string,
  story: (launcher: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const launcher = join(folder, "maelstrom");
  await Deno.writeTextFile(launcher, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  try {
    await story(launcher, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const HISTORY = "{:index 0, :time 1, :type :invoke, :process 0, :f :echo, :value 1}";
const STORE = "store/echo/20250101T000000.000Z";
/** What Maelstrom leaves of a run. */
const LEAVE = `mkdir -p ${STORE} && ln -sfn echo/20250101T000000.000Z store/latest
echo '${HISTORY}' > ${STORE}/history.edn`;

const plan = planOf({ workload: "echo", program: "/bin/cat", nodeCount: 2, timeLimitS: 1 });
const reporting = { quiet: true, signal: new AbortController().signal };

/** A look-up of environment variables. */
const environment = (values: Record<string, string>) => (name: string) => values[name];

Deno.test("Maelstrom is started in its own folder, with its own options and the node's full path", async () => {
  await withLauncher(
    `echo "$PWD" "$@" > said; mkdir "$GLOMERS_RUN_DIR/journal"
    echo kept > "$GLOMERS_RUN_DIR/journal/n0.journal"; ${LEAVE}; echo '{:valid? true}' > ${STORE}/results.edn`,
    async (launcher, folder) => {
      const out = join(folder, "runs");
      const { dir = "", summary } = await runMaelstrom(launcher, plan, { out, ...reporting });
      const said = await Deno.readTextFile(join(folder, "runs/maelstrom/said"));
      assertEquals(
        said.trim(),
        `${folder}/runs/maelstrom test --bin /bin/cat -w echo --node-count 2 --time-limit 1`,
      );
      assertEquals(summary.ending, "pass");
      assertEquals(await Deno.readTextFile(join(dir, "journal/n0.journal")), "kept\n");
      assertMatch(dir, /runs\/maelstrom\/store\/echo\/20250101T000000.000Z$/);
      const { options, engine } = readPlan(dir);
      assertEquals([planOf(options), engine], [plan, "workbench"]);
      assertEquals("seed" in options, false, "Maelstrom draws without one");
    },
  );
});

Deno.test("a crash is reported with Maelstrom's status and the node's own last words", async () => {
  const said = [
    "INFO [2025-01-01 00:00:00,000] jepsen test runner - jepsen.core Tearing down DB",
    "java.lang.RuntimeException: Node n0 crashed with exit status 3. Before crashing, it wrote to STDERR:",
    "disk on fire",
  ];
  const script = `${LEAVE}; cat <<'END'\n${said.join("\n")}\nEND\nexit 255`;
  await withLauncher(script, async (launcher, folder) => {
    const out = join(folder, "runs");
    const { summary } = await runMaelstrom(launcher, plan, { out, ...reporting });
    const { ending, explanation } = summary;
    assertEquals(ending, "crash");
    assertMatch(explanation[0] ?? "", /status 255/);
    assertMatch(explanation.join("\n"), /Node n0 crashed with exit status 3/);
    assertMatch(explanation.join("\n"), /disk on fire/);
  });
});

Deno.test("results of an earlier run are not taken for those of a run that left none", async () => {
  await withLauncher("echo 'Could not start'; exit 254", async (launcher, folder) => {
    const home = join(folder, "runs/maelstrom");
    await Deno.mkdir(join(home, STORE), { recursive: true });
    await Deno.writeTextFile(join(home, STORE, "history.edn"), HISTORY);
    await Deno.writeTextFile(join(home, STORE, "results.edn"), "{:valid? true}");
    const link = ["-s", "echo/20250101T000000.000Z", join(home, "store/latest")];
    await new Deno.Command("ln", { args: link }).output();
    const out = join(folder, "runs");
    const { summary } = await runMaelstrom(launcher, plan, { out, ...reporting });
    assertEquals(summary.ending, "crash");
    assertMatch(summary.explanation.join("\n"), /Could not start/);
  });
});

Deno.test("an interruption ends Maelstrom and whatever it started", async () => {
  await withLauncher("sleep 1000 & echo up; wait", async (launcher, folder) => {
    const controller = new AbortController();
    const { signal } = controller;
    const quietly = { quiet: true, signal };
    const running = runMaelstrom(launcher, plan, { ...quietly, out: join(folder, "runs") });
    const reason = new Error("interrupted");
    controller.abort(reason);
    assertEquals(await assertRejects(() => running), reason);
  });
});

Deno.test("MAELSTROM names the launcher or its folder; a wrong name is said, and so is a missing Java", async () => {
  await withLauncher("true", async (launcher, folder) => {
    await Deno.mkdir(join(folder, "bin"));
    await Deno.writeTextFile(join(folder, "bin/java"), "#!/bin/sh\n", { mode: 0o755 });
    const PATH = join(folder, "bin");
    for (const MAELSTROM of [launcher, folder]) {
      assertEquals(await findMaelstrom(environment({ MAELSTROM, PATH })), { launcher });
    }
    const onPath = environment({ PATH: `${PATH}:${folder}` });
    assertEquals(await findMaelstrom(onPath), { launcher });
    const wrong = await findMaelstrom(environment({ MAELSTROM: "/nowhere", PATH }));
    assert("missing" in wrong);
    assertMatch(wrong.missing, /MAELSTROM names \/nowhere/);
    const alone = await findMaelstrom(environment({ MAELSTROM: launcher, PATH: "/nowhere" }));
    assert("missing" in alone);
    assertMatch(alone.missing, /no Java/);
  });
});
